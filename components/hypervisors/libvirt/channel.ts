import { type HostPlan, remoteOf } from "../../../course/hosts";
import type { GuestPlan } from "../../../course/plan";
import { quote } from "../../../course/shell";
import { hostFolder, hostsConfigPath } from "../../hosts/paths";
import { HOME_VARIABLE, teamKeyPath } from "../containers/channel";
import type { GuestChannel } from "../driver";

/** Name, below the home folder, of the program that reaches a guest's channel on this machine. */
export const CHANNEL_CLIENT = "channel.pl";

/**
 * Command that runs the channel's client where the guest is: on its host. A shell expands the variable here, and ssh in what follows:
 * the recorded input is the same on every machine, and wherever the host is.
 */
function client(lab: string, host: HostPlan | undefined): string {
  const remote = host && remoteOf(host);
  if (!remote) return `perl "\${${HOME_VARIABLE}}/${CHANNEL_CLIENT}"`;
  const way = `ssh -F "\${${HOME_VARIABLE}}/${hostsConfigPath(lab)}" ${host.name}`;
  return `${way} ${remote.asRoot}perl ${hostFolder(lab)}/${CHANNEL_CLIENT}`;
}

/**
 * Options by which SSH reaches a guest over its serial channel, so that one without any network is managed all the same.
 * @param seconds how long the channel is waited for
 */
function options(
  plan: Pick<GuestPlan, "objectName" | "team">,
  lab: string,
  seconds: number,
  host?: HostPlan,
): string[] {
  return [
    // The user's own SSH configuration must not reach in here.
    "-F",
    "none",
    "-o",
    `ProxyCommand=${client(lab, host)} ${plan.objectName} ${seconds}`,
    "-o",
    `IdentityFile=\${${HOME_VARIABLE}}/${teamKeyPath(lab, plan.team)}`,
    "-o",
    "IdentitiesOnly=yes",
    "-o",
    "BatchMode=yes",
    // The other end is named by its socket; nobody stands between.
    "-o",
    "StrictHostKeyChecking=no",
    "-o",
    "UserKnownHostsFile=/dev/null",
    "-o",
    "LogLevel=ERROR",
    "-o",
    `ConnectTimeout=${seconds}`,
    "-o",
    "ServerAliveInterval=15",
    "-o",
    "ServerAliveCountMax=8",
  ];
}

/** Seconds that a guest which was ready may take to answer: an emulated one that works hard is slow. */
const ANSWER_SECONDS = 60;

function ssh(
  plan: Pick<GuestPlan, "objectName" | "team">,
  lab: string,
  seconds: number,
  more: readonly string[] = [],
  host?: HostPlan,
): string {
  const words = [...options(plan, lab, seconds, host), ...more].map(quote);
  return ["ssh", ...words, `root@${plan.objectName}`].join(" ");
}

/** Command on the guest's host that runs, as root in a guest that may still be starting, the script on its standard input. */
export function patientShell(
  plan: Pick<GuestPlan, "objectName" | "team">,
  lab: string,
  seconds: number,
): string {
  return `${ssh(plan, lab, seconds)} sh -s --`;
}

/**
 * The channel of a guest: SSH over a serial port of it that the host alone has.
 * @param host where it is; the machine that uses the channel without it
 */
export function libvirtChannel(
  plan: Pick<GuestPlan, "objectName" | "team">,
  lab: string,
  host?: HostPlan,
): GuestChannel {
  const command = ssh(plan, lab, ANSWER_SECONDS, [], host);
  return {
    shell: `${command} sh -s --`,
    sshRelay: ssh(plan, lab, ANSWER_SECONDS, ["-W", "127.0.0.1:22"], host),
    loadImages: `${command} docker load -q`,
    dockerHost: `ssh://root@${plan.objectName}`,
    sshOpts: options(plan, lab, ANSWER_SECONDS, host),
  };
}
