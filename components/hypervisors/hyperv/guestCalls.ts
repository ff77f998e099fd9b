import { markLabels, type OwnerMark } from "../../../course/mark";
import type { GuestPlan } from "../../../course/plan";
import { basePath, consolePipe, labFolder, seedPath } from "./names";
import type { ModuleCalls } from "./transport";

/** What a guest is made with besides its plan. */
export interface GuestSettings {
  readonly mark: OwnerMark;
  /**
   * Whose signatures its firmware asks for; `Off` by default. Of Linux those of the UEFI CA of Microsoft, whose keys changed in 2026:
   * a newer shim may not start on an older host (techcommunity.microsoft.com, "Linux Secure Boot").
   */
  readonly secureBoot?: "Off" | "Linux" | "Windows";
}

/** What a guest's disk is made of. */
export interface DiskSettings {
  readonly mark: OwnerMark;
  /** Path on the host of the disk that it is made from. */
  readonly baseDisk: string;
  /** The medium of its first start, in base64. */
  readonly seed: string;
}

/** How a disk is made: over another one, or whole. A full clone is whole and grows, as what it is a copy of. */
function diskKind({ disk, cloneOf }: GuestPlan): "Differencing" | "Dynamic" | "Fixed" {
  if (disk.allocation === "fixed") return "Fixed";
  return cloneOf?.kind === "full" ? "Dynamic" : "Differencing";
}

/** A guest's own disk and its seed, which holds secrets. */
export function diskCalls(guest: GuestPlan, { mark, baseDisk, seed }: DiskSettings): ModuleCalls {
  const { objectName, disk } = guest;
  const seedImage = seedPath(mark, objectName);
  const own = { mark: markLabels(mark), name: objectName, folder: labFolder(mark), seedImage };
  return {
    apply: {
      function: "Set-ClasslabDisk",
      data: { ...own, diskSize: disk.size, diskKind: diskKind(guest), baseDisk, seed },
    },
    remove: { function: "Remove-ClasslabDisk", data: own },
  };
}

/** A guest of generation 2 on its disk, off and without adapters. Turning it on is a call of its own. */
export function guestCalls(guest: GuestPlan, { mark, secureBoot }: GuestSettings): ModuleCalls {
  const { objectName, memory } = guest;
  const own = { mark: markLabels(mark), name: objectName, folder: labFolder(mark) };
  return {
    apply: {
      function: "Set-ClasslabGuest",
      data: {
        ...own,
        cpus: guest.cpus,
        memoryStart: memory.start,
        memoryMinimum: memory.min,
        memoryMaximum: memory.max,
        seedImage: seedPath(mark, objectName),
        secureBoot: secureBoot ?? "Off",
        nested: guest.nested,
        consolePipe: consolePipe(guest),
        enhancedSession: guest.clipboard !== "off",
      },
    },
    remove: { function: "Remove-ClasslabGuest", data: own },
  };
}

/** Seconds that a guest has from its start to its answer, with the unpacking of a disk in it. */
export const READY_SECONDS = 600;

/** Seconds that a guest has to end by itself. */
export const OFF_SECONDS = 90;

/** On, and answering; removed, it is shut down. */
export function powerCalls({ objectName }: Pick<GuestPlan, "objectName">, mark: OwnerMark): ModuleCalls {
  const power = (state: "running" | "off", seconds: number) => ({
    function: "Set-ClasslabPower",
    data: { mark: markLabels(mark), guest: objectName, state, seconds },
  });
  return { apply: power("running", READY_SECONDS), remove: power("off", OFF_SECONDS) };
}

/** One snapshot, which Hyper-V calls a checkpoint. */
export function snapshotCalls(
  { objectName }: Pick<GuestPlan, "objectName">,
  name: string,
  mark: OwnerMark,
): ModuleCalls {
  const data = { mark: markLabels(mark), guest: objectName, name };
  return {
    apply: { function: "New-ClasslabSnapshot", data },
    remove: { function: "Remove-ClasslabSnapshot", data },
  };
}

/** What clones of a guest begin with. It is shut down while its disk is copied. */
export function baseCalls({ objectName }: Pick<GuestPlan, "objectName">, mark: OwnerMark): ModuleCalls {
  const path = basePath(mark, objectName);
  return {
    apply: {
      function: "Set-ClasslabBase",
      data: { mark: markLabels(mark), guest: objectName, path, seconds: READY_SECONDS },
    },
    remove: { function: "Remove-ClasslabBase", data: { path } },
  };
}

/**
 * The folder of the host that a guest mounts over the network; undefined where it has none.
 * @param account of the host, with which the guest logs in
 */
export function shareCalls(guest: GuestPlan, account: string, mark: OwnerMark): ModuleCalls | undefined {
  if (!guest.sharedFolder) return undefined;
  const own = { mark: markLabels(mark), name: `${guest.objectName}-${guest.sharedFolder.name}` };
  const path = `${labFolder(mark)}\\shared\\${guest.objectName}\\${guest.sharedFolder.name}`;
  return {
    apply: { function: "Set-ClasslabShare", data: { ...own, path, account } },
    remove: { function: "Remove-ClasslabShare", data: own },
  };
}
