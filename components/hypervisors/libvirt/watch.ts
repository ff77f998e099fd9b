import type { GuestPlan } from "../../../course/plan";
import { consoleLog, type DomainSettings } from "./domain";
import { assigned, HEAD } from "./virsh";
import { WORK } from "./work";

/** What a console says first: the kernel, or where it is told to be quiet the machine image's own first process. */
const BEGINS = "Linux version|classlab: the machine starts";

/** What a console says when a start has come to its end and nothing follows: the kernel's words, the initramfs's, systemd's, and those of the first start of Windows (windows/guest/FirstStart.ps1). */
const ENDS =
  "Kernel panic - not syncing|Dropping to a shell!|You are in emergency mode|classlab: the first start failed";

/** How long a guest may take, in seconds, until all of it answers. Emulated ones share the host's processors, and work some twenty times as long. */
const READY_SECONDS: Readonly<Record<DomainSettings["acceleration"], number>> = { kvm: 240, tcg: 900 };

/** What a first start that installs packages may take longer, in seconds: it downloads some 200 MB, and unpacks them on an emulated processor. */
const INSTALL_SECONDS: Readonly<Record<DomainSettings["acceleration"], number>> = { kvm: 900, tcg: 5400 };

/** How long the first start of Windows may take: it finds its devices, starts two times or three, turns Hyper-V on. Nobody has measured it (docs/field-test.md). */
const WINDOWS_SECONDS: Readonly<Record<DomainSettings["acceleration"], number>> = { kvm: 3600, tcg: 14_400 };

/** Seconds from one look at a guest that is waited for to the next. */
const LOOK_SECONDS = 2;

/** What a wait for a guest goes by. */
export type WaitSettings = Pick<DomainSettings, "acceleration" | "consoleFolder" | "installs" | "windows">;

/** Seconds that a guest may take until all of it answers. */
export function readySeconds({
  acceleration,
  installs,
  windows,
}: Omit<WaitSettings, "consoleFolder">): number {
  if (windows) return WINDOWS_SECONDS[acceleration];
  return READY_SECONDS[acceleration] + (installs ? INSTALL_SECONDS[acceleration] : 0);
}

/**
 * Shell that runs scripts in a guest which may still be starting, and sees at once when nothing will come of it. `in_guest` runs the
 * script on its standard input there; it ends the script of the host with the cause and the end of the guest's console when the guest
 * crashed, stopped, or did not answer within the deadline.
 * @param shell of the guest's channel
 * @param seconds deadline for all of the script
 */
export function renderWatch(
  guest: GuestPlan,
  settings: Pick<DomainSettings, "consoleFolder">,
  shell: string,
  seconds: number,
): string {
  return `${HEAD}${WORK}${assigned({ guest: guest.objectName, console: consoleLog(guest, settings) })}calling=
cleaned() {
  [ -z "$calling" ] || kill "$calling" 2>/dev/null || :
  rm -rf "$work"
}
now() { cut -d. -f1 /proc/uptime; }
end=$(($(now) + ${seconds}))
# Of this start alone: the log goes on from one to the next. What a kernel adds to its last words is not for readers.
printed() {
  as_root tail -n 500 "$console" 2>/dev/null </dev/null | tr -d '\\r' | sed 's/\\x1b\\[[0-9;?]*[A-Za-z]//g' |
    awk '/${BEGINS}/ { count = over = 0 } !over && /[^ ]/ { line[count++] = $0 } /${ENDS}/ { over = 1 }
      END { for (i = 0; i < count; i++) print line[i] }'
}
not_ready() {
  echo "guest-not-ready: $guest: $1. Last lines of its console:" >&2
  printed | tail -n 20 >&2
  exit 1
}
alive() {
  state=$(virsh domstate "$guest" --reason 2>&1) || case $state in
    *"failed to connect"* | *"socket is closed"* | *"End of file"*) fail "libvirt-not-answering: $state" ;;
    *) not_ready "the host does not have it: $state" ;;
  esac
  case $state in
    running* | idle* | "no state"*) ;;
    *crashed*) not_ready "its kernel crashed" ;;
    *"I/O error"*) not_ready "it stands still since its disk could not be written: the host has no room, or the disk is damaged" ;;
    *) not_ready "it does not run ($state)" ;;
  esac
  last=$(printed | tail -n 1 | grep -E '${ENDS}') || return 0
  # The machine image's first process says why it ends.
  why=$(printed | grep '^classlab: ' | grep -Ev '${BEGINS}' | tail -n 1)
  not_ready "its start came to an end (\${why:-$last})"
}
in_guest() {
  cat > "$work/script"
  while :; do
    left=$((end - $(now)))
    [ "$left" -gt 0 ] || not_ready "it did not answer over its channel within ${seconds} s ($(tail -n 1 "$work/words" 2>/dev/null))"
    # Opened here: a call that is ended before it began must not complain that its folder is gone.
    exec 3< "$work/script" 4> "$work/answer" 5> "$work/words"
    ${shell} "$left" <&3 >&4 2>&5 3<&- 4>&- 5>&- &
    calling=$!
    exec 3<&- 4>&- 5>&-
    while kill -0 "$calling" 2>/dev/null; do
      alive
      [ "$(now)" -le $((end + 10)) ] || not_ready "it did not answer within ${seconds} s"
      # Ends with the call. What looks four times a second by programs of its own takes a tenth of two processors from ten guests that start.
      timeout ${LOOK_SECONDS} tail -s 0.1 -f --pid="$calling" /dev/null || :
    done
    code=0
    wait "$calling" || code=$?
    calling=
    case $code in
      0) cat "$work/answer"; return 0 ;;
      255) alive; refused "$(cat "$work/words")"; sleep 0.5 ;;
      *) not_ready "$(told_why)" ;;
    esac
  done
}
refused() { :; }
told_why() { tail -n 5 "$work/words"; }
`;
}
