import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { EnrolmentSettings } from "../../../course/room/enrolment";
import { quote } from "../../../course/shell";
import type { StickFile } from "../precheck/stick";

const PLACE = "settings() {\n  :\n}";

/**
 * What a Linux host that runs guests needs, of Debian's and Ubuntu's packages: the virtual machines, their networks, and what the lab's
 * scripts call there.
 */
const LINUX_PACKAGES = [
  "openssh-server",
  "sudo",
  "curl",
  "qemu-system-x86",
  "qemu-utils",
  "libvirt-daemon-system",
  "libvirt-clients",
] as const;

const text = (root: string, name: string): string =>
  readFileSync(join(root, "components/hosts/enrolment", name), "utf8").replaceAll("\r\n", "\n");

const windowsLines = (words: string): string => words.replaceAll("\n", "\r\n");

/**
 * The script for Linux, with what it is to do in it.
 * @param packages that the host needs; those of a host with virtual machines by default
 */
export function enrolmentScript(
  root: string,
  { user, publicKey }: Pick<EnrolmentSettings, "user" | "publicKey">,
  packages: readonly string[] = LINUX_PACKAGES,
): string {
  const lines = [`user=${quote(user)}`, `key=${quote(publicKey)}`, `packages=${quote(packages.join(" "))}`];
  const script = text(root, "enroll.sh");
  if (script.split(PLACE).length !== 2) throw new Error("enroll.sh has no single place for settings");
  return script.replace(PLACE, () => `settings() {\n${lines.map((line) => `  ${line}`).join("\n")}\n}`);
}

/**
 * The files by which PCs are enrolled and given back, for the folder of a stick; the pinned files of the settings come beside them.
 * @param root folder of the checkout, or of the package
 */
export function enrolmentStick(root: string, settings: EnrolmentSettings): StickFile[] {
  const scripts = ["enroll.cmd", "release.cmd", "Enroll.ps1", "Classlab.Host.psm1"];
  return [
    ...scripts.map((name) => ({ name, text: windowsLines(text(root, name)) })),
    // Of ASCII, so that no code page reads it otherwise; where the stick is mounted, its own script puts in.
    { name: "enroll.json", text: `${JSON.stringify({ ...settings, bundle: "" }, null, 2)}\n` },
    { name: "enroll.sh", text: enrolmentScript(root, settings) },
  ];
}
