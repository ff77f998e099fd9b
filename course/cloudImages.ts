/** Releases of Ubuntu with long support whose cloud images can be fetched, by number. */
export const CLOUD_RELEASES = ["24.04", "22.04"] as const;

/** One of the releases. */
export type CloudRelease = (typeof CLOUD_RELEASES)[number];

/**
 * What virtual machines of libvirt begin with: `built` is the image made of distribution packages, the course's images in it; `auto` is Ubuntu's
 * newest cloud image where its site answers, else `built`.
 */
export const MACHINE_IMAGES = ["built", "auto", "ubuntu-24.04", "ubuntu-22.04"] as const;

/** One of them, as configured. */
export type MachineImageChoice = (typeof MACHINE_IMAGES)[number];

/** The release that `auto` means. */
export const NEWEST_RELEASE = CLOUD_RELEASES[0];

/** The release that a choice names; undefined where it names none. */
export function releaseChosen(choice: MachineImageChoice): CloudRelease | undefined {
  return CLOUD_RELEASES.find((release) => choice === `ubuntu-${release}`);
}

/**
 * Name by which hosts keep a release's image: the release and the beginning of its checksum, so that a newer one is another image. A built
 * image's name is the hash of what it is made of alone.
 * @param sha256 in hexadecimal
 */
export function cloudImageName(release: CloudRelease, sha256: string): string {
  return `ubuntu-${release}-${sha256.slice(0, 16)}`;
}

/** The release of an image by its name on hosts; undefined for one that was built. */
export function releaseOfImage(name: string): CloudRelease | undefined {
  return CLOUD_RELEASES.find((release) => name.startsWith(`ubuntu-${release}-`));
}

/** Code names, by which the site has its folders (cloud-images.ubuntu.com/releases/, 2026-08). */
const CODE_NAMES: Readonly<Record<CloudRelease, string>> = { "24.04": "noble", "22.04": "jammy" };

/** Where Ubuntu's own images are. */
export const CLOUD_IMAGES_SITE = "https://cloud-images.ubuntu.com";

/**
 * Fingerprint of the key that signs the site's checksums, "UEC Image Automatic Signing Key" (help.ubuntu.com/community/UEC/Images,
 * "Verifying"; package ubuntu-cloudimage-keyring). It is a hash of the key: whoever hands the key over, it is this one or refused.
 */
export const CLOUD_IMAGES_KEY = "D2EB44626FDDC30B513D5BB71A5D6C4C7DB87C81";

/** Where the key is had from when the machine has no package with it: Ubuntu's own server of keys. */
export const CLOUD_IMAGES_KEY_URL = `https://keyserver.ubuntu.com/pks/lookup?op=get&options=mr&search=0x${CLOUD_IMAGES_KEY}`;

/** A release's image on a site. */
export interface CloudImageSource {
  /** Name of the file, by which the checksums know it. */
  readonly file: string;
  readonly image: string;
  readonly checksums: string;
  readonly signature: string;
}

/**
 * Where a release's image, its checksums and their signature are. `release` is the newest that is not for testing.
 * @param site Ubuntu's own, or a mirror of it
 */
export function cloudImageSource(release: CloudRelease, site: string): CloudImageSource {
  const folder = `${site.replace(/\/+$/, "")}/releases/${CODE_NAMES[release]}/release`;
  const file = `ubuntu-${release}-server-cloudimg-amd64.img`;
  return {
    file,
    image: `${folder}/${file}`,
    checksums: `${folder}/SHA256SUMS`,
    signature: `${folder}/SHA256SUMS.gpg`,
  };
}

/** The checksum of a file in the text of `sha256sum`; undefined where it is not in it. */
export function checksumIn(text: string, file: string): string | undefined {
  for (const line of text.split("\n")) {
    const [, sum, name] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? [];
    if (name === file) return sum;
  }
  return undefined;
}

/** Fingerprints of the keys whose good signatures gpgv tells of on its status output (GnuPG, doc/DETAILS, "VALIDSIG"): the main keys. */
export function validSigners(status: string): readonly string[] {
  return status.split("\n").flatMap((line) => {
    const words = line.split(" ");
    const signer = words[0] === "[GNUPG:]" && words[1] === "VALIDSIG" ? (words[11] ?? words[2]) : undefined;
    return signer === undefined ? [] : [signer];
  });
}

/**
 * The bytes of an armored block of OpenPGP (RFC 9580, 6.2), as base64: gpgv reads no armored keys. Undefined where there is none.
 */
export function unarmored(text: string): string | undefined {
  const [, block] =
    /^-----BEGIN PGP PUBLIC KEY BLOCK-----\r?\n(?:[^\r\n]+: [^\r\n]*\r?\n)*\r?\n([\s\S]*?)^-----END PGP PUBLIC KEY BLOCK-----/m.exec(
      text,
    ) ?? [];
  return block
    ?.split(/\r?\n/)
    .filter((line) => !line.startsWith("="))
    .join("");
}
