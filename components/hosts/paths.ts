import { HOME_VARIABLE, teamKeyPath } from "../hypervisors/channelOptions";

/** Path, below the home folder, of the private key by which a lab reaches its hosts; one that a host names stands elsewhere. No team has a dot in its id. */
export function hostsKeyPath(lab: string): string {
  return teamKeyPath(lab, "hosts.key");
}

/** Path, below the home folder, of the SSH configuration by which a lab reaches its hosts. */
export function hostsConfigPath(lab: string): string {
  return `ssh/${lab}.hosts`;
}

/**
 * Command that runs on a host what is written behind it: OpenSSH by the lab's configuration. A shell expands the variable, and ssh in a command of
 * its own: the recorded input is the same on every machine.
 */
export function sshToHost(lab: string, host: string): string {
  return `ssh -F "\${${HOME_VARIABLE}}/${hostsConfigPath(lab)}" ${host}`;
}

/** Where a host keeps what reaches the channels of a lab's guests: it leaves with the lab's pool. */
export function hostFolder(lab: string): string {
  return `/var/lib/classlab/${lab}`;
}
