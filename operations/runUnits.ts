import { FaultError } from "../course/faults";
import type { Changes, EngineEvent } from "./engine";
import type { PreparedUnit } from "./prepare";

/** What became of one unit. */
export interface UnitResult {
  readonly stack: string;
  readonly changes: Changes;
  /** Resources that the stack holds afterwards. */
  readonly resources: number;
  /** Resources that the run removed. */
  readonly removed: number;
}

/** Told about every event of the engine, with the unit it belongs to. */
export type OnUnitEvent = (stack: string, event: EngineEvent) => void;

/** Runs the units one after the other, what teams share first (or last, when taking down). */
export async function runUnits<T extends PreparedUnit>(
  units: readonly T[],
  work: (unit: T) => Promise<Changes>,
): Promise<UnitResult[]> {
  const results: UnitResult[] = [];
  for (const unit of units) {
    const changes = await work(unit);
    const { delete: removed = 0, ...standing } = changes;
    const resources = Object.values(standing).reduce((sum, count) => sum + count, 0);
    results.push({ stack: unit.unit.stack, changes, resources, removed });
  }
  return results;
}

/** True for an error that is a fault of the given cause. */
export function isFault(error: unknown, code: FaultError["faults"][0]["code"]): error is FaultError {
  return error instanceof FaultError && error.faults[0].code === code;
}
