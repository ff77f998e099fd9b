import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CONSOLE_FOLDER } from "../../components/hypervisors/libvirt/domain";
import { MARK_KEYS } from "../../course/mark";
import { libvirtPlatform } from "../../operations/platforms/libvirt";
import { inOrder } from "../../operations/sweep";
import { execute } from "./cli";

/** How the folder of a test lab is called, in the folder for temporary files. */
export const LAB_FOLDER = "classlab test ";

const MAKER = "maker.pid";

/** Says whose the folder of a test lab is: as long as this process runs, nobody clears it. */
export function signFolder(folder: string): void {
  writeFileSync(join(folder, MAKER), String(process.pid));
}

function isRunning(folder: string): boolean {
  const maker = join(folder, MAKER);
  return existsSync(maker) && existsSync(`/proc/${readFileSync(maker, "utf8")}`);
}

const KINDS = [
  { list: ["container", "ls", "--all", "--quiet"], remove: ["container", "rm", "--force", "--volumes"] },
  { list: ["network", "ls", "--quiet"], remove: ["network", "rm"] },
  { list: ["volume", "ls", "--quiet"], remove: ["volume", "rm", "--force"] },
];

/** Removes from this machine what carries the mark of the lab, at once: guests get no time to end in order. */
export async function removeLab(lab: string): Promise<void> {
  for (const { list, remove } of KINDS) {
    const found = await execute("docker", [...list, "--filter", `label=${MARK_KEYS.lab}=${lab}`]);
    const ids = found.stdout.split("\n").filter(Boolean);
    if (ids.length > 0) await execute("docker", [...remove, ...ids]);
  }
  await removeMachines(lab);
}

/** The same on this machine's libvirt; where that does not answer there is nothing. */
async function removeMachines(lab: string): Promise<void> {
  if ((await execute("sh", ["-c", "virsh -q -c qemu:///system version"])).code !== 0) return;
  const standing = await libvirtPlatform.observe();
  for (const object of inOrder(standing.filter(({ mark }) => mark.lab === lab)))
    await libvirtPlatform.remove(object);
  clearLogs(lab);
}

/** Removes what libvirt and QEMU said of a lab's guests: of one whose machines were removed some other way it stays. */
export function clearLogs(lab: string): void {
  if (!existsSync(CONSOLE_FOLDER)) return;
  for (const file of readdirSync(CONSOLE_FOLDER))
    if (file.startsWith(`${lab}-`)) rmSync(join(CONSOLE_FOLDER, file));
}

/** Jest's global set-up: labs of a test run that was killed do not fail this one. */
// biome-ignore lint/style/noDefaultExport: Jest takes the set-up from there
export default async function clearLeftovers(): Promise<void> {
  for (const entry of readdirSync(tmpdir())) {
    const folder = join(tmpdir(), entry);
    if (!entry.startsWith(LAB_FOLDER) || isRunning(folder)) continue;
    for (const file of readdirSync(folder)) {
      const lab = /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1];
      if (lab === undefined) continue;
      process.stderr.write(`Test lab ${lab}, left by a test run that was killed: removed.\n`);
      await removeLab(lab);
    }
    rmSync(folder, { recursive: true, force: true });
  }
}
