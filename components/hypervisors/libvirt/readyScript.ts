import { createHash } from "node:crypto";
import type { GuestPlan } from "../../../course/plan";
import { quote } from "../../../course/shell";
import { ENGINE_ANSWERS } from "../../dockerApi";
import type { SshKeyPair } from "../../sshKey";
import { renderLanguage } from "../containers/guestLanguage";
import { patientShell } from "./channel";
import type { DomainSettings } from "./domain";
import { FIRST_START, RESULT } from "./firstStart";
import { renderSharedMount } from "./sharedMount";
import { readySeconds, renderWatch, type WaitSettings } from "./watch";

/** What a guest is to have whenever it is ready: secrets among it. */
export interface ReadyArgs {
  readonly lab: string;
  /** Line for `authorized_keys`. */
  readonly authorizedKey: string;
  readonly hostKey: SshKeyPair;
  /** Hash of the console's password by crypt(5). */
  readonly passwordHash: string;
  /** How its host shares folders; absent where it shares none. */
  readonly sharedBy?: DomainSettings["sharedFolders"]["by"];
  /** Whether its Docker Engine is waited for; true by default. */
  readonly engine?: boolean;
}

/** Seconds that the first start of a client over the channel may take. */
const CONNECT_SECONDS = 30;

/**
 * Script for the guest, run as root: its first start is done without an error, its keys and its password are those of the lab, the folder that it
 * shares is mounted, and its Docker Engine answers.
 */
export function renderReadyInGuest(guest: GuestPlan, args: ReadyArgs): string {
  const { authorizedKey, hostKey, passwordHash, sharedBy, engine = true } = args;
  // What a learner chose afterwards stays: the password is set once for each that the lab gives.
  const password = createHash("sha256").update(passwordHash).digest("hex");
  return `set -eu
umask 077
${FIRST_START}uptime
end=$((seconds + $1))
if ! first_start_ended "$end"; then
  echo "its first start did not end in time: cloud-init is at $(cloud-init status 2>/dev/null | tail -n 1)" >&2
  exit 1
fi
errors=
# An emulated guest starts Python in half a second.
grep -Eq '"errors": *\\[ *\\]' ${RESULT} || errors=$(python3 -IS -c 'import json
print("; ".join(json.load(open("${RESULT}"))["v1"]["errors"]))')
if [ -n "$errors" ]; then
  echo "its first start had errors: $errors" >&2
  exit 1
fi
key=${quote(authorizedKey)}
printf '%s\\n' "$key" > /etc/classlab/channel_keys
install -d -m 700 -o ubuntu -g ubuntu /home/ubuntu/.ssh
file=/home/ubuntu/.ssh/authorized_keys
# Keys that learners added stay; ours is the line that carries the mark.
{ if [ -f "$file" ]; then grep -v " classlab:" "$file" || true; fi; printf '%s\\n' "$key"; } > "$file.new"
chown ubuntu:ubuntu "$file.new"
mv "$file.new" "$file"
cat > /etc/classlab/host_key.new <<'HOST_KEY'
${hostKey.privateKey}HOST_KEY
if cmp -s /etc/classlab/host_key.new /etc/ssh/ssh_host_ed25519_key; then
  rm /etc/classlab/host_key.new
else
  mv /etc/classlab/host_key.new /etc/ssh/ssh_host_ed25519_key
  echo ${quote(hostKey.publicKey)} > /etc/ssh/ssh_host_ed25519_key.pub
  chmod 644 /etc/ssh/ssh_host_ed25519_key.pub
  systemctl try-reload-or-restart ssh
fi
if [ "$(cat /etc/classlab/password.set 2>/dev/null)" != ${password} ]; then
  chpasswd -e <<'PASSWORD'
ubuntu:${passwordHash}
PASSWORD
  echo ${password} > /etc/classlab/password.set
fi
sh -s <<'LANGUAGE'
${renderLanguage(guest)}LANGUAGE
${sharedBy ? renderSharedMount(guest, sharedBy) : ""}${
  engine
    ? `until ${ENGINE_ANSWERS}; do
  uptime
  [ "$seconds" -lt "$end" ] || { echo "its Docker Engine did not answer in time" >&2; exit 1; }
  sleep 1
done
`
    : ""
}echo '{"ready":true}'
`;
}

/**
 * Script for this machine: waits until the guest is ready. A guest that does not know the team's key, since that was made anew, is
 * told it by its agent, which asks for none.
 */
export function renderReady(guest: GuestPlan, settings: WaitSettings, args: ReadyArgs): string {
  const shell = patientShell(guest, args.lab, CONNECT_SECONDS);
  return `${renderWatch(guest, settings, shell, readySeconds(settings))}refused() {
  case $1 in *"Permission denied"*) ;; *) return 0 ;; esac
  key=$(printf '%s\\n' ${quote(args.authorizedKey)} | base64 | tr -d '\\n')
  virsh qemu-agent-command --timeout 10 "$guest" '{"execute":"guest-exec","arguments":{"path":"/bin/sh","arg":["-c","umask 077; cat > /etc/classlab/channel_keys"],"input-data":"'"$key"'"}}' >/dev/null 2>&1 || :
}
in_guest <<'GUEST'
${renderReadyInGuest(guest, args)}GUEST
`;
}
