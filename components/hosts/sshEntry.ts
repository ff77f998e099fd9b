import type { RemoteHost } from "../../course/hosts";
import { tunnelCommand } from "./tunnel";

/** Seconds that a host may take to answer, and one at the end of a tunnel, which is begun with a session of its own. */
export const CONNECT_SECONDS = { direct: 10, tunnel: 45 } as const;

/** Signatures that a host with an RSA key makes; the key's own name stands for a withdrawn one (openssh.com/txt/release-8.8). */
const RSA = "rsa-sha2-512,rsa-sha2-256";

/** A word with a space or a quote for ssh_config(5). */
export const quoted = (path: string): string => `"${path}"`;

/** Where of this machine an entry finds what it names. */
export interface SshPlaces {
  /** The home folder. */
  readonly home: string;
  /** The key that opens the host. */
  readonly identityFile: string;
}

/** How SSH reaches a host: its entry in a configuration, whose key is looked for by the host's name. */
export function sshEntry(
  name: string,
  remote: Pick<RemoteHost, "address" | "port" | "user" | "hostKey" | "tunnel">,
  { home, identityFile }: SshPlaces,
): string {
  const type = remote.hostKey?.split(" ")[0] ?? "";
  return [
    `Host ${name}`,
    `  HostName ${remote.address}`,
    `  Port ${remote.port}`,
    `  User ${remote.user}`,
    `  HostKeyAlias ${name}`,
    `  HostKeyAlgorithms ${type === "ssh-rsa" ? RSA : type}`,
    `  IdentityFile ${quoted(identityFile)}`,
    ...(remote.tunnel ? [`  ProxyCommand ${tunnelCommand(remote.tunnel, home.replaceAll("%", "%%"))}`] : []),
    `  ConnectTimeout ${CONNECT_SECONDS[remote.tunnel ? "tunnel" : "direct"]}`,
  ].join("\n");
}

/** What holds for all hosts: nobody is asked, and nobody else is taken for a host. */
export const SSH_COMMON: readonly string[] = [
  "Host *",
  "  BatchMode yes",
  "  IdentitiesOnly yes",
  "  StrictHostKeyChecking yes",
  "  GlobalKnownHostsFile none",
  "  LogLevel ERROR",
  "  ServerAliveInterval 15",
  "  ServerAliveCountMax 4",
];
