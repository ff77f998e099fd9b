import { GUEST_USER } from "../../../course/access";
import { MODE_TRAITS } from "../../../course/modes";
import type { GuestPlan } from "../../../course/plan";
import { quote } from "../../../course/shell";
import { renderGuestNetwork } from "../libvirt/adaptersScript";
import type { GuestNetworkSettings } from "../libvirt/networkConfig";
import { renderLines } from "./instructions";
import { machineUuid } from "./machine";
import { startSteps } from "./power";
import { HEAD, renderRunner, written } from "./script";
import { guestRunText } from "./sources";

/** Seconds that a guest may take until all of it is there: a desktop's packages are fetched and installed at its first start. */
export const READY_SECONDS: Readonly<Record<GuestPlan["profile"], number>> = { server: 900, desktop: 3600 };

/** What is known of a guest for waiting for it. */
export interface ReadyArgs {
  /** Line for `authorized_keys`. */
  readonly authorizedKey: string;
  /** Password of the guest's user: a secret. */
  readonly password: string;
  /** Its networks as it is to have them. */
  readonly network: GuestNetworkSettings;
  /** True where the learner installs it by hand: nothing in it answers before. */
  readonly byHand: boolean;
}

/**
 * Whether a guest is waited for: one that is installed by hand, or has no way out to fetch the Guest Additions by, answers to nobody. It only has
 * to run.
 */
export function isAwaited(guest: Pick<GuestPlan, "adapters">, byHand: boolean): boolean {
  return !byHand && guest.adapters.some(({ mode }) => mode !== "disabled" && MODE_TRAITS[mode].internet);
}

/** Script for the guest, run as root: its first start is done without an error, and its key is the team's. */
function inGuest(authorizedKey: string): string {
  return `set -eu
umask 077
cloud-init status --wait >/dev/null 2>&1 || :
errors=$(python3 -IS -c 'import json
print("; ".join(json.load(open("/run/cloud-init/result.json"))["v1"]["errors"]))')
if [ -n "$errors" ]; then
  echo "its first start had errors: $errors" >&2
  exit 1
fi
mkdir -p /etc/classlab
install -d -m 700 -o ${GUEST_USER} -g ${GUEST_USER} /home/${GUEST_USER}/.ssh
file=/home/${GUEST_USER}/.ssh/authorized_keys
# Keys that learners added stay; ours is the line that carries the mark.
{ if [ -f "$file" ]; then grep -v " classlab:" "$file" || true; fi; printf '%s\\n' ${quote(authorizedKey)}; } > "$file.new"
chown ${GUEST_USER}:${GUEST_USER} "$file.new"
mv "$file.new" "$file"
`;
}

/**
 * Script for the guest's host: starts the guest, waits until it answers over its channel and its first start is done, and has its networks be as
 * planned. Safe to repeat. It holds the guest's password: a secret as a whole.
 */
export function renderReady(guest: GuestPlan, args: ReadyArgs): string {
  const uuid = machineUuid(args.network.mark, guest.objectName);
  const seconds = READY_SECONDS[guest.profile];
  const started = `${HEAD}${renderRunner()}${written("apply", renderLines(startSteps(uuid)))}steps apply
`;
  const told = `echo '{"ready":true}'\n`;
  if (!isAwaited(guest, args.byHand)) return started + told;
  return `${started}${written("password", args.password)}${written("guest-run", guestRunText())}now() { cut -d. -f1 /proc/uptime; }
end=$(($(now) + ${seconds}))
in_guest() { { cat "$work/password"; cat; } | sh "$work/guest-run" ${quote(guest.objectName)} ${GUEST_USER} "$@"; }
not_ready() { fail "guest-not-ready: ${guest.objectName}: $1"; }
until words=$(echo : | in_guest 2>&1); do
  state=$(manage showvminfo ${uuid} --machinereadable | sed -n 's/^VMState="\\(.*\\)".*/\\1/p')
  [ "$state" = running ] || not_ready "it does not run ($state)"
  [ "$(now)" -lt "$end" ] || not_ready "it did not answer over its channel within ${seconds} s ($words)"
  sleep 2
done
${written("prepare", inGuest(args.authorizedKey))}${written("network", renderGuestNetwork(guest, args.network))}for part in prepare network; do
  words=$(in_guest $((end - $(now))) < "$work/$part" 2>&1 >/dev/null) || not_ready "$words"
done
${told}`;
}
