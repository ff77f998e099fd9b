import { teamKeyPath } from "../hypervisors/channelOptions";

/** Path, below the home folder, of the private key by which a lab reaches its hosts; one that a host names stands elsewhere. No team has a dot in its id. */
export function hostsKeyPath(lab: string): string {
  return teamKeyPath(lab, "hosts.key");
}

/** Path, below the home folder, of the SSH configuration by which a lab reaches its hosts. */
export function hostsConfigPath(lab: string): string {
  return `ssh/${lab}.hosts`;
}

/** Where a host keeps what reaches the channels of a lab's guests: it leaves with the lab's pool. */
export function hostFolder(lab: string): string {
  return `/var/lib/classlab/${lab}`;
}
