import { offSteps } from "./off";
import { powerOffSteps, startSteps } from "./power";
import { machineInfo } from "./questions";
import { type Condition, has, type Step, step } from "./steps";

/** Whether a machine has a snapshot of this name. */
function hasSnapshot(uuid: string, name: string): Condition {
  return has(machineInfo(uuid), { starts: "SnapshotName", ends: `="${name}"` });
}

/** Takes a snapshot (manual L2733); VirtualBox itself would take a second one of the same name. */
export function snapshotSteps(uuid: string, name: string): Step[] {
  return [
    step(`snapshot ${name}`, { settled: [hasSnapshot(uuid, name)], args: ["snapshot", uuid, "take", name] }),
  ];
}

/** Snapshot that clones are made of: taken of a machine that is off, it has no memory that two would wake up with. */
export const CLONE_BASE = "classlab-clone";

/** Takes the snapshot that clones are made of: the guest is shut down for it, once, and started again (manual L2756). */
export function cloneBaseSteps(uuid: string): Step[] {
  return [
    ...offSteps(uuid, [hasSnapshot(uuid, CLONE_BASE)]),
    ...snapshotSteps(uuid, CLONE_BASE),
    ...startSteps(uuid),
  ];
}

/** Puts a machine back to a snapshot: off, since what runs has no way back. What it did since is lost. */
export function restoreSteps(uuid: string, name: string): Step[] {
  return [
    step(`snapshot ${name} is there`, {
      must: [
        { ...hasSnapshot(uuid, name), otherwise: `snapshot-missing: the machine has no snapshot ${name}` },
      ],
    }),
    ...powerOffSteps(uuid),
    step(`back to snapshot ${name}`, { args: ["snapshot", uuid, "restore", name] }),
  ];
}
