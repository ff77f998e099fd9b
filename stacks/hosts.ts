import * as command from "@pulumi/command";
import * as random from "@pulumi/random";
import type { DeployHosts, MadeHost } from "../components/hosts/cloudHosts";
import { LabKey, labKey } from "../components/hosts/labKey";
import { LAB_KEY } from "../course/clouds/resources";
import type { LabPlan, UnitPlan } from "../course/plan";

/** What the stack of cloud hosts is to hold. */
export interface HostsSettings {
  readonly plan: LabPlan;
  readonly unit: UnitPlan;
  /** The lab's random id, part of the owner mark. */
  readonly labId: string;
}

/** What the stack of cloud hosts tells: how each is reached, by name. */
export interface HostsOutputs {
  readonly hosts: Record<string, MadeHost>;
}

/** Makes a lab's hosts in clouds. @param clouds the part of each cloud that the lab has hosts in */
export function deployHosts(
  { plan, unit, labId }: HostsSettings,
  clouds: readonly DeployHosts[],
): HostsOutputs {
  const key = labKey(plan.lab);
  new LabKey(LAB_KEY, key);
  const args = {
    plan,
    unit,
    tags: { mark: { lab: plan.lab, id: labId, stack: unit.stack }, schedule: plan.schedule },
    key,
    providers: {
      command: new command.Provider("scripts"),
      random: new random.Provider("secrets"),
    },
  };
  return { hosts: Object.assign({}, ...clouds.map((deploy) => deploy(args))) };
}

/** The part of each cloud that a unit has hosts in: no other's SDK is loaded. */
export async function cloudsOf({ plan, unit }: Pick<HostsSettings, "plan" | "unit">): Promise<DeployHosts[]> {
  const kinds = new Set(plan.hosts.filter(({ name }) => unit.hosts.includes(name)).map(({ kind }) => kind));
  return [
    ...(kinds.has("ec2") ? [(await import("../components/hosts/ec2/index.js")).deployEc2] : []),
    ...(kinds.has("azure") ? [(await import("../components/hosts/azure/index.js")).deployAzure] : []),
  ];
}
