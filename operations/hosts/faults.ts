import { tunnelCommand } from "../../components/hosts/tunnel";
import { TUNNEL_NAMES } from "../../course/clouds/tunnel";
import type { Fault } from "../../course/faults";
import { homeFolder } from "../paths";
import type { RemoteMachine } from "./machine";

/** How the server's key is read on the host itself, where nobody stands between. */
const READ_KEY = {
  linux: "on the host itself, cat /etc/ssh/ssh_host_ed25519_key.pub",
  windows: "on the host itself, type C:\\ProgramData\\ssh\\ssh_host_ed25519_key.pub",
} as const;

/**
 * The file that lets a key in. Administrators of Windows have one for all of them (Microsoft, "Key-based authentication in OpenSSH for
 * Windows").
 */
function keysFile({ remote }: RemoteMachine): string {
  return remote.system === "windows"
    ? "C:\\ProgramData\\ssh\\administrators_authorized_keys on the host, a file that administrators and the system alone may open"
    : `~/.ssh/authorized_keys of ${remote.user} on the host`;
}

const where = ({ name, remote }: RemoteMachine): string =>
  remote.tunnel
    ? `host ${name} (${remote.user}, by ${TUNNEL_NAMES[remote.tunnel.kind]})`
    : `host ${name} (${remote.user}@${remote.address}, port ${remote.port})`;

/** What OpenSSH's client says of any stream that ended too early: what ended it was said before. */
const ENDED = /^kex_exchange_identification: |^Connection (?:closed|reset) by (?:UNKNOWN|remote)/;

/** What ssh, or the program that it goes through, said of why there is no connection. */
export function lastWord(words: string): string {
  const lines = words.split("\n").flatMap((line) => line.trim() || []);
  return lines.findLast((line) => !ENDED.test(line)) ?? lines.at(-1) ?? "";
}

/** A host without a key in the configuration, as a fault. */
export function hostKeyMissing(machine: RemoteMachine): Fault {
  const { address, port } = machine.remote;
  return {
    code: "host-key-missing",
    where: where(machine),
    what: "its hostKey is not configured, so that nobody could tell it from another machine at its address",
    expected: "hostKey: ssh-ed25519 AAAA…, the host's public key",
    fix: `Run ssh-keyscan -t ed25519 -p ${port} ${address}, compare the key with the host's own (${READ_KEY[machine.remote.system]}), and write it without the name before it`,
  };
}

/** Words of OpenSSH's client about a host that is another than it should be. */
export const OTHER_KEY =
  /Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED|no matching host key type|host key is known for .* strict checking/;

/** Words of OpenSSH's client about a user who is not let in. */
const NOT_LET_IN = /Permission denied|Too many authentication failures|Load key |no such identity/;

/** Words of `sudo -n` about a user who may not become root. */
const NOT_ROOT = /^sudo: .*(?:a password is required|may not run sudo|not allowed|command not found)/m;

/** Words of OpenSSH's client, and of a shell, about a host that is not there. */
const NOT_THERE =
  /^ssh: |kex_exchange_identification|Connection (?:closed|reset|timed out)|Connection to .* (?:closed|timed out)|client_loop|Timeout, server|banner exchange/m;

/** A host that cannot be connected to, as a fault. @param said what ssh said of it */
export function unreachable(machine: RemoteMachine, said: string): Fault {
  const { remote } = machine;
  const common = {
    code: "host-unreachable",
    where: where(machine),
    what: `it does not answer (${said || "no word"})`,
  } as const;
  if (remote.tunnel)
    return {
      ...common,
      expected: `a host that is on, credentials that may begin a session there, and the programs for it`,
      fix: `See that npx classlab doctor finds all of them, and what this says by itself: ${tunnelCommand(remote.tunnel, homeFolder())}`,
    };
  return {
    ...common,
    expected: "a host that is on, in the network, with an SSH server",
    fix: `Switch it on, or mend address and port; ssh -p ${remote.port} ${remote.user}@${remote.address} has to come as far as asking for a login`,
  };
}

/**
 * What ssh said when it did not come as far as the command, as a fault; undefined where the command itself said it.
 * @param code exit code: 255 is ssh's own
 * @param publicKey line that opens the host once it is in `authorized_keys` there; undefined where a file of the user's is used
 */
export function connectionFault(
  machine: RemoteMachine,
  code: number,
  words: string,
  publicKey: string | undefined,
): Fault | undefined {
  const { remote } = machine;
  const said = lastWord(words);
  if (NOT_ROOT.test(words)) {
    return {
      code: "host-access-denied",
      where: where(machine),
      what: `${remote.user} may not become root there without a password (${said})`,
      expected: "root, or a user who may: making virtual machines and networks is root's",
      fix: `On the host, run: echo '${remote.user} ALL=(ALL) NOPASSWD: ALL' | sudo tee /etc/sudoers.d/classlab`,
    };
  }
  if (code !== 255) return undefined;
  if (OTHER_KEY.test(words)) {
    return {
      code: "host-key-changed",
      where: where(machine),
      what: "the machine that answers there has another key than the hostKey that is configured: it was installed anew, or it is another machine; nothing was sent to it",
      expected: `the host with ${remote.hostKey ?? "its key"}`,
      fix: `If the host was installed anew, read its key (${READ_KEY[remote.system]}) and write it as hostKey; otherwise find out who answers there`,
    };
  }
  if (NOT_LET_IN.test(words)) {
    return {
      code: "host-access-denied",
      where: where(machine),
      what: `it does not let ${remote.user} in (${said})`,
      fix:
        publicKey === undefined && remote.system === "linux"
          ? `Let the key of ${remote.identityFile} in: ssh-copy-id -i ${remote.identityFile} -p ${remote.port} ${remote.user}@${remote.address}; it must have no passphrase`
          : `Add this line to ${keysFile(machine)}: ${publicKey ?? `the public key beside ${remote.identityFile}`}`,
    };
  }
  return NOT_THERE.test(words) || said === "" ? unreachable(machine, said) : undefined;
}
