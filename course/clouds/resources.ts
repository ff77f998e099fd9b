import type { LabPlan, UnitPlan } from "../plan";
import { type PlannedResource, provider } from "../resourceTypes";
import { ec2Regions, ec2Resources } from "./ec2";
import { ec2HostsOf } from "./hosts";

/** Every resource of the stack of cloud hosts but the stack's own. */
export function hostsResources(plan: LabPlan, unit: UnitPlan): PlannedResource[] {
  return [
    provider("command", "scripts"),
    provider("random", "secrets"),
    ...ec2Regions(plan, ec2HostsOf(plan, unit)).flatMap(ec2Resources),
  ];
}
