import { findMarked, type ObservedObject } from "./observe";
import { openExisting } from "./prepare";
import { isFault, type OnUnitEvent, runUnits, type UnitResult } from "./runUnits";
import type { StackFile } from "./stackFile";

/** What `down` reports. */
export interface DownReport {
  readonly units: readonly UnitResult[];
  /** Objects of the lab that still stand afterwards. */
  readonly left: readonly ObservedObject[];
}

/** Takes a lab down: teams first, what they share last. A lab of which nothing stands is down already. */
export async function down(
  file: StackFile,
  options: { readonly onEvent: OnUnitEvent; readonly signal?: AbortSignal },
): Promise<DownReport> {
  let units: UnitResult[] = [];
  try {
    const lab = await openExisting(file);
    units = await runUnits([...lab.units].reverse(), (unit) =>
      unit.engine.destroy((event) => options.onEvent(unit.unit.stack, event), options.signal),
    );
  } catch (error) {
    if (!isFault(error, "stack-absent")) throw error;
  }
  return { units, left: await findMarked(file.lab) };
}
