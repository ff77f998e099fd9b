import type { GuestIdentity } from "../identity";

/** What a guest's disk begins with. */
export type DiskSource =
  /** A machine image as the host keeps it, of the guest's own size ({@link basePath}). */
  | { readonly kind: "image"; readonly hash: string }
  /** Nothing: the learner installs from this image of a DVD on the host (manual L2580). */
  | { readonly kind: "installer"; readonly path: string };

/** What is known of a host and its lab besides the plan. */
export interface VirtualBoxSettings extends GuestIdentity {
  /** Of 7.1 and 7.2, or 6.0.8 of edition 2019. */
  readonly version: "7" | "6.0";
  readonly os: "windows" | "linux";
  /** Absolute path of the folder on the host that holds machines, disks and images. */
  readonly folder: string;
  /** The host's own network card that is on the classroom LAN, as `VBoxManage list bridgedifs` names it; needed for bridged adapters. */
  readonly bridge?: string;
  readonly source: DiskSource;
  /** Absolute path of the seed of cloud-init on the host; absent where the learner installs by hand. */
  readonly seed?: string;
  /** Absolute path of the image of the Guest Additions on the host, for guests with a desktop; absent where they come as packages. */
  readonly additions?: string;
}

/** A path on the host. */
export function pathOn({ os }: Pick<VirtualBoxSettings, "os">, ...parts: readonly string[]): string {
  return parts.join(separatorOf(os));
}

function separatorOf(os: VirtualBoxSettings["os"]): string {
  return os === "windows" ? "\\" : "/";
}

/**
 * How a line ends that has a file of this name at its end. The folder is left out: on Windows it may have letters that VBoxManage
 * writes in the console's own code page, and backslashes that it doubles.
 */
export function endOfPath({ os }: Pick<VirtualBoxSettings, "os">, path: string): string {
  const separator = separatorOf(os);
  return separator + path.slice(path.lastIndexOf(separator) + 1);
}

/** Name of the file of a machine image that disks of `size` GiB begin with. */
function baseName(hash: string, size: number): string {
  return `classlab-${hash}-${size}.vdi`;
}

/** Where the host keeps it: read by all labs there, written by none. */
export function basePath(
  settings: Pick<VirtualBoxSettings, "os" | "folder">,
  hash: string,
  size: number,
): string {
  return pathOn(settings, settings.folder, "classlab-cache", baseName(hash, size));
}
