import { type Fault, FaultError } from "../course/faults";
import type { Changes, EngineEvent } from "./engine";
import { explain } from "./explain";
import { pooled } from "./pool";
import type { PreparedUnit } from "./units";

/** What became of one unit. */
export interface UnitResult {
  readonly stack: string;
  readonly changes: Changes;
  /** Resources that the stack holds afterwards. */
  readonly resources: number;
  /** Resources that the run removed. */
  readonly removed: number;
  /** Why it did not come to its end; absent where it did. */
  readonly failed?: readonly Fault[];
}

/** Told about every event of the engine, with the unit it belongs to. */
export type OnUnitEvent = (stack: string, event: EngineEvent) => void;

/** How units are run. */
export interface RunOptions {
  /** Teams' units at once; one by default. */
  readonly parallel?: number;
  /** Whether other units failed before, of which is told when all have ended. */
  readonly others?: boolean;
  /** Once aborted, what is thrown is no failure of a unit. */
  readonly signal?: AbortSignal;
}

/** Units that may run at once: neighbouring ones of teams; what teams share runs alone. */
function phases<T extends PreparedUnit>(units: readonly T[]): T[][] {
  const found: T[][] = [];
  for (const unit of units) {
    const last = found.at(-1);
    if (last?.[0]?.unit.kind === "team" && unit.unit.kind === "team") last.push(unit);
    else found.push([unit]);
  }
  return found;
}

/** True for a unit that others stand on. */
const isShared = (kind: PreparedUnit["unit"]["kind"] | undefined) => kind === "site" || kind === "hosts";

/** The faults of an error; anything else is a defect and thrown on. */
export async function faultsOf(error: unknown): Promise<FaultError["faults"]> {
  const explained = await explain(error);
  if (explained instanceof FaultError) return explained.faults;
  throw explained;
}

/** The result of a unit that failed. */
export function failedUnit(stack: string, failed: readonly Fault[]): UnitResult {
  return { ...resultOf(stack, {}), failed };
}

/** The failure of what teams share, which stops theirs. */
export async function sharedFailure(error: unknown): Promise<FaultError> {
  const [first, ...more] = await faultsOf(error);
  return new FaultError([{ ...first, what: `${first.what}; teams need it, and none was begun` }, ...more]);
}

/** The result of a unit that came to its end. */
export function resultOf(stack: string, changes: Changes): UnitResult {
  const { delete: removed = 0, ...standing } = changes;
  const resources = Object.values(standing).reduce((sum, count) => sum + count, 0);
  return { stack, changes, resources, removed };
}

/**
 * Runs units in the given order, teams' units beside one another: one that fails stops no other. What teams share comes
 * before (or after, when taking down) and stops what follows when it fails. Once stopped on request, none is begun.
 * @throws whatever the work throws for a unit that is no team's, or for the only one
 */
export async function runUnits<T extends PreparedUnit>(
  units: readonly T[],
  work: (unit: T) => Promise<Changes>,
  options: RunOptions = {},
): Promise<UnitResult[]> {
  const results: UnitResult[] = [];
  const begin = (unit: T) => {
    options.signal?.throwIfAborted();
    return work(unit);
  };
  const all = phases(units);
  for (const phase of all) {
    const failed = results.flatMap((result) => result.failed ?? []);
    const [first, ...more] = failed;
    // Teams still stand on what comes now.
    if (first) throw new FaultError([first, ...more]);
    const settled = await pooled(phase, options.parallel ?? 1, async (unit) => begin(unit));
    for (const [index, result] of settled.entries()) {
      const stack = phase[index]?.unit.stack ?? "";
      if (result.status === "fulfilled") results.push(resultOf(stack, result.value));
      else if (options.signal?.aborted) throw result.reason;
      else if (isShared(phase[index]?.unit.kind) && phase !== all.at(-1))
        throw await sharedFailure(result.reason);
      else if (phase[index]?.unit.kind !== "team" || (units.length === 1 && !options.others))
        throw result.reason;
      else results.push(failedUnit(stack, await faultsOf(result.reason)));
    }
  }
  return results;
}
