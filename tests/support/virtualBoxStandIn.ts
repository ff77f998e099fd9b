import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { quote } from "../../course/shell";
import { output, ROOT } from "./cli";
import { leaveRoot, VIRTUALBOX_ROOT } from "./virtualBoxRoot";

/**
 * VirtualBox for tests that bring labs up: the real VBoxManage with a model of what needs its kernel module (`virtualBoxStandIn.sh`). No guest of it
 * ever ran: what is in one is what the model was told.
 */
export class VirtualBoxStandIn {
  /** Folder of the machines, the same inside and outside the small system. */
  readonly place = mkdtempSync(join(tmpdir(), "classlab-vbox-"));
  /** Path of the program that stands for VBoxManage. */
  readonly program = join(this.place, "VBoxManage");
  /** A disk image to begin with. */
  readonly image = join(this.place, "staged image.vmdk");

  private constructor() {
    const text = readFileSync(join(ROOT, "tests/support/virtualBoxStandIn.sh"), "utf8");
    writeFileSync(
      this.program,
      text.replace("@ROOT@", () => quote(VIRTUALBOX_ROOT)).replace("@PLACE@", () => quote(this.place)),
    );
    chmodSync(this.program, 0o755);
    for (const folder of ["running", "interfaces", "guests"])
      mkdirSync(join(this.place, "model", folder), { recursive: true });
    mkdirSync(join(VIRTUALBOX_ROOT, this.place), { recursive: true });
  }

  /** Makes it, with a small disk image. */
  static async start(): Promise<VirtualBoxStandIn> {
    const made = new VirtualBoxStandIn();
    await made.manage("setproperty", "machinefolder", join(made.place, "VirtualBox VMs"));
    await made.manage("createmedium", "disk", "--filename", made.image, "--size", "64", "--format", "VMDK");
    await made.manage("closemedium", "disk", made.image);
    return made;
  }

  /** Makes a call that must succeed; again where VirtualBox's service was just ending (`operations/virtualbox/manage.ts`), as nothing was done then. */
  async manage(...args: string[]): Promise<string> {
    for (let calls = 1; ; calls++) {
      try {
        return await output(this.program, args);
      } catch (error) {
        if (calls === 5 || !String(error).includes("Failed to create the VirtualBox object")) throw error;
        await setTimeout(1_000);
      }
    }
  }

  /** Values of settings of a machine; empty where it has none. */
  async settings(machine: string, keys: readonly string[]): Promise<string[]> {
    const text = await this.manage("showvminfo", machine, "--machinereadable");
    return keys.map((key) => new RegExp(`^"?${key}"?="?(.*?)"?$`, "m").exec(text)?.[1] ?? "");
  }

  /** One of them. */
  async setting(machine: string, key: string): Promise<string> {
    const [value = ""] = await this.settings(machine, [key]);
    return value;
  }

  /** Names of the machines, but those that keep images. */
  async machines(): Promise<string[]> {
    const names = [...(await this.manage("list", "vms")).matchAll(/^"(.*)" \{/gm)].flatMap(
      ([, name]) => name ?? [],
    );
    return names.filter((name) => !name.startsWith("classlab-image-")).sort();
  }

  /** Calls that were made since it was asked last, words apart by blanks. */
  calls(): string[] {
    const file = join(this.place, "model", "calls");
    const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
    rmSync(file, { force: true });
    return lines;
  }

  /** What was run in a guest, one script behind the other. */
  async ranIn(machine: string): Promise<string> {
    const uuid = await this.setting(machine, "UUID");
    const file = join(this.place, "model", "guests", uuid, "ran");
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  }

  /** Ends its service and removes all of it. */
  async stop(): Promise<void> {
    await leaveRoot(this.place, `classlab-${this.place.split("/").at(-1)}`);
    rmSync(this.place, { recursive: true, force: true });
  }
}
