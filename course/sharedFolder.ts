import type { GuestConfig } from "./config";

/** Folder of the guest's user, below which shared folders are mounted (manual L2640). */
const HOME = "/home/ubuntu";

/** Where a guest mounts the folder that it shares with its host, as an absolute path in the guest. */
export function sharedFolderPlace({
  mountPoint,
}: Pick<NonNullable<GuestConfig["sharedFolder"]>, "mountPoint">): string {
  return `${HOME}/${mountPoint}`;
}
