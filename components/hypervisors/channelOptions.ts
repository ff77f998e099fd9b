/** Environment variable that holds the folder of keys and state; part of the environment `classlab env` prints. */
export const HOME_VARIABLE = "CLASSLAB_HOME";

/** Path of a team's private key below the home folder. */
export function teamKeyPath(lab: string, team: string): string {
  return `keys/${lab}/${team}`;
}

/**
 * The exchange of keys that costs both ends least, where nobody listens or nothing is said: the default, which is proof against quantum computers,
 * takes an emulated guest 1.5 s more of each connection (OpenSSH 9.2; measured: 2.0 s against 0.5 s), and P-256 half of what X25519 does.
 */
export const QUICK_EXCHANGE = "KexAlgorithms=^ecdh-sha2-nistp256,curve25519-sha256";

/** What SSH over a guest's management channel leads through, and whose key opens it. */
export interface ChannelWay {
  readonly lab: string;
  readonly team: string;
  /** Command whose standard input and output are the guest's SSH server; ssh hands it to a shell. */
  readonly proxyCommand: string;
  /** How long an answer is waited for, in seconds. */
  readonly seconds: number;
  /** Whether a connection that is silent is asked for a sign of life: an emulated guest may be silent for long, and is given two minutes. */
  readonly patient?: boolean;
}

/** Options by which OpenSSH reaches a guest over its management channel. What ssh expands itself is the same on every machine. */
export function channelOptions({ lab, team, proxyCommand, seconds, patient }: ChannelWay): string[] {
  const options = [
    `ProxyCommand=${proxyCommand}`,
    `IdentityFile=\${${HOME_VARIABLE}}/${teamKeyPath(lab, team)}`,
    "IdentitiesOnly=yes",
    "BatchMode=yes",
    // The other end is named by the command that leads there; nobody stands between.
    "StrictHostKeyChecking=no",
    "UserKnownHostsFile=/dev/null",
    "LogLevel=ERROR",
    QUICK_EXCHANGE,
    `ConnectTimeout=${seconds}`,
    ...(patient ? ["ServerAliveInterval=15", "ServerAliveCountMax=8"] : []),
  ];
  // The user's own SSH configuration must not reach in here.
  return ["-F", "none", ...options.flatMap((option) => ["-o", option])];
}
