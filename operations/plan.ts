import type { LabFacts } from "../course/facts";
import { FaultError } from "../course/faults";
import { type LabPlan, makePlan } from "../course/plan";
import { rosterTeams } from "./roster";
import type { StackFile } from "./stackFile";

/** Plans a lab, with the teams of its roster where it has one; nothing is written. @throws FaultError with every fault */
export function planLab(file: StackFile, facts: LabFacts = {}): LabPlan {
  const roster = facts.roster ?? rosterTeams(file);
  const planned = makePlan(file.lab, file.config, roster ? { ...facts, roster } : facts);
  if (!planned.ok) throw new FaultError(planned.faults);
  return planned.value;
}
