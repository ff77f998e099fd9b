import type { GuestPlan } from "../../../course/plan";
import { patientShell } from "./channel";
import { assigned, LIBVIRT_URI } from "./virsh";
import { readySeconds, renderWatch, type WaitSettings } from "./watch";

/** Seconds that a guest may take to shut down, and a snapshot to be written: its memory is in it. */
const STOP_SECONDS = 90;
const WRITE_SECONDS = 600;

/**
 * libvirt takes no snapshot of a running guest that shares a folder: with virtiofs, and with 9p once it is mounted, QEMU cannot save what
 * it runs. Such a guest is shut down for it, as people do who clone one (manual L2726), and comes back.
 */
function takenOff(): string {
  return `running=$(lists list --name)
if among "$guest" "$running"; then
  virsh shutdown "$guest" >/dev/null
  tries=0
  while [ "$(virsh domstate "$guest")" != "shut off" ]; do
    [ "$tries" -lt ${STOP_SECONDS} ] || fail "guest $guest shares a folder and has to be shut down for snapshot $snapshot; it did not within ${STOP_SECONDS} s"
    tries=$((tries + 1))
    sleep 1
  done
fi
take
virsh start "$guest" >/dev/null
in_guest <<'GUEST'
until [ -e /run/cloud-init/result.json ]; do sleep 0.5; done
GUEST
`;
}

/**
 * Script for the host: the guest has a snapshot of a name, of its disk and, where libvirt can, of what runs in it. One that is there
 * stays as it is, whoever took it. Safe to repeat.
 */
export function renderSnapshot(
  guest: GuestPlan,
  snapshot: string,
  settings: WaitSettings,
  lab: string,
): string {
  const watch = renderWatch(guest, settings, patientShell(guest, lab, 30), readySeconds(settings));
  return `${watch}${assigned({ snapshot })}take() {
  timeout ${WRITE_SECONDS} virsh -q -c ${LIBVIRT_URI} snapshot-create-as "$guest" "$snapshot" --description "taken by classlab" --atomic >/dev/null </dev/null
}
taken=$(lists snapshot-list "$guest" --name)
if ! among "$snapshot" "$taken"; then
${guest.sharedFolder ? takenOff() : "take\n"}fi
echo '{"snapshot":"'"$guest/$snapshot"'"}'
`;
}
