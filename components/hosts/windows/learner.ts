import { createHash } from "node:crypto";
import { LEARNER, REMOTE_DESKTOP_PORT } from "../../../course/learnerAccess";
import { type ModuleFiles, readModuleFiles } from "../../hypervisors/hyperv/moduleFiles";
import type { ModuleCalls } from "../../hypervisors/hyperv/transport";
import { SSHD_CONFIG } from "../../hypervisors/libvirt/windows/calls";
import { PACKAGE_ROOT, textIn } from "../../packageRoot";
import { type JumpSettings, jumpOwner, openPlaces } from "../jumpScript";

/** Where Remote Desktop of the host answers to who comes in by SSH. */
const REMOTE_DESKTOP = `127.0.0.1:${REMOTE_DESKTOP_PORT}`;

/** Text of the module that makes the account, and what brings it to a host. */
export function learnerFiles(): ModuleFiles {
  const module = textIn(PACKAGE_ROOT, "components/hosts/windows/Classlab.Learner.psm1");
  return { ...readModuleFiles(PACKAGE_ROOT), module };
}

/**
 * What keeps the account to connections. Of sshd_config(5) what OpenSSH for Windows knows (learn.microsoft.com, "OpenSSH Server configuration for Windows": no sockets but
 * TCP's, no tunnels).
 */
function settings(addresses: readonly string[]): string {
  return `${SSHD_CONFIG}
Match User ${LEARNER}
  AuthorizedKeysFile __PROGRAMDATA__/ssh/learner_authorized_keys
  AllowTcpForwarding local
  PermitOpen ${[REMOTE_DESKTOP, openPlaces(addresses)].join(" ").trim()}
  PermitListen none
  AllowAgentForwarding no
  PermitTTY no
  ForceCommand cmd.exe /c exit 1
`;
}

/** The account on a host with Windows: as `renderJumpScript` makes it on one with Linux, and with a desktop there. @param password of the desktop: a secret */
export function learnerCalls({ mark, publicKey, addresses }: JumpSettings, password: string): ModuleCalls {
  const own = { name: LEARNER, owner: jumpOwner(mark) };
  return {
    apply: {
      function: "Set-ClasslabLearner",
      data: {
        ...own,
        password,
        passwordMark: createHash("sha256").update(password).digest("hex"),
        authorizedKey: publicKey,
        settings: settings(addresses),
      },
    },
    remove: { function: "Remove-ClasslabLearner", data: { ...own, settings: SSHD_CONFIG } },
  };
}
