import type { LabFacts } from "../course/facts";
import { FaultError } from "../course/faults";
import { type LabPlan, makePlan } from "../course/plan";
import type { StackFile } from "./stackFile";

/** Plans a lab. @throws FaultError with every fault */
export function planLab(file: StackFile, facts: LabFacts = {}): LabPlan {
  const planned = makePlan(file.lab, file.config, facts);
  if (!planned.ok) throw new FaultError(planned.faults);
  return planned.value;
}
