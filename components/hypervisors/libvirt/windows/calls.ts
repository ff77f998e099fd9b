import { createHash } from "node:crypto";
import type { GuestPlan } from "../../../../course/plan";
import type { SshKeyPair } from "../../../sshKey";
import type { ModuleCall } from "../../hyperv/transport";
import { type GuestNetworkSettings, plannedAddresses } from "../networkConfig";
import { CHANNEL_ACCOUNT } from "./answers";

/**
 * Settings of the SSH server of a guest, or of a host in a cloud (learn.microsoft.com, "OpenSSH Server configuration for Windows"): who has the team's key is let in, as whatever account;
 * a password lets nobody in. Every account of the lab's is an administrator.
 */
export const SSHD_CONFIG = `# classlab's own.
HostKey __PROGRAMDATA__/ssh/ssh_host_ed25519_key
AuthorizedKeysFile __PROGRAMDATA__/ssh/administrators_authorized_keys
PubkeyAuthentication yes
AuthenticationMethods publickey
PasswordAuthentication no
PermitEmptyPasswords no
Subsystem sftp sftp-server.exe
MaxSessions 1000
`;

/** What a guest with Windows is to have whenever it is ready: secrets. */
export interface WindowsReadyArgs {
  readonly authorizedKey: string;
  readonly hostKey: SshKeyPair;
  /** Passwords of learners' accounts, by name. */
  readonly passwords: Readonly<Record<string, string>>;
}

/** What makes a guest ready: its accounts, its keys, and that Hyper-V runs where it is wanted. @throws without a password for an account */
export function readyCall(guest: GuestPlan, args: WindowsReadyArgs): ModuleCall {
  const { authorizedKey, hostKey, passwords } = args;
  const accounts = (guest.windows?.accounts ?? []).map((name) => {
    const password = passwords[name];
    if (password === undefined) throw new Error(`account ${name} of ${guest.objectName} has no password`);
    return { name, password, mark: createHash("sha256").update(password).digest("hex") };
  });
  return {
    function: "Set-ClasslabGuest",
    data: {
      accounts,
      own: CHANNEL_ACCOUNT,
      hostKey: hostKey.privateKey,
      publicHostKey: hostKey.publicKey,
      authorizedKey,
      settings: SSHD_CONFIG,
      hyperV: guest.nested,
    },
  };
}

/** What sets a guest's networks: Windows writes MAC addresses with hyphens, in capitals. */
export function networkCall(guest: GuestPlan, settings: GuestNetworkSettings): ModuleCall {
  return {
    function: "Set-ClasslabNetwork",
    data: {
      adapters: plannedAddresses(guest, settings).map(({ mac, dhcp, address, prefix, gateway, dns }) => ({
        mac: mac.replaceAll(":", "-").toUpperCase(),
        dhcp,
        address: address ?? "",
        prefix: prefix ?? 0,
        gateway: gateway ?? "",
        dns: dns ?? [],
      })),
    },
  };
}
