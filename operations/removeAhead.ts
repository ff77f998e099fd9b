import type { LabPlan } from "../course/plan";
import type { PlannedStep, StateResource } from "./engine";
import { runOwnCommand } from "./ownCommand";

/** A farm's one resource, by its URN. */
const FARM = /\bclasslab:index:NginxFarm\$command:[a-z]+:Command::/;

/**
 * The farms that a run removes, of what stands: pure. A hundred containers take Docker seconds, and they are in nobody's way and wait for nothing.
 * @param steps what the engine said that it would do
 */
export function farmsLeaving(
  steps: readonly PlannedStep[],
  resources: readonly StateResource[],
): StateResource[] {
  const leaving = new Set(steps.flatMap(({ op, urn }) => (op === "delete" && FARM.test(urn) ? [urn] : [])));
  return resources.filter(({ urn }) => leaving.has(urn));
}

/**
 * Begins to remove what the engine is about to remove, by the same commands, while the engine starts: it finds less left to do, or waits for the
 * rest. What fails here is the engine's to do and to tell.
 */
export async function removeAhead(
  plan: LabPlan,
  leaving: readonly StateResource[],
  signal?: AbortSignal,
): Promise<void> {
  await Promise.allSettled(leaving.map((resource) => runOwnCommand(plan, resource, ["delete"], signal)));
}
