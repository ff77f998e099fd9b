import { type HostPlan, remoteOf } from "../../../course/hosts";
import type { GuestPlan } from "../../../course/plan";
import { quote } from "../../../course/shell";
import { hostFolder, sshToHost } from "../../hosts/paths";
import { channelOptions, HOME_VARIABLE } from "../channelOptions";
import type { GuestChannel } from "../driver";
import { CHANNEL_ACCOUNT } from "./windows/answers";

/** Name, below the home folder, of the program that reaches a guest's channel on this machine. */
export const CHANNEL_CLIENT = "channel.pl";

/**
 * Command that runs the channel's client where the guest is: on its host. A shell expands the variable here, and ssh in what follows:
 * the recorded input is the same on every machine, and wherever the host is.
 */
function client(lab: string, host: HostPlan | undefined): string {
  const remote = host && remoteOf(host);
  if (!remote) return `perl "\${${HOME_VARIABLE}}/${CHANNEL_CLIENT}"`;
  return `${sshToHost(lab, host.name)} ${remote.asRoot}perl ${hostFolder(lab)}/${CHANNEL_CLIENT}`;
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
  const proxyCommand = `${client(lab, host)} ${plan.objectName} ${seconds}`;
  return channelOptions({ lab, team: plan.team, proxyCommand, seconds, patient: true });
}

/** Seconds that a guest which was ready may take to answer: an emulated one that works hard is slow. */
const ANSWER_SECONDS = 60;

function ssh(
  plan: Pick<GuestPlan, "objectName" | "team">,
  lab: string,
  seconds: number,
  more: readonly string[] = [],
  host?: HostPlan,
  user = "root",
): string {
  const words = [...options(plan, lab, seconds, host), ...more].map(quote);
  return ["ssh", ...words, `${user}@${plan.objectName}`].join(" ");
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
 * Command on the guest's host that runs a command line in a guest with Windows that may still be starting, with what is on its standard input.
 * @param user who runs it, an administrator
 */
export function patientCommand(
  plan: Pick<GuestPlan, "objectName" | "team">,
  lab: string,
  seconds: number,
  user: string,
  line: string,
): string {
  return `${ssh(plan, lab, seconds, [], undefined, user)} ${quote(line)}`;
}

/**
 * The channel of a guest: SSH over a serial port of it that the host alone has.
 * @param host where it is; the machine that uses the channel without it
 */
export function libvirtChannel(
  plan: Pick<GuestPlan, "objectName" | "team" | "windows">,
  lab: string,
  host?: HostPlan,
): GuestChannel {
  const user = plan.windows ? CHANNEL_ACCOUNT : "root";
  const command = ssh(plan, lab, ANSWER_SECONDS, [], host, user);
  return {
    shell: `${command} sh -s --`,
    sshRelay: ssh(plan, lab, ANSWER_SECONDS, ["-W", "127.0.0.1:22"], host, user),
    loadImages: `${command} docker load -q`,
    dockerHost: `ssh://root@${plan.objectName}`,
    sshOpts: options(plan, lab, ANSWER_SECONDS, host),
  };
}
