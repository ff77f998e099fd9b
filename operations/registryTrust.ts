import type { LabPlan } from "../course/plan";
import type { PreparedLab } from "./prepare";
import { trustedIn } from "./registry";
import type { StackFile } from "./stackFile";
import { writeUnitFiles } from "./unitFiles";

/** Whether teams' stacks take the registry's authorities from the stack that makes it. */
const isShared = ({ registry, units }: LabPlan): boolean =>
  registry?.server !== undefined && units.some(({ kind }) => kind === "site");

/**
 * Gives teams' stacks the authorities that the class's registry has now, before they are run.
 * @returns whether they are others than when the lab was prepared
 */
export async function passTrust(file: StackFile, lab: PreparedLab): Promise<boolean> {
  if (!isShared(lab.plan)) return false;
  const site = lab.units.find(({ unit }) => unit.kind === "site");
  const trusted = site && trustedIn([await site.engine.state()]);
  writeUnitFiles(file, lab, { record: lab.record, registry: trusted });
  return trusted !== trustedIn(lab.units.map((entry) => entry.state));
}
