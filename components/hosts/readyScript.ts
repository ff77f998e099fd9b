import type { RemoteHost } from "../../course/hosts";
import { quote } from "../../course/shell";
import { HOME_VARIABLE } from "../hypervisors/channelOptions";
import { hostsKeyPath } from "./paths";
import { SSH_COMMON, sshEntry } from "./sshEntry";

/** Seconds that a host may take, once it answers, until it is as its user data says. */
export const HOST_READY_SECONDS = 600;

/**
 * Script for a new host: waits until cloud-init is done, and looks whether guests can run in it. Tells `{"nested":"vmx"}`; one in which
 * they cannot is told with its cause, since a cloud may pass over what it was asked for.
 */
export function renderHostReady(): string {
  return `set -eu
if command -v cloud-init >/dev/null 2>&1; then
  said=$(timeout ${HOST_READY_SECONDS} cloud-init status --wait 2>&1) || {
    # 2: done, with warnings (cloud-init 23.4 and later).
    if [ "$?" != 2 ]; then echo "host-not-ready: cloud-init did not come to its end: $(printf %s "$said" | tail -n 1)" >&2; exit 1; fi
  }
fi
nested=$(grep -om1 -wE 'vmx|svm' /proc/cpuinfo || :)
if [ -z "$nested" ]; then
  echo "nested-impossible: the host's processor shows neither vmx nor svm: the cloud passed over nested virtualization, or the type has none" >&2
  exit 1
fi
printf '{"nested":"%s"}\\n' "$nested"
`;
}

/** Ends what is written to a file: a line that neither a key nor a script has. */
const END = "END_OF_WHAT_IS_FOR_THE_HOST";

/** What is run on a new host as soon as it answers. */
export interface FirstRun {
  /** Command line there. */
  readonly command: string;
  /** What it reads. */
  readonly script: string;
  /** Seconds that the host may take until it answers. */
  readonly seconds: number;
}

/**
 * Script for this machine: waits until a new host answers to the lab's key, and runs something there. No setting of SSH is shared with anybody, since the
 * lab's own configuration knows no host that is not made yet. The deadline ends with SSH's last word.
 * @param name of the host
 */
export function renderWaiting(
  name: string,
  remote: Pick<RemoteHost, "address" | "port" | "user" | "hostKey" | "tunnel"> & { readonly lab: string },
  { command, script, seconds }: FirstRun,
): string {
  const home = `\${${HOME_VARIABLE}}`;
  const entry = sshEntry(name, remote, { home, identityFile: `${home}/${hostsKeyPath(remote.lab)}` });
  return `set -eu
umask 077
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cat > "$work/known" <<'${END}'
${name} ${remote.hostKey}
${END}
cat > "$work/config" <<'${END}'
${[entry, ...SSH_COMMON].join("\n")}
${END}
cat > "$work/script" <<'${END}'
${script.trimEnd()}
${END}
end=$(($(date +%s) + ${seconds}))
there() { SHELL=/bin/sh ssh -F "$work/config" -o UserKnownHostsFile="$work/known" ${name} ${quote(command)}; }
until there < "$work/script" > "$work/out" 2> "$work/said"; do
  code=$?
  # 255 is ssh's own: there is no connection, or no more, and the script may be run again.
  if [ "$code" != 255 ]; then cat "$work/said" >&2; exit "$code"; fi
  if [ "$(date +%s)" -ge "$end" ]; then
    # What ssh says of any stream that ended too early tells nothing.
    echo "host-not-ready: ${name} did not answer within ${seconds} s: $(grep -v '^kex_exchange_identification\\|^Connection closed by' "$work/said" | tail -n 1)" >&2
    exit 1
  fi
  sleep 2
done
cat "$work/out"
`;
}
