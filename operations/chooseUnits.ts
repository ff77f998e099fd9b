import { type Fault, FaultError } from "../course/faults";
import type { LabPlan } from "../course/plan";
import type { Look } from "./inspectUnit";
import { defaultParallel, pooled, valuesOf } from "./pool";
import { isNotUp } from "./unfinished";
import type { PreparedUnit } from "./units";

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
 * The units of chosen teams, in order, with what teams share; all when no team is chosen.
 * @param among whether a unit of many teams will do: what is done to it keeps to the chosen ones by itself
 * @throws FaultError `team-not-alone` when teams are chosen, all are in one stack, and that will not do
 */
export function unitsOf(
  units: readonly PreparedUnit[],
  teams: readonly string[],
  among: boolean,
): readonly PreparedUnit[] {
  if (teams.length === 0) return units;
  if (!among && units.some(({ unit }) => unit.kind === "one")) throw new FaultError([notAlone(teams)]);
  return units.filter(({ unit }) => unit.kind !== "team" || unit.teams.some((team) => teams.includes(team)));
}

/** The units that are not up. @param atOnce how many are looked at at a time */
export async function unitsNotUp(
  plan: LabPlan,
  units: readonly PreparedUnit[],
  look: Look,
  atOnce = defaultParallel(),
): Promise<PreparedUnit[]> {
  const not = valuesOf(await pooled(units, atOnce, (unit) => isNotUp(plan, unit, look)));
  return units.filter((_, index) => not[index]);
}
