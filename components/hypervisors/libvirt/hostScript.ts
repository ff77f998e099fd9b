import type { OwnerMark } from "../../../course/mark";
import { uuidOf } from "../identity";
import { cachedImage } from "./cache";
import { poolFolder, poolName, renderPool } from "./pool";
import { assigned, document, HEAD, refuseForeign } from "./virsh";

/**
 * Script for a host: libvirt answers, the machine image is there, and the lab's pool is on, now and when the host starts. Argument
 * `remove` takes the pool away; one that still holds something is refused, and says what. Safe to repeat.
 * @param image hash of the machine image
 * @param client folder of what reaches the lab's guests there, which leaves with the pool; absent on this machine
 */
export function renderHostScript(mark: OwnerMark, image: string, client?: string): string {
  const name = poolName(mark);
  const { files } = cachedImage(image);
  return `${HEAD}${assigned({ name, uuid: uuidOf(mark, "pool", name), folder: poolFolder(mark), image })}pools=$(lists pool-list --all --name)
known=
if among "$name" "$pools"; then known=$(virsh pool-uuid "$name"); fi
running() {
  active=$(lists pool-list --name)
  among "$name" "$active"
}
if [ "$1" = remove ]; then
${client === undefined ? "" : `  as_root rm -rf ${client}\n`}  [ "$known" = "$uuid" ] || { echo '{"pool":false}'; exit 0; }
  # Its folder may have gone by hand: there is nothing to remove then.
  if running || virsh pool-start "$name" >/dev/null 2>&1; then
    virsh pool-refresh "$name" >/dev/null 2>&1 || :
    held=$(virsh vol-list "$name" | awk '{ printf "%s%s", (NR > 1 ? ", " : ""), $1 }')
    [ -z "$held" ] || fail "pool $name is not removed: it still holds $held"
    virsh pool-destroy "$name" >/dev/null
    [ ! -e "$folder" ] || virsh pool-delete "$name" >/dev/null
  fi
  virsh pool-undefine "$name" >/dev/null
  echo '{"pool":false}'
  exit 0
fi
for file in ${files.join(" ")}; do
  [ -e "$file" ] || fail "image-missing: machine:$image ($file is not on this host). Run: npx classlab images"
done
if [ -n "$known" ]; then
  ${refuseForeign("pool")}fi
told pool-define --validate /dev/stdin >/dev/null ${document(renderPool(mark))}
if ! running; then
  virsh pool-build "$name" >/dev/null
  # A stack that begins at the same moment may have been quicker.
  virsh pool-start "$name" >/dev/null || running
fi
virsh pool-autostart "$name" >/dev/null
echo '{"pool":"'"$name"'"}'
`;
}
