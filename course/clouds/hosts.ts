import { type CloudHostConfig, type HostPlan, isCloud } from "../hosts";
import type { LabPlan, TeamPlan, UnitPlan } from "../plan";

/** A host in a cloud, and the team that it is for. */
export interface CloudHost<Config extends CloudHostConfig = CloudHostConfig> {
  /** Name of the host, `<pattern>-<team>`. */
  readonly name: string;
  readonly config: Config;
  readonly team: TeamPlan;
}

/** A host of Amazon EC2. */
export type Ec2Host = CloudHost<Extract<CloudHostConfig, { kind: "ec2" }>>;

/** A host of Azure. */
export type AzureHost = CloudHost<Extract<CloudHostConfig, { kind: "azure" }>>;

function cloudHost(plan: LabPlan, { name, config }: HostPlan): CloudHost[] {
  const team = plan.teams.find((entry) => entry.host === name);
  return team && isCloud(config) ? [{ name, config, team }] : [];
}

/** The hosts that the stack of cloud hosts makes, with their teams. */
function cloudHostsOf(plan: LabPlan, unit: Pick<UnitPlan, "hosts">): CloudHost[] {
  return plan.hosts.filter(({ name }) => unit.hosts.includes(name)).flatMap((host) => cloudHost(plan, host));
}

/** Those of them that are of EC2. */
export function ec2HostsOf(plan: LabPlan, unit: Pick<UnitPlan, "hosts">): Ec2Host[] {
  return cloudHostsOf(plan, unit).flatMap(({ config, ...host }) =>
    config.kind === "ec2" ? [{ ...host, config }] : [],
  );
}

/** Those of them that are of Azure. */
export function azureHostsOf(plan: LabPlan, unit: Pick<UnitPlan, "hosts">): AzureHost[] {
  return cloudHostsOf(plan, unit).flatMap(({ config, ...host }) =>
    config.kind === "azure" ? [{ ...host, config }] : [],
  );
}

/**
 * Whether a host has a public address of its own, by which it also gets out. On Amazon each has, be its ports all closed: a NAT gateway would cost ten times
 * that. On Azure one that nobody may come to has none, and gets out by the NAT gateway of its location.
 */
export function hasPublicAddress(config: CloudHostConfig): boolean {
  return config.kind === "ec2" || config.allowedCidrs.length > 0;
}

/** The prefixes that are let in, once each: what is meant for everybody is written twice. */
export function allowedOnce(config: CloudHostConfig): string[] {
  return [...new Set(config.allowedCidrs)];
}
