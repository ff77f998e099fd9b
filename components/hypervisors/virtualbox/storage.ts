import type { GuestPlan } from "../../../course/plan";
import { attach, CONTROLLER, controllerStep, diskStep, isKnown, MEBIBYTES } from "./controller";
import { machineFolder, machineUuid } from "./machine";
import { DISKS, machineInfo } from "./questions";
import { basePath, endOfPath, pathOn, type VirtualBoxSettings } from "./settings";
import { has, type Step, step } from "./steps";

/** What hangs where on it. */
const PORTS = { disk: 0, dvd: 1, additions: 2 } as const;

/** Formats that VirtualBox makes; its own is VDI (manual L2551). */
type Format = "VDI" | "VHD" | "VMDK";

const FORMATS: Partial<Record<GuestPlan["disk"]["format"], Format>> = {
  auto: "VDI",
  vdi: "VDI",
  vhd: "VHD",
  vmdk: "VMDK",
};

/**
 * Format of a guest's disk.
 * @throws for one that VirtualBox does not make: the plan refuses it
 */
export function diskFormat({ disk }: Pick<GuestPlan, "disk">): Format {
  const format = FORMATS[disk.format];
  if (!format) throw new Error(`VirtualBox makes no disk of format ${disk.format}`);
  return format;
}

/** File of a guest's disk on the host, in the machine's own folder: it goes with the machine. */
function diskPath(guest: GuestPlan, settings: VirtualBoxSettings): string {
  const name = `${guest.objectName}.${diskFormat(guest).toLowerCase()}`;
  return pathOn(settings, machineFolder(guest, settings), name);
}

/** Only a dynamic VDI may lie over the image: the other formats are for carrying a disk elsewhere, and space set aside is its own. */
function diskArguments(guest: GuestPlan, path: string, settings: VirtualBoxSettings): readonly string[] {
  const { source } = settings;
  const { size, allocation } = guest.disk;
  const format = diskFormat(guest);
  const variant = ["--format", format, "--variant", allocation === "fixed" ? "Fixed" : "Standard"];
  if (source.kind === "installer")
    return ["createmedium", "disk", "--filename", path, "--size", `${size * MEBIBYTES}`, ...variant];
  const base = basePath(settings, source.hash, size);
  return format === "VDI" && allocation === "dynamic"
    ? ["createmedium", "disk", "--filename", path, "--diffparent", base, "--format", format]
    : ["clonemedium", "disk", base, path, ...variant];
}

/** A DVD in its place; the same file is not put in again. */
function dvdStep(uuid: string, what: "dvd" | "additions", path: string, settings: VirtualBoxSettings): Step {
  const port = PORTS[what];
  return step(what === "dvd" ? "DVD" : "DVD of the Guest Additions", {
    settled: [
      has(machineInfo(uuid), {
        starts: `"${CONTROLLER}-${port}-0"="`,
        ends: `${endOfPath(settings, path)}"`,
      }),
    ],
    args: [...attach(uuid, port, "dvddrive"), "--medium", path],
  });
}

/** What a guest reads at its first start, or is installed from. */
export function dvdSteps(uuid: string, settings: VirtualBoxSettings): Step[] {
  const { source, seed } = settings;
  const path = source.kind === "installer" ? source.path : seed;
  return path === undefined ? [] : [dvdStep(uuid, "dvd", path, settings)];
}

/** Controller, disk, DVD and Guest Additions. A disk that is there stays as it is, also where snapshots lie over it. */
export function storageSteps(guest: GuestPlan, settings: VirtualBoxSettings): Step[] {
  const uuid = machineUuid(settings.mark, guest.objectName);
  const disk = diskPath(guest, settings);
  const { additions } = settings;
  return [
    controllerStep(uuid, Object.keys(PORTS).length),
    step("disk", {
      settled: [isKnown(DISKS, disk, settings)],
      args: diskArguments(guest, disk, settings),
    }),
    diskStep(uuid, PORTS.disk, disk),
    ...dvdSteps(uuid, settings),
    ...(additions !== undefined && guest.profile === "desktop"
      ? [dvdStep(uuid, "additions", additions, settings)]
      : []),
  ];
}
