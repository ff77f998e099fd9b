import type { Tunnel } from "../../course/clouds/tunnel";

/** Name, below the home folder, of the program that makes one stream of Bastion's tunnel, which is a port of this machine. */
export const BASTION_STREAM = "bastion-stream.mjs";

/** Port of SSH behind a tunnel. */
const SSH_PORT = 22;

/**
 * Command whose input and output are the SSH server of a host behind a tunnel, for `ProxyCommand`: the programs of Amazon
 * (AWS Systems Manager User Guide, "Allow and control permissions for SSH connections through Session Manager") and of Azure
 * (learn.microsoft.com, "Connect to a VM using Bastion and a native client"). A shell runs it.
 * @param home the home folder, as that shell finds it
 */
export function tunnelCommand(tunnel: Tunnel, home: string): string {
  if (tunnel.kind === "session-manager")
    return [
      "aws ssm start-session",
      `--region ${tunnel.region}`,
      `--target ${tunnel.machine}`,
      "--document-name AWS-StartSSHSession",
      `--parameters portNumber=${SSH_PORT}`,
    ].join(" ");
  const [, , subscription = ""] = tunnel.machine.split("/");
  return [
    `node "${home}/${BASTION_STREAM}"`,
    "az network bastion tunnel",
    `--subscription ${subscription}`,
    `--resource-group ${tunnel.group}`,
    `--name ${tunnel.name}`,
    `--target-resource-id ${tunnel.machine}`,
    `--resource-port ${SSH_PORT}`,
  ].join(" ");
}
