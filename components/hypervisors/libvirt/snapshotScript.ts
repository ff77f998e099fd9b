import type { OwnerMark } from "../../../course/mark";
import type { GuestPlan } from "../../../course/plan";
import { patientShell } from "./channel";
import { FIRST_START } from "./firstStart";
import { diskVolume, poolFolder } from "./pool";
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
${FIRST_START}uptime
first_start_ended $((seconds + $1))
GUEST
`;
}

/**
 * Prints the size of the memory in a snapshot and the second when it was taken, of that named `name` in what `qemu-img info --output=json` says
 * of a disk (QEMU, qapi/block-core.json, "SnapshotInfo"); nothing where the disk has none of that name.
 */
const SNAPSHOT_ON_DISK = `/\\{/ { found = size = taken = "" }
/"name":/ { found = $2 }
/"vm-state-size":/ { size = $2 }
/"date-sec":/ { taken = $2 }
/\\}/ {
  gsub(/[",]/, "", found); gsub(/,/, "", size); gsub(/,/, "", taken)
  if (found == name && taken != "") print size, taken
  found = ""
}`;

/**
 * Tells libvirt again of a snapshot that is in the disk and that it forgot, as when somebody undefined the guest: taken anew, the snapshot would
 * be of whatever the guest is now, and the one that people rely on would be gone (libvirt.org/formatsnapshot.html; virsh, "snapshot-create").
 */
const REMIND = `remind() {
  memory=internal was=running which=
  [ "\${1% *}" != 0 ] || { memory=no was=shutoff which=--inactive; }
  {
    echo "<domainsnapshot><name>$snapshot</name><description>taken by classlab</description>"
    echo "<state>$was</state><creationTime>\${1#* }</creationTime><memory snapshot='$memory'/>"
    echo "<disks><disk name='vda' snapshot='internal'/><disk name='vdb' snapshot='no'/></disks>"
    # shellcheck disable=SC2086
    virsh dumpxml "$guest" $which
    echo "</domainsnapshot>"
  } > "$work/snapshot.xml"
  virsh snapshot-create "$guest" "$work/snapshot.xml" --redefine >/dev/null
}
`;

/**
 * Script for the host: the guest has a snapshot of a name, of its disk and, where libvirt can, of what runs in it. One that is there
 * stays as it is, whoever took it; one that is in the disk and that libvirt forgot is made known to it. Safe to repeat.
 */
export function renderSnapshot(
  guest: GuestPlan,
  snapshot: string,
  settings: WaitSettings,
  mark: Pick<OwnerMark, "lab" | "id">,
): string {
  const watch = renderWatch(guest, settings, patientShell(guest, mark.lab, 30), readySeconds(settings));
  return `${watch}${assigned({ snapshot, disk: `${poolFolder(mark)}/${diskVolume(guest)}` })}take() {
  timeout ${WRITE_SECONDS} virsh -q -c ${LIBVIRT_URI} snapshot-create-as "$guest" "$snapshot" --description "taken by classlab" --atomic >/dev/null </dev/null
}
${REMIND}taken=$(lists snapshot-list "$guest" --name)
if ! among "$snapshot" "$taken"; then
  kept=$(as_root qemu-img info -U "$disk" --output=json | awk -v name="$snapshot" '${SNAPSHOT_ON_DISK}')
  if [ -n "$kept" ]; then
    remind "$kept"
  else
    ${guest.sharedFolder ? takenOff() : "take\n"}  fi
fi
echo '{"snapshot":"'"$guest/$snapshot"'"}'
`;
}
