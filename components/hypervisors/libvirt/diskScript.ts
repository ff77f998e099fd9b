import type { OwnerMark } from "../../../course/mark";
import type { GuestPlan } from "../../../course/plan";
import { quote } from "../../../course/shell";
import { cachedImage } from "./cache";
import { type SharedFolders, sharedFolderOf } from "./domain";
import {
  type BaseImage,
  cloneBase,
  diskVolume,
  poolFolder,
  poolName,
  renderOverlay,
  renderSeedVolume,
  seedVolume,
  underDisk,
} from "./pool";
import { renderSeedMedium, type SeedFiles } from "./seedMedium";
import { assigned, document, HEAD } from "./virsh";
import { THERE } from "./volumes";
import { WORK } from "./work";

/** What a guest keeps its data on. */
export interface DiskScriptArgs {
  readonly mark: OwnerMark;
  /** Hash of the machine image. */
  readonly image: string;
  /** What it begins with in the place of the machine image: that of a guest with Windows. */
  readonly base?: BaseImage;
  readonly seed: SeedFiles;
  readonly sharedFolders: SharedFolders;
}

/** A disk that is a copy. libvirt copies volumes of pools only, and the image is in none. */
function copied(base: string, allocation: GuestPlan["disk"]["allocation"]): string {
  const space = allocation === "fixed" ? "--preallocation=falloc " : "";
  return `as_root rm -f "$folder/$disk.new"
  as_root qemu-img convert -q -O qcow2 -o compat=1.1 ${quote(base)} "$folder/$disk.new"
  as_root qemu-img resize -q ${space}"$folder/$disk.new" "$size"
  as_root chmod 600 "$folder/$disk.new"
  as_root mv "$folder/$disk.new" "$folder/$disk"
  virsh pool-refresh "$pool" >/dev/null`;
}

/**
 * Script for the host: the guest's disk, its seed and the folder that it shares. A disk that is there stays as it is; the seed is
 * written anew, and is what the guest reads at its first start. Argument `remove` takes all of it away. Safe to repeat.
 */
export function renderDiskScript(guest: GuestPlan, args: DiskScriptArgs): string {
  const { mark } = args;
  const image = args.base ?? cachedImage(args.image).disk;
  const base = guest.cloneOf ? cloneBase(guest.cloneOf, mark) : image;
  const under = underDisk(guest, image, mark);
  const shared = guest.sharedFolder ? sharedFolderOf(guest, args) : undefined;
  const made = under
    ? `told vol-create "$pool" /dev/stdin >/dev/null ${document(renderOverlay(guest, under))}`
    : copied(base.path, guest.disk.allocation);
  return `${HEAD}${WORK}${assigned({
    pool: poolName(mark),
    folder: poolFolder(mark),
    disk: diskVolume(guest),
    seed: seedVolume(guest),
    size: String(guest.disk.size * 1024 ** 3),
  })}pools=$(lists pool-list --name)
${THERE}if [ "$1" = remove ]; then
  if among "$pool" "$pools"; then
    for volume in "$disk" "$seed"; do
      if there "$volume"; then virsh vol-delete "$volume" --pool "$pool" >/dev/null; fi
    done
  fi
${shared ? `  as_root rm -rf ${quote(shared)}\n  as_root rmdir ${quote(args.sharedFolders.parent)} 2>/dev/null || :\n` : ""}  echo '{"disk":false}'
  exit 0
fi
among "$pool" "$pools" || fail "host-not-ready: pool $pool is not on: it is made with what all guests of the host share"
if ! there "$disk"; then
  needed=$(as_root qemu-img info -U ${quote(base.path)} --output=json | sed -n 's/.*"virtual-size": \\([0-9]*\\).*/\\1/p' | sort -n | tail -n 1)
  [ "$size" -ge "\${needed:-0}" ] ||
    fail "the disk of ${guest.disk.size} GiB is smaller than the image that it begins with ($needed bytes)"
  ${made}
fi
${renderSeedMedium(args.seed)}if ! there "$seed"; then
  told vol-create "$pool" /dev/stdin >/dev/null ${document(renderSeedVolume(guest))}
fi
virsh vol-upload "$seed" "$work/seed.iso" --pool "$pool"
${shared ? `as_root install -d -m 755 ${quote(shared)}\n` : ""}echo '{"disk":true}'
`;
}
