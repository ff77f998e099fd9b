import type { GuestPlan } from "../../../course/plan";
import type { SiteSettings } from "../../../course/siteSettings";
import type { SshKeyPair } from "../../sshKey";
import type { GuestNetworkSettings } from "../libvirt/networkConfig";
import { renderSeed, type Seed } from "../libvirt/seed";

/**
 * Ubuntu's packages of the Guest Additions (packages.ubuntu.com, 24.04): without them nothing in a guest answers to guestcontrol, mounts a shared
 * folder or shares a clipboard. The manual's `virtualbox-guest-dkms` (L2600) is in the kernel by now.
 */
const ADDITIONS = ["virtualbox-guest-utils"];

/** What a guest with a desktop has besides. */
const DESKTOP = ["ubuntu-desktop-minimal", "virtualbox-guest-x11"];

/** What a guest on VirtualBox is told at its first start. */
export interface GuestSeedSettings extends GuestNetworkSettings {
  /** Line for `authorized_keys`. */
  readonly authorizedKey: string;
  readonly hostKey: SshKeyPair;
  /** Hash of the console's password by crypt(5). */
  readonly passwordHash: string;
  /** What guests take from the site; undefined where there is nothing. */
  readonly site: SiteSettings | undefined;
}

/**
 * The seed of a guest on VirtualBox.
 * @param guest as it is seen from inside
 * @throws when the password is no hash, or an adapter is on a switch that is not among the settings'
 */
export function renderGuestSeed(
  guest: GuestPlan,
  { authorizedKey, hostKey, passwordHash, site, ...network }: GuestSeedSettings,
): Seed {
  return renderSeed(
    // What a desktop is on libvirt is none of this.
    { ...guest, profile: "server" },
    {
      ...network,
      authorizedKeys: [authorizedKey],
      channelKeys: [],
      hostKey,
      passwordHash,
      ...(site ? { site } : {}),
      packages: [...ADDITIONS, ...(guest.profile === "desktop" ? DESKTOP : [])],
    },
  );
}
