import type { LabPlan } from "../course/plan";
import { resourcesOf } from "../course/resources";
import { findDrift } from "./drift";
import type { Look } from "./inspectUnit";
import type { PreparedUnit } from "./units";

/**
 * Why a unit is not as a run that came to a good end leaves it, by its state and the backend's history; undefined when it is.
 * Nothing is kept for it: another checkout with the same backend says the same.
 */
export async function unfinished(
  plan: LabPlan,
  { unit, engine, state }: PreparedUnit,
): Promise<string | undefined> {
  const known = new Set(
    state.resources
      .filter((entry) => !entry.delete)
      .map((entry) => `${entry.type} ${entry.urn.split("::").at(-1)}`),
  );
  const planned = resourcesOf(plan, unit);
  const missing = planned.filter(({ type, name }) => !known.has(`${type} ${name}`)).length;
  if (missing === planned.length) return "nothing of it is made";
  if (missing > 0) return `${missing} of its ${planned.length} resources are not made`;
  return (await engine.lastRunSucceeded()) ? undefined : "its last run ended with an error";
}

/**
 * Whether a unit is not up: unfinished, or something of it on the host is missing or stopped, or a guest of it cannot be
 * looked into. The last is what can stop a run before it has begun, and leaves no trace in the backend.
 */
export async function isNotUp(plan: LabPlan, prepared: PreparedUnit, look: Look): Promise<boolean> {
  if ((await unfinished(plan, prepared)) !== undefined) return true;
  const { unit, state } = prepared;
  const drift = findDrift(plan, unit, state.resources, await look(unit));
  return drift.some((entry) => entry.level === "host" || entry.object === "Docker Engine");
}
