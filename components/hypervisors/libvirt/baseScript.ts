import type { OwnerMark } from "../../../course/mark";
import type { GuestPlan } from "../../../course/plan";
import { patientShell } from "./channel";
import { cloneBaseVolume, poolFolder, poolName } from "./pool";
import { assigned, LIBVIRT_URI } from "./virsh";
import { THERE } from "./volumes";
import { readySeconds, renderWatch, type WaitSettings } from "./watch";

/** Seconds that copying what a guest has written may take. */
const COPY_SECONDS = 1200;

/**
 * Script for the host: what a guest's clones begin with, a copy of its disk that nothing writes any more, made while the guest runs. Of
 * an overlay it is a copy of what the guest wrote: what lies below is shared. One that is there stays as it is: linked clones lie over it.
 * Argument `remove` takes it away. Safe to repeat.
 */
export function renderBaseScript(guest: GuestPlan, mark: OwnerMark, settings: WaitSettings): string {
  const shell = patientShell(guest, mark.lab, 30);
  return `${renderWatch(guest, settings, shell, readySeconds(settings))}${assigned({
    pool: poolName(mark),
    folder: poolFolder(mark),
    base: cloneBaseVolume(guest),
  })}${THERE}pools=$(lists pool-list --name)
if [ "$1" = remove ]; then
  if among "$pool" "$pools" && there "$base"; then virsh vol-delete "$base" --pool "$pool" >/dev/null; fi
  echo '{"base":false}'
  exit 0
fi
among "$pool" "$pools" || fail "host-not-ready: pool $pool is not on: it is made with what all guests of the host share"
if ! there "$base"; then
  copying=yes
  cleaned() {
    [ -z "$calling" ] || kill "$calling" 2>/dev/null || :
    [ -z "$copying" ] || virsh blockjob "$guest" vda --abort >/dev/null 2>&1 || :
    rm -rf "$work"
  }
  # A run that was killed may have left a copy half made.
  virsh blockjob "$guest" vda --abort >/dev/null 2>&1 || :
  as_root rm -f "$folder/$base.new"
  timeout ${COPY_SECONDS} virsh -q -c ${LIBVIRT_URI} blockcopy "$guest" vda "$folder/$base.new" --format qcow2 --transient-job --wait ${guest.disk.allocation === "fixed" ? "" : "--shallow "}>/dev/null </dev/null
  # From here on what the guest writes goes to both; it is one moment of the guest when that ends.
  in_guest <<'GUEST'
sync
GUEST
  virsh blockjob "$guest" vda --abort >/dev/null
  copying=
  as_root chmod 600 "$folder/$base.new"
  as_root mv "$folder/$base.new" "$folder/$base"
  there "$base" || fail "libvirt does not show volume $base"
fi
echo '{"base":"'"$base"'"}'
`;
}
