import { SSHD_CONFIG } from "../../hypervisors/libvirt/windows/calls";
import { PACKAGE_ROOT, textIn } from "../../packageRoot";
import type { SshKeyPair } from "../../sshKey";
import { MANY_LOGINS, MOST_BYTES } from "../cloudConfig";

/** What a Windows host in a cloud is told at its first boot. */
export interface WindowsHostSettings {
  /** Line for the key file of administrators: nobody else comes in. */
  readonly authorizedKey: string;
  /** The host's Ed25519 key, made here, so that it is known before it is first met: a secret. */
  readonly hostKey: SshKeyPair;
}

/** Where the order stands in the script; by default there is none. */
const PLACE = "[string]$Order = ''";

/** Text of the script that runs at the first boot. It takes the order as its parameter `Order`, and has no secret in it. */
export function firstBootScript(): string {
  return textIn(PACKAGE_ROOT, "components/hosts/windows/FirstBoot.ps1");
}

/** The order for {@link firstBootScript}: JSON in base64, a secret as a whole. */
export function firstBootOrder({ authorizedKey, hostKey }: WindowsHostSettings): string {
  const files = {
    administrators_authorized_keys: `${authorizedKey}\n`,
    ssh_host_ed25519_key: hostKey.privateKey,
    "ssh_host_ed25519_key.pub": `${hostKey.publicKey}\n`,
    sshd_config: `${MANY_LOGINS}${SSHD_CONFIG}`,
  };
  const order = { files: Object.entries(files).map(([name, text]) => ({ name, text })) };
  return Buffer.from(JSON.stringify(order)).toString("base64");
}

/**
 * User data of a Windows host on EC2, which EC2Launch v2 runs once (Amazon EC2 User Guide, "Run commands on your EC2 instance during launch"): a secret as a whole.
 * @param name of the host
 * @throws when it is longer than Amazon takes
 */
export function renderWindowsUserData(name: string, settings: WindowsHostSettings): string {
  const script = firstBootScript();
  if (script.split(PLACE).length !== 2) throw new Error("FirstBoot.ps1 has no single place for its order");
  const whole = script.replace(PLACE, () => `[string]$Order = '${firstBootOrder(settings)}'`);
  const text = `<powershell>\n${whole}</powershell>\n`;
  const bytes = Buffer.byteLength(text);
  if (bytes > MOST_BYTES) throw new Error(`user data of ${name} has ${bytes} bytes, more than ${MOST_BYTES}`);
  return text;
}
