import type { LabPlan, UnitPlan } from "../plan";
import { LAB_KEY_TYPE, type PlannedResource, provider } from "../resourceTypes";
import { azureLocations, azureResources, azureShared } from "./azure";
import { ec2Regions, ec2Resources, ec2Shared } from "./ec2";
import { azureHostsOf, ec2HostsOf } from "./hosts";

/** Logical name of the key that opens the lab's hosts. */
export const LAB_KEY = "hosts-key";

/** Every resource of the stack of cloud hosts but the stack's own. */
export function hostsResources(plan: LabPlan, unit: UnitPlan): PlannedResource[] {
  const regions = ec2Regions(plan, ec2HostsOf(plan, unit));
  const locations = azureLocations(plan, azureHostsOf(plan, unit));
  const stashed = regions.length > 0 || (locations.length > 0 && plan.budget !== undefined);
  return [
    provider("command", "scripts"),
    provider("random", "secrets"),
    { type: LAB_KEY_TYPE, name: LAB_KEY },
    // What is kept of what was first found is a resource of the engine's own, and its provider is made by the engine.
    ...(stashed ? [provider("pulumi", "default")] : []),
    ...(regions.length > 0 ? ec2Shared(plan) : []),
    ...regions.flatMap(ec2Resources),
    ...(locations.length > 0 ? azureShared(plan) : []),
    ...locations.flatMap(azureResources),
  ];
}
