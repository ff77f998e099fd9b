import { createHash } from "node:crypto";
import type { OwnerMark } from "../../../../course/mark";
import { imageKey, type WindowsGuestPlan } from "../../../../course/windows/guest";
import { type BaseImage, poolFolder, poolName } from "../pool";
import { assigned, HEAD } from "../virsh";
import { THERE } from "../volumes";

type WindowsImage = WindowsGuestPlan["image"];

/** Words of qemu-img for a format, by the ending of a file (qemu.org, "Disk image file formats"). */
const FORMATS: Readonly<Record<string, string>> = { qcow2: "qcow2", vhdx: "vhdx", vmdk: "vmdk" };

/** Seconds that a download may stand still before it is given up. */
const STALLED_SECONDS = 60;

/** Volume of the lab's pool that guests with Windows begin with. */
export function imageVolume(image: Pick<WindowsImage, "sha256">): string {
  return `windows-${imageKey(image)}.qcow2`;
}

/** What the disks of guests with Windows lie over: the lab's own copy, since nobody else may have it. */
export function windowsBase(image: Pick<WindowsImage, "sha256">, mark: OwnerMark): BaseImage {
  return { path: `${poolFolder(mark)}/${imageVolume(image)}`, format: "qcow2", own: true };
}

/**
 * Script for the host: the lab's copy of an image of Windows, fetched or read where it is, looked at by its hash, and made a qcow2. One that is there stays. Nothing
 * half is ever under its name. Argument `remove` takes it away; the file that it was made of stays. Safe to repeat.
 */
export function renderImageScript(image: WindowsImage, mark: OwnerMark): string {
  const remote = /^https?:\/\//i.test(image.source);
  const ending = image.source.split(".").at(-1)?.toLowerCase() ?? "";
  const part = `${createHash("sha256").update(image.source).digest("hex").slice(0, 12)}.part`;
  return `${HEAD}${assigned({
    pool: poolName(mark),
    folder: poolFolder(mark),
    image: imageVolume(image),
    from: image.source,
    sum: image.sha256,
    format: FORMATS[ending] ?? "raw",
    part,
  })}pools=$(lists pool-list --name)
${THERE}if [ "$1" = remove ]; then
  if among "$pool" "$pools"; then
    as_root rm -f "$folder/$part" "$folder/$image.new"
    if there "$image"; then virsh vol-delete "$image" --pool "$pool" >/dev/null; fi
  fi
  echo '{"image":false}'
  exit 0
fi
among "$pool" "$pools" || fail "host-not-ready: pool $pool is not on: it is made with what all guests of the host share"
missing() { fail "windows-image-unusable: $from: $1"; }
if ! there "$image"; then
${
  remote
    ? `  command -v curl >/dev/null || missing "there is no curl on this host"
  as_root curl -fsSL --proto '=http,https' --speed-limit 1 --speed-time ${STALLED_SECONDS} -o "$folder/$part" -- "$from" || missing "it cannot be fetched"
  file=$folder/$part
`
    : `  as_root test -r "$from" || missing "there is no such file on this host"
  file=$from
`
}  seen=$(as_root sha256sum -- "$file" | cut -d ' ' -f 1)
  [ "$seen" = "$sum" ] || missing "its SHA-256 is $seen, not $sum"
  as_root qemu-img convert -q -f "$format" -O qcow2 -o compat=1.1 "$file" "$folder/$image.new" || missing "qemu-img does not read it as $format"
  as_root chmod 600 "$folder/$image.new"
  as_root mv "$folder/$image.new" "$folder/$image"
  as_root rm -f "$folder/$part"
  there "$image" || fail "libvirt does not show volume $image"
fi
echo '{"image":"'"$image"'"}'
`;
}
