import type { GuestPlan } from "../../../course/plan";
import { sharedFolderPlace } from "../../../course/sharedFolder";
import { quote } from "../../../course/shell";
import type { SharedFolders } from "./domain";

/** Option of mount(8) for other programs to read: by it the line that is ours is known. */
const OURS = "x-classlab.shared";

/** Options by which a folder is mounted; one whose host does not share it stops no start (kernel.org, filesystems/9p, filesystems/virtiofs). */
const OPTIONS: Readonly<Record<SharedFolders["by"], string>> = {
  virtiofs: `defaults,nofail,${OURS}`,
  "9p": `trans=virtio,version=9p2000.L,msize=131072,nofail,${OURS}`,
};

/**
 * Shell for the guest, run as root: the folder that it shares with its host is mounted, now and at every start; the line of one that it does
 * not share any more goes. A folder that cannot be mounted is for `verify` to tell: whatever else the guest does is well. Safe to repeat.
 */
export function renderSharedMount(guest: Pick<GuestPlan, "sharedFolder">, by: SharedFolders["by"]): string {
  const { sharedFolder } = guest;
  const place = sharedFolder && sharedFolderPlace(sharedFolder);
  const line = sharedFolder && place ? `${sharedFolder.name} ${place} ${by} ${OPTIONS[by]} 0 0` : "";
  return `wanted=${quote(line)}
mounts=$(sed -n '/[ ,]${OURS}[ ,]/p' /etc/fstab)
if [ "$mounts" != "$wanted" ]; then
  { sed '/[ ,]${OURS}[ ,]/d' /etc/fstab; [ -z "$wanted" ] || printf '%s\\n' "$wanted"; } > /etc/fstab.new
  chmod 644 /etc/fstab.new
  mv /etc/fstab.new /etc/fstab
  systemctl daemon-reload
fi
${
  place
    ? `folder=${quote(place)}
[ -d "$folder" ] || install -d -m 755 -o ubuntu -g ubuntu "$folder"
mountpoint -q "$folder" || timeout 60 mount "$folder" >&2 || :
`
    : ""
}`;
}
