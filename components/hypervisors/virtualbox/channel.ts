import { GUEST_USER } from "../../../course/access";
import { type HostPlan, remoteOf } from "../../../course/hosts";
import type { GuestPlan } from "../../../course/plan";
import { quote } from "../../../course/shell";
import { sshToHost } from "../../hosts/paths";
import { HOME_VARIABLE, teamKeyPath } from "../channelOptions";
import type { GuestChannel } from "../driver";
import { GUEST_RUN, hostClientFolder } from "./paths";

/** guestcontrol carries no stream: what needs one is refused in words. */
const NO_STREAM = "echo 'VirtualBox carries no connection into a guest but by its network' >&2; exit 1";

/**
 * The channel of a guest: VBoxManage's guestcontrol, as the guest's own user, by the password of its console. A shell expands the variable: the
 * recorded input is the same on every machine.
 * @param host where it is; this machine without it
 */
export function virtualBoxChannel(
  { objectName }: Pick<GuestPlan, "objectName">,
  lab: string,
  host?: HostPlan,
): GuestChannel {
  const home = `\${${HOME_VARIABLE}}`;
  const remote = host && remoteOf(host);
  const program = remote
    ? `${sshToHost(lab, host.name)} sh ${hostClientFolder(lab)}/${GUEST_RUN}`
    : `sh "${home}/${GUEST_RUN}"`;
  const password = `"${home}/${teamKeyPath(lab, `${objectName}.password`)}"`;
  const words = `${program} ${objectName} ${GUEST_USER}`;
  // In a shell of its own: what stands behind it are the script's arguments.
  const shell = `sh -c ${quote(`{ cat ${password}; cat; } | ${words} "$@"`)} sh`;
  return {
    shell,
    sshRelay: `sh -c ${quote(NO_STREAM)}`,
    loadImages: `sh -c ${quote(NO_STREAM)}`,
    dockerHost: `ssh://root@${objectName}`,
    sshOpts: [],
  };
}
