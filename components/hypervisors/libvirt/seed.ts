import type { GuestPlan } from "../../../course/plan";
import { guestSettings, type SiteSettings } from "../../../course/siteSettings";
import type { SshKeyPair } from "../../sshKey";
import { KEYBOARD_FILE, keyboardText } from "../containers/guestLanguage";
import { uuidOf } from "../identity";
import { type CloudSeedSettings, cloudSeedConfig } from "./cloudSeed";
import { cloudYaml } from "./cloudYaml";
import {
  type GuestNetworkSettings,
  NETWORK_SET,
  networkFingerprint,
  renderNetworkConfig,
} from "./networkConfig";
import { siteCloudConfig } from "./siteCloudConfig";

/** What a target's guests are told at their first boot besides what all are told. */
export interface SeedAddition {
  /** Entries of `write_files`. */
  readonly files: readonly object[];
  readonly packages: readonly string[];
  /** Keys of cloud-config that nothing else sets. */
  readonly keys: Readonly<Record<string, unknown>>;
}

/** What a guest is told at its first boot besides its plan. */
export interface SeedSettings extends GuestNetworkSettings {
  /** Lines for `authorized_keys` of the user `ubuntu`. */
  readonly authorizedKeys: readonly string[];
  /** Lines for the keys of the management channel, by which the operator is root in the guest. */
  readonly channelKeys: readonly string[];
  /** Hash of the password for the console, as crypt(5) makes it; nobody logs in with it by SSH. */
  readonly passwordHash: string;
  /** The guest's Ed25519 host key, by which SSH clients know it before they first meet it. */
  readonly hostKey: SshKeyPair;
  /**
   * What all guests of the lab take from the site, for one that needs it before its channel answers: to install packages. Absent where there
   * is nothing; the others take it over their channels.
   */
  readonly site?: SiteSettings;
  /** Packages that are installed at the first boot; none by default. */
  readonly packages?: readonly string[];
  /** What a guest that begins with Ubuntu's cloud image is told besides; absent for one that begins with a built image. */
  readonly cloud?: CloudSeedSettings;
  /** What its target needs of it; nothing by default. */
  readonly besides?: SeedAddition;
}

/** The files of a NoCloud seed, by name. */
export interface Seed {
  readonly "user-data": string;
  readonly "meta-data": string;
  readonly "network-config": string;
}

/** Label by which cloud-init knows a seed (cloudinit.readthedocs.io, "NoCloud"). */
export const SEED_LABEL = "cidata";

/** Ubuntu's packages of a desktop, and what shares its clipboard. */
export const DESKTOP_PACKAGES: readonly string[] = ["ubuntu-desktop-minimal", "spice-vdagent"];

/** The guest's user, the same on every target. */
const USER = "ubuntu";

/** File of the keys of the management channel (`images/guest/channel_sshd_config`). */
const CHANNEL_KEYS = "/etc/classlab/channel_keys";

/** Hashes of crypt(5) that are in use: yescrypt, SHA-512, SHA-256, bcrypt. */
const HASH = /^\$(y|6|5|2b)\$[./A-Za-z0-9$=,]+$/;

function user({ authorizedKeys, passwordHash }: SeedSettings): object {
  // A password in clear would be in the seed for all to read. The message does not show it.
  if (!HASH.test(passwordHash)) throw new Error("the console password is to be given as a hash of crypt(5)");
  return {
    name: USER,
    gecos: "Ubuntu",
    shell: "/bin/bash",
    groups: ["adm", "docker", "sudo"],
    sudo: "ALL=(ALL) NOPASSWD:ALL",
    lock_passwd: false,
    hashed_passwd: passwordHash,
    ssh_authorized_keys: authorizedKeys,
  };
}

/** Who may manage the guest over its channel; its keyboard; and that its network is the one that its first start sets. */
function ownFiles(guest: GuestPlan, settings: SeedSettings): object[] {
  const keys = settings.channelKeys.map((key) => `${key}\n`).join("");
  return [
    { path: CHANNEL_KEYS, content: keys, permissions: "0600" },
    // Not by cloud-init's own module: that has the console's keymap made anew, which takes an emulated guest half a minute.
    { path: KEYBOARD_FILE, content: keyboardText(guest.keyboard), permissions: "0644" },
    { path: NETWORK_SET, content: `${networkFingerprint(guest, settings)}\n`, permissions: "0600" },
  ];
}

/**
 * `user-data` of a guest: user, keys, language and what it takes from the site.
 * @throws when the password is no hash
 */
export function renderUserData(guest: GuestPlan, settings: SeedSettings): string {
  const { hostKey, packages = [], site, cloud, mark } = settings;
  const fromSite = site ? siteCloudConfig(guestSettings(site, guest)) : { files: [], keys: {} };
  const none: SeedAddition = { files: [], packages: [], keys: {} };
  const fromCloud = cloud ? cloudSeedConfig(guest, mark, cloud) : (settings.besides ?? none);
  const installed = [
    ...fromCloud.packages,
    ...(guest.profile === "desktop" ? DESKTOP_PACKAGES : []),
    ...packages,
  ];
  const config = {
    hostname: guest.name,
    preserve_hostname: false,
    manage_etc_hosts: "localhost",
    users: [user(settings)],
    disable_root: true,
    ssh_pwauth: false,
    // Those of the image would be the same in every guest.
    ssh_deletekeys: true,
    ssh_keys: { ed25519_private: hostKey.privateKey, ed25519_public: hostKey.publicKey },
    // The console's log ends with what went wrong, not with keys.
    ssh: { emit_keys_to_console: false },
    no_ssh_fingerprints: true,
    locale: guest.locale,
    timezone: guest.timeZone,
    ...fromSite.keys,
    ...fromCloud.keys,
    write_files: [...fromCloud.files, ...ownFiles(guest, settings), ...fromSite.files],
    ...(installed.length > 0 ? { package_update: true, packages: installed } : {}),
  };
  return `#cloud-config\n${cloudYaml(config)}`;
}

/**
 * `meta-data` of a guest. Its instance is the domain's UUID: a clone is another, and gets an identity of its own. The seed needs no
 * network (`dsmode`; cloudinit.readthedocs.io, "NoCloud"): it is done before any is waited for.
 */
export function renderMetaData(guest: GuestPlan, { mark }: Pick<SeedSettings, "mark">): string {
  return cloudYaml({
    "instance-id": uuidOf(mark, "domain", guest.objectName),
    "local-hostname": guest.name,
    dsmode: "local",
  });
}

/**
 * The files of a guest's seed. It holds the host's private key and a hash: a secret as a whole.
 * @throws when the password is no hash, or an adapter is on a switch that is not among the settings'
 */
export function renderSeed(guest: GuestPlan, settings: SeedSettings): Seed {
  return {
    "user-data": renderUserData(guest, settings),
    "meta-data": renderMetaData(guest, settings),
    "network-config": renderNetworkConfig(guest, settings),
  };
}
