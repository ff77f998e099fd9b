import type { HostPlan } from "../../../course/hosts";
import type { GuestPlan } from "../../../course/plan";
import { quote } from "../../../course/shell";
import { sshToHost } from "../../hosts/paths";
import { PACKAGE_ROOT } from "../../packageRoot";
import { channelOptions, HOME_VARIABLE } from "../channelOptions";
import type { GuestChannel } from "../driver";
import { type ChannelFiles, readChannelFiles, sha256 } from "./moduleFiles";
import { encodedCommand, type ModuleCall, withoutComments } from "./transport";

/** Name, below the home folder, of what a Windows host is sent to reach a guest. */
export const HYPERV_CHANNEL = "channel.hyperv";

/** Digits that tell the length of a frame. */
const DIGITS = 8;

/** Text as ChannelBootstrap.ps1 reads it: how many bytes, and then those. */
export function frame(text: string): string {
  return `${String(Buffer.byteLength(text)).padStart(DIGITS, "0")}${text}`;
}

let read: ChannelFiles | undefined;

function files(): ChannelFiles {
  read ??= readChannelFiles(PACKAGE_ROOT);
  return read;
}

/** What every channel begins with on its host: the program, and the module and the source that it goes by. */
export function channelProgram({ runner, module, program } = files()): string {
  return `${frame(runner)}${frame(JSON.stringify({ module: { sha256: sha256(module), text: module }, program }))}`;
}

/** The command line of every channel on its host. */
export function channelLine({ bootstrap } = files()): string {
  return encodedCommand(withoutComments(bootstrap));
}

/** Seconds that a running guest may take to accept a connection from its host. */
const CONNECT_SECONDS = 20;

/** What the module is asked before anything leads into a guest. */
export function channelQuestion({ objectName }: Pick<GuestPlan, "objectName">, lab: string): ModuleCall {
  return { function: "Get-ClasslabChannel", data: { lab, guest: objectName } };
}

/** What one channel is about: the call of Get-ClasslabChannel, and how long is connected. A line: the end of it is part of the frame. */
export function channelCall(plan: Pick<GuestPlan, "objectName">, lab: string): string {
  const { data } = channelQuestion(plan, lab);
  return frame(`${JSON.stringify({ data, seconds: CONNECT_SECONDS })}\n`);
}

/**
 * Command whose input and output are the guest's SSH server: SSH to the host, and there what joins it with the guest's virtual socket. ssh runs it by a
 * shell that expands the variable. No percent sign is in it, which ssh would take for the beginning of a word of its own.
 */
function proxyCommand(plan: Pick<GuestPlan, "objectName">, lab: string, host: HostPlan): string {
  const home = `\${${HOME_VARIABLE}}`;
  const toHost = `${sshToHost(lab, host.name)} ${channelLine()}`;
  const begins = `cat "${home}/${HYPERV_CHANNEL}"; echo ${quote(channelCall(plan, lab).trimEnd())}`;
  // Nothing but the SSH to the host holds the output: where that ends, so does the channel, whatever waits for more input.
  return `sh -c ${quote(`exec 3<&0; { ${begins}; exec cat <&3; } | ${toHost} 3<&- & exec >&- 3<&-; wait $!`)}`;
}

/** Seconds that a guest which was ready may take to answer: PowerShell starts on its host, and compiles what joins. */
const ANSWER_SECONDS = 60;

function options(plan: Pick<GuestPlan, "objectName" | "team">, lab: string, host: HostPlan): string[] {
  return channelOptions({
    lab,
    team: plan.team,
    proxyCommand: proxyCommand(plan, lab, host),
    seconds: ANSWER_SECONDS,
    patient: true,
  });
}

function ssh(
  plan: Pick<GuestPlan, "objectName" | "team">,
  lab: string,
  host: HostPlan,
  more: readonly string[] = [],
): string {
  return ["ssh", ...[...options(plan, lab, host), ...more].map(quote), `root@${plan.objectName}`].join(" ");
}

/** Name of the variable that holds the path of a key which was the team's before. */
export const FORMER_VARIABLE = "CLASSLAB_FORMER";

/** Command that runs a script in a guest that may know a former key of its team alone; ssh itself expands the variable that names it. */
export function formerShell(
  plan: Pick<GuestPlan, "objectName" | "team">,
  lab: string,
  host: HostPlan,
): string {
  return `${ssh(plan, lab, host, ["-o", `IdentityFile=\${${FORMER_VARIABLE}}`])} sh -s`;
}

/**
 * The channel of a guest: SSH over a virtual socket of Hyper-V's, which its host alone has.
 * @param host where it is
 * @throws without a host: Hyper-V is never on this machine
 */
export function hypervChannel(
  plan: Pick<GuestPlan, "objectName" | "team">,
  lab: string,
  host?: HostPlan,
): GuestChannel {
  if (!host) throw new Error(`guest ${plan.objectName} is on no host`);
  const command = ssh(plan, lab, host);
  return {
    shell: `${command} sh -s --`,
    sshRelay: ssh(plan, lab, host, ["-W", "127.0.0.1:22"]),
    loadImages: `${command} docker load -q`,
    dockerHost: `ssh://root@${plan.objectName}`,
    sshOpts: options(plan, lab, host),
  };
}
