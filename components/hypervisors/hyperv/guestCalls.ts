import { markLabels, type OwnerMark } from "../../../course/mark";
import type { GuestPlan } from "../../../course/plan";
import { consolePipe, diskPath, labFolder, seedPath } from "./names";
import type { ModuleCalls } from "./transport";

/** What a guest is made with besides its plan. */
export interface GuestSettings {
  readonly mark: OwnerMark;
  /** Path on the host of the disk that it is made from. */
  readonly baseDisk: string;
  /**
   * Whose signatures its firmware asks for; `Off` by default. Of Linux those of the UEFI CA of Microsoft, whose keys changed in 2026:
   * a newer shim may not start on an older host (techcommunity.microsoft.com, "Linux Secure Boot").
   */
  readonly secureBoot?: "Off" | "Linux" | "Windows";
}

/**
 * A guest of generation 2, off and without adapters. Its disk lies over the one that it is made from, or is a whole one of its own.
 * Turning it on is a call of its own.
 */
export function guestCalls(guest: GuestPlan, { mark, baseDisk, secureBoot }: GuestSettings): ModuleCalls {
  const { objectName, memory, disk } = guest;
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
        diskSize: disk.size,
        diskKind: disk.allocation === "fixed" ? "Fixed" : "Differencing",
        baseDisk,
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

/** On; removed, it is shut down. */
export function powerCalls({ objectName }: Pick<GuestPlan, "objectName">, mark: OwnerMark): ModuleCalls {
  const power = (state: "running" | "off") => ({
    function: "Set-ClasslabPower",
    data: { mark: markLabels(mark), guest: objectName, state },
  });
  return { apply: power("running"), remove: power("off") };
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

/**
 * A copy of a guest: a full one is exported and imported with an id of its own, a linked one is a guest over the disk of the first,
 * which must not change after that.
 */
export function cloneCalls(
  guest: GuestPlan,
  clone: GuestPlan["clones"][number],
  settings: Omit<GuestSettings, "baseDisk">,
): ModuleCalls {
  const { mark } = settings;
  const objectName = `${guest.objectName}-${clone.name}`;
  const linked = guestCalls(
    { ...guest, objectName },
    { ...settings, baseDisk: diskPath(mark, guest.objectName) },
  );
  if (clone.kind === "linked") return linked;
  const data = {
    mark: markLabels(mark),
    source: guest.objectName,
    name: objectName,
    folder: labFolder(mark),
  };
  return { ...linked, apply: { function: "Copy-ClasslabGuest", data } };
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
