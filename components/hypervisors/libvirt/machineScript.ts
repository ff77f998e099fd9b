import type { GuestPlan } from "../../../course/plan";
import { uuidOf } from "../identity";
import { CHANNEL_PORTS, channelSocket } from "./channelPorts";
import { renderDefinition } from "./definition";
import { consoleLog, type DomainSettings, qemuLog } from "./domain";
import { assigned, document, HEAD, refuseForeign } from "./virsh";

/**
 * Script for the host: the guest is defined and runs, now and when the host starts. One that stands stays as it is defined: its adapters
 * may be elsewhere by now. Argument `remove` stops and removes it; its disk is whole then, whether or not it stays. Safe to repeat.
 */
export function renderMachineScript(guest: GuestPlan, settings: DomainSettings): string {
  const name = guest.objectName;
  const sockets = Array.from({ length: CHANNEL_PORTS }, (_, port) => channelSocket(name, port));
  // That of the folder it shares by virtiofs is named after it and the folder's device.
  const logs = [consoleLog(guest, settings), qemuLog(name), qemuLog(`${name}-fs0-virtiofsd`)];
  return `${HEAD}${assigned({ name, uuid: uuidOf(settings.mark, "domain", name) })}guests=$(lists list --all --name)
known=
if among "$name" "$guests"; then known=$(virsh domuuid "$name"); fi
leave_nothing() {
  as_root rm -f ${logs.join(" ")} ${sockets.map((path) => `${path} ${path}.lock`).join(" ")}
  echo '{"machine":false}'
  exit 0
}
if [ "$1" = remove ]; then
  # A run that was killed may have come as far as this.
  [ -n "$known" ] || leave_nothing
  [ "$known" = "$uuid" ] || { echo '{"machine":false}'; exit 0; }
  state=$(virsh domstate "$name")
  if [ "$state" != "shut off" ]; then
    # What it has not written yet is written before the power goes; a guest that does not answer is not waited for.
    timeout 10 virsh -q -c qemu:///system domfsfreeze "$name" >/dev/null 2>&1 </dev/null || :
    virsh destroy "$name" >/dev/null
  fi
  virsh undefine "$name" --managed-save --snapshots-metadata --checkpoints-metadata --nvram >/dev/null
  leave_nothing
fi
if [ -n "$known" ]; then
  ${refuseForeign("guest")}else
  # What a guest of this name printed that is gone is no word of this one: its start would be taken for the end of that one's.
  as_root rm -f ${consoleLog(guest, settings)}
  told define --validate /dev/stdin >/dev/null ${document(renderDefinition(guest, settings))}
fi
virsh autostart "$name" >/dev/null
case $(virsh domstate "$name") in
  running | idle | "no state") ;;
  paused) virsh resume "$name" >/dev/null ;;
  pmsuspended) virsh dompmwakeup "$name" >/dev/null ;;
  *) virsh start "$name" >/dev/null ;;
esac
echo '{"machine":"'"$name"'"}'
`;
}
