import type { OwnerMark } from "../../../course/mark";
import type { GuestPlan } from "../../../course/plan";
import { quote } from "../../../course/shell";
import { cachedImage } from "./cache";
import { type SharedFolders, sharedFolderOf } from "./domain";
import { diskVolume, poolFolder, poolName, renderOverlay, renderSeedVolume, seedVolume } from "./pool";
import type { Seed } from "./seed";
import { renderSeedMedium } from "./seedMedium";
import { assigned, document, HEAD } from "./virsh";
import { WORK } from "./work";

/** What a guest keeps its data on. */
export interface DiskScriptArgs {
  readonly mark: OwnerMark;
  /** Hash of the machine image. */
  readonly image: string;
  readonly seed: Seed;
  readonly sharedFolders: SharedFolders;
}

/**
 * A disk whose space is set aside is a copy: no overlay can have that (qemu-img refuses preallocation with a backing file). libvirt
 * copies volumes of pools only, and the image is in none.
 */
function copied(base: string): string {
  return `as_root rm -f "$folder/$disk.new"
  as_root qemu-img convert -q -O qcow2 -o compat=1.1 ${quote(base)} "$folder/$disk.new"
  as_root qemu-img resize -q --preallocation=falloc "$folder/$disk.new" "$size"
  as_root chmod 600 "$folder/$disk.new"
  as_root mv "$folder/$disk.new" "$folder/$disk"
  virsh pool-refresh "$pool" >/dev/null`;
}

/**
 * Script for the host: the guest's disk, its seed and the folder that it shares. A disk that is there stays as it is; the seed is
 * written anew, and is what the guest reads at its first start. Argument `remove` takes all of it away. Safe to repeat.
 */
export function renderDiskScript(guest: GuestPlan, args: DiskScriptArgs): string {
  const { disk: base } = cachedImage(args.image);
  const shared = guest.sharedFolder ? sharedFolderOf(guest, args) : undefined;
  const overlay = `told vol-create "$pool" /dev/stdin >/dev/null ${document(renderOverlay(guest, base))}`;
  return `${HEAD}${WORK}${assigned({
    pool: poolName(args.mark),
    folder: poolFolder(args.mark),
    disk: diskVolume(guest),
    seed: seedVolume(guest),
    size: String(guest.disk.size * 1024 ** 3),
  })}pools=$(lists pool-list --name)
is_listed() { lists vol-list "$pool" | awk -v name="$1" '$1 == name { found = 1 } END { exit !found }'; }
# What was made or removed by hand, libvirt learns when it looks again; while it makes a volume it does not look.
there() {
  if is_listed "$1"; then listed=yes; else listed=; fi
  if [ -e "$folder/$1" ]; then file=yes; else file=; fi
  tries=0
  while [ "$listed" != "$file" ] && [ "$tries" -lt 30 ]; do
    virsh pool-refresh "$pool" >/dev/null 2>&1 || sleep 1
    if is_listed "$1"; then listed=yes; else listed=; fi
    if [ -e "$folder/$1" ]; then file=yes; else file=; fi
    tries=$((tries + 1))
  done
  [ -n "$file" ]
}
if [ "$1" = remove ]; then
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
  needed=$(qemu-img info -U ${quote(base.path)} --output=json | sed -n 's/.*"virtual-size": \\([0-9]*\\).*/\\1/p' | sort -n | tail -n 1)
  [ "$size" -ge "\${needed:-0}" ] ||
    fail "the disk of ${guest.disk.size} GiB is smaller than the image that it begins with ($needed bytes)"
  ${guest.disk.allocation === "fixed" ? copied(base.path) : overlay}
fi
${renderSeedMedium(args.seed)}if ! there "$seed"; then
  told vol-create "$pool" /dev/stdin >/dev/null ${document(renderSeedVolume(guest))}
fi
virsh vol-upload "$seed" "$work/seed.iso" --pool "$pool"
${shared ? `as_root install -d -m 755 ${quote(shared)}\n` : ""}echo '{"disk":true}'
`;
}
