import { randomBytes } from "node:crypto";
import type { LabPlan } from "../course/plan";
import type { LabRecord } from "../course/record";
import { StackEngine, type StackState } from "./engine";
import { defaultParallel, pooled, valuesOf } from "./pool";
import { stackFiles } from "./recovery/fileBackend";
import { withLock } from "./recovery/lock";

/** One unit of a lab with its engine, ready to run. */
export interface PreparedUnit {
  readonly unit: LabPlan["units"][number];
  readonly engine: StackEngine;
  readonly state: StackState;
}

/** The lab's stacks that exist, or all of them, made where they do not. @param plan of the units in question */
export async function openUnits(
  plan: Pick<LabPlan, "units">,
  folder: string,
  create: boolean,
): Promise<PreparedUnit[]> {
  const settled = await pooled(plan.units, defaultParallel(), async (unit) => {
    const opened = await StackEngine.open(unit.stack, folder, create);
    return opened ? [{ unit, ...opened }] : [];
  });
  return valuesOf(settled).flat();
}

/** What was decided once for the lab, as the first stack that has it tells. */
export function recordIn(units: readonly PreparedUnit[]): LabRecord | undefined {
  return units.find((entry) => entry.state.record)?.state.record;
}

/** The lab's id: from its record, else from the tag that outlives `down`; undefined before the first run. */
export async function knownId(units: readonly PreparedUnit[]): Promise<string | undefined> {
  return recordIn(units)?.labId ?? (await units[0]?.engine.id());
}

/** The lab's id, made when it has none: of two runs that begin at once, one does. */
export async function makeId(units: readonly PreparedUnit[]): Promise<string> {
  const [first] = units;
  const files = first && stackFiles(first.unit.stack);
  const make = async () => {
    const known = await knownId(units);
    if (known !== undefined) return known;
    const id = randomBytes(8).toString("hex");
    await first?.engine.keepId(id);
    return id;
  };
  return files ? withLock(first.unit.stack, files.locks, make) : make();
}
