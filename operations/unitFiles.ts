import type { LabFacts } from "../course/facts";
import type { LabPlan } from "../course/plan";
import { rosterKey } from "../course/roster/teams";
import { trustedIn } from "./registry";
import type { StackFile } from "./stackFile";
import type { PreparedUnit } from "./units";
import { type PreparedValues, writeStackFile } from "./workFolder";

/** A lab's units, about to be run. */
interface UnitsOfLab {
  readonly plan: LabPlan;
  readonly units: readonly PreparedUnit[];
}

/** How those of a unit's hosts that are in clouds and stand are reached, by name; undefined where there are none. */
function hostsOf(plan: LabPlan, names: readonly string[]): LabFacts["hosts"] {
  const found = plan.hosts.flatMap(({ name, standing }) =>
    standing && names.includes(name) ? [[name, standing] as const] : [],
  );
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

/** Writes the stack files of units with what their programs are told of the lab. @param values what is decided, beside what plan and state tell */
export function writeUnitFiles(
  file: StackFile,
  { plan, units }: UnitsOfLab,
  values: Pick<PreparedValues, "record" | "draft" | "id" | "registry">,
): void {
  const common = { roster: rosterKey(plan), registry: trustedIn(units.map(({ state }) => state)), ...values };
  for (const { unit, state } of units)
    writeStackFile(file, unit, state.salt, { ...common, hosts: hostsOf(plan, unit.hosts) });
}
