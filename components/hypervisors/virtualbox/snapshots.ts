import { powerOffSteps } from "./power";
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
