import { type Fault, FaultError } from "../course/faults";
import type { LabPlan } from "../course/plan";
import { resourcesOf } from "../course/resources";
import { defaultParallel, pooled } from "./pool";
import type { PreparedUnit } from "./prepare";

/** Which of a lab's units a run is for. */
export interface UnitChoice {
  /** Team ids; all when it is empty. */
  readonly teams: readonly string[];
  /** Only units that are not as their last run should have left them. */
  readonly failed: boolean;
}

/** True for a unit whose state lacks something planned, or whose last run ended with an error. */
async function isUnfinished(plan: LabPlan, { unit, engine, state }: PreparedUnit): Promise<boolean> {
  const known = new Set(
    state.resources.filter((entry) => !entry.delete).map((entry) => entry.urn.split("::").at(-1)),
  );
  if (resourcesOf(plan, unit).some(({ name }) => !known.has(name))) return true;
  return !(await engine.lastRunSucceeded());
}

function notAlone(teams: readonly string[]): Fault {
  return {
    code: "team-not-alone",
    where: `--team ${teams.join(" --team ")}`,
    what: "the whole lab is one stack, so that no team of it can be brought up alone",
    expected: "no --team, or --team together with --repair",
    fix: 'A lab with "units: per-team" has a stack for each team',
  };
}

/**
 * The units of a run, in order; what teams share is always among those of chosen teams.
 * @throws FaultError `team-not-alone` when teams are chosen and all are in one stack
 */
export async function chooseUnits(
  plan: LabPlan,
  units: readonly PreparedUnit[],
  choice: UnitChoice,
): Promise<PreparedUnit[]> {
  const { teams } = choice;
  if (teams.length > 0 && units.some(({ unit }) => unit.kind === "one"))
    throw new FaultError([notAlone(teams)]);
  const chosen = units.filter(
    ({ unit }) =>
      teams.length === 0 || unit.kind !== "team" || unit.teams.some((team) => teams.includes(team)),
  );
  if (!choice.failed) return chosen;
  const unfinished = await pooled(chosen, defaultParallel(), (unit) => isUnfinished(plan, unit));
  return chosen.filter((_, index) => {
    const result = unfinished[index];
    if (result?.status === "rejected") throw result.reason;
    return result?.value === true;
  });
}
