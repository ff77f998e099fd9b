import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  CLOUD_IMAGES_KEY,
  CLOUD_IMAGES_KEY_URL,
  CLOUD_IMAGES_SITE,
  type CloudRelease,
  checksumIn,
  cloudImageSource,
  unarmored,
  validSigners,
} from "../../course/cloudImages";
import { FaultError } from "../../course/faults";
import { homeFolder } from "../paths";
import { run } from "../process";
import { sha256 } from "../sha256";
import { type DownloadEnd, downloadLarge, downloadSmall, downloadText } from "./download";

/** Where images are had from, and by whom they have to be signed. */
export interface CloudImageOrigin {
  readonly site: string;
  /** Fingerprint of the key that signs. */
  readonly key: string;
  /** Files with the key, in the form of gpgv; those that are not there are passed over. */
  readonly keyrings: readonly string[];
  /** Where the key is had from when no file has it. */
  readonly keyUrl: string;
  /** Folder of the cache on this machine. */
  readonly cache: string;
}

/** Environment variable that names a mirror of {@link CLOUD_IMAGES_SITE}; what it has must be signed all the same. */
export const MIRROR_VARIABLE = "CLASSLAB_CLOUD_IMAGES";

/** Ubuntu's own images, or a mirror of them. */
export function ubuntuOrigin(): CloudImageOrigin {
  return {
    site: process.env[MIRROR_VARIABLE] || CLOUD_IMAGES_SITE,
    key: CLOUD_IMAGES_KEY,
    // Package ubuntu-keyring of Ubuntu, ubuntu-cloudimage-keyring of Debian's newer releases.
    keyrings: ["/usr/share/keyrings/ubuntu-cloudimage-keyring.gpg"],
    keyUrl: CLOUD_IMAGES_KEY_URL,
    cache: join(homeFolder(), "cloud-images"),
  };
}

/** How it is told, and ended. */
export interface FetchRun {
  readonly say: (line: string) => void;
  readonly doing: (step: string, percent: number) => void;
  readonly signal?: AbortSignal;
}

/** An image that is on this machine and is what Ubuntu signed. */
export interface CloudImage {
  readonly release: CloudRelease;
  readonly file: string;
  /** SHA-256 in hexadecimal. */
  readonly sha256: string;
  /** Fingerprint of the key that signed it. */
  readonly signedBy: string;
  /** Whether it was in the cache already. */
  readonly cached: boolean;
}

function unreachable(url: string, end: Exclude<DownloadEnd, { kind: "done" }>): FaultError {
  return new FaultError([
    {
      code: "cloud-image-unreachable",
      where: url,
      what: end.kind === "missing" ? `the site has no such file (${end.what})` : end.what,
      fix: "Run the command again: it goes on where it stopped; a lab needs no cloud image, its machines begin with one made of distribution packages",
    },
  ]);
}

function untrusted(url: string, what: string, expected: string): FaultError {
  return new FaultError([
    {
      code: "cloud-image-untrusted",
      where: url,
      what: `${what}; nothing of it is used`,
      expected,
    },
  ]);
}

/** A file with the key, in the form of gpgv. */
async function keyring({ keyrings, key, keyUrl }: CloudImageOrigin, work: string): Promise<string> {
  const there = keyrings.find((file) => existsSync(file));
  if (there) return there;
  const text = await downloadText(keyUrl);
  if (typeof text !== "string") throw unreachable(keyUrl, text);
  const bytes = unarmored(text);
  if (bytes === undefined) throw untrusted(keyUrl, "it is no key", `the key ${key}`);
  const file = join(work, "key.gpg");
  writeFileSync(file, Buffer.from(bytes, "base64"));
  return file;
}

/** The signed checksums of a release. @throws FaultError `cloud-image-unreachable`, `cloud-image-untrusted` or `environment-missing` */
async function signedChecksums(
  origin: CloudImageOrigin,
  urls: { readonly checksums: string; readonly signature: string },
  work: string,
): Promise<string> {
  const [sums, signature] = [join(work, "SHA256SUMS"), join(work, "SHA256SUMS.gpg")];
  const text = await downloadText(urls.checksums);
  if (typeof text !== "string") throw unreachable(urls.checksums, text);
  writeFileSync(sums, text);
  const got = await downloadSmall(urls.signature, signature);
  if (got.kind !== "done") throw unreachable(urls.signature, got);
  const ring = await keyring(origin, work);
  const checked = await run("gpgv", ["--status-fd", "1", "--keyring", ring, signature, sums]);
  if (checked.code === 127)
    throw new FaultError([
      {
        code: "environment-missing",
        where: "this machine",
        what: "signatures are checked by gpgv, which is not installed",
        fix: "Install it (Debian, Ubuntu: sudo apt-get install gpgv)",
      },
    ]);
  if (checked.code !== 0 || !validSigners(checked.stdout).includes(origin.key)) {
    const words = checked.stderr
      .trim()
      .split("\n")
      .at(-1)
      ?.replace(/^gpgv: /, "");
    throw untrusted(
      urls.signature,
      `the checksums are not signed as they have to be${words ? ` (${words})` : ""}`,
      `a good signature by the key ${origin.key}`,
    );
  }
  return text;
}

/**
 * Fetches a release's cloud image into this machine's cache, and proves that it is what the site's key signed: the signature of the checksums,
 * then the image's own. What was proved before is in the cache under its checksum, and only that is asked for again.
 * @throws FaultError `cloud-image-unreachable`, `cloud-image-untrusted` or `environment-missing`
 */
export async function fetchCloudImage(
  release: CloudRelease,
  { say, doing, signal }: FetchRun,
  origin: CloudImageOrigin = ubuntuOrigin(),
): Promise<CloudImage> {
  const source = cloudImageSource(release, origin.site);
  mkdirSync(origin.cache, { recursive: true });
  const work = mkdtempSync(join(origin.cache, ".work-"));
  try {
    const sums = await signedChecksums(origin, source, work);
    const expected = checksumIn(sums, source.file);
    if (expected === undefined)
      throw untrusted(source.checksums, `${source.file} is not among the checksums`, "the image's checksum");
    say(`Ubuntu ${release}: the checksums of ${origin.site} are signed by ${origin.key}`);
    const file = join(origin.cache, `ubuntu-${release}-${expected.slice(0, 12)}.img`);
    const image = { release, file, sha256: expected, signedBy: origin.key };
    if (existsSync(file)) return { ...image, cached: true };
    // Under the checksum of what it will be: a newer image on the site is another download.
    const part = `${file}.part`;
    if (existsSync(part)) say(`Ubuntu ${release}: the download goes on where it stopped`);
    const end = await downloadLarge(source.image, part, (percent) => doing("downloaded", percent), signal);
    if (end.kind !== "done") throw unreachable(source.image, end);
    const found = await sha256(part);
    if (found !== expected) {
      rmSync(part);
      throw untrusted(source.image, `it has the SHA-256 ${found}`, expected);
    }
    renameSync(part, file);
    doing("downloaded", 100);
    return { ...image, cached: false };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
