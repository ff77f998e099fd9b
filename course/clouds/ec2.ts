import { groupBy } from "../groupBy";
import type { LabPlan } from "../plan";
import type { PlannedResource } from "../resourceTypes";
import { component, kept, password, provider, SCRIPT } from "../resourceTypes";
import { type Clock, clockOf } from "./clock";
import { allowedOnce, type Ec2Host } from "./hosts";

/** What a lab has in one region of EC2. */
export interface Ec2RegionPlan {
  /** Logical name, `ec2-<region>`: what the region's hosts share is named after it. */
  readonly name: string;
  readonly region: string;
  readonly hosts: readonly Ec2Host[];
  /** The kinds of hosts there, by the name of their pattern. */
  readonly patterns: ReadonlyMap<string, Ec2Host["config"]>;
  /** When the cloud itself starts and stops them; absent without a calendar. */
  readonly clock?: Clock;
}

/** The regions of EC2 that a lab's hosts are in, in the order in which each first comes. */
export function ec2Regions(
  { schedule }: Pick<LabPlan, "schedule">,
  hosts: readonly Ec2Host[],
): Ec2RegionPlan[] {
  return [...groupBy(hosts, ({ config }) => config.region)].map(([region, own]) => ({
    name: `ec2-${region}`,
    region,
    hosts: own,
    patterns: new Map(own.map(({ config }) => [config.name, config])),
    ...(schedule ? { clock: clockOf(schedule) } : {}),
  }));
}

/** Logical name of the rule that lets a prefix in. */
export function ruleName(host: string, cidr: string): string {
  return `${host}-ssh-${cidr.replace("/", "-")}`;
}

const aws = (type: string, name: string): PlannedResource => ({ type: `aws:${type}`, name });

function hostResources({ name, config }: Ec2Host): PlannedResource[] {
  return [
    component("Ec2Host", name),
    password(`${name}-host-key`),
    aws("ec2/subnet:Subnet", `${name}-subnet`),
    aws("ec2/routeTableAssociation:RouteTableAssociation", `${name}-routing`),
    aws("ec2/securityGroup:SecurityGroup", `${name}-firewall`),
    ...allowedOnce(config).map((cidr) =>
      aws("vpc/securityGroupIngressRule:SecurityGroupIngressRule", ruleName(name, cidr)),
    ),
    aws("vpc/securityGroupEgressRule:SecurityGroupEgressRule", `${name}-outward`),
    aws("ec2/instance:Instance", `${name}-machine`),
    aws("ec2/eip:Eip", `${name}-address`),
    { type: SCRIPT, name: `${name}-ready` },
  ];
}

function clockResources(name: string, { entries }: Clock): PlannedResource[] {
  return [
    component("Ec2Clock", name),
    aws("scheduler/scheduleGroup:ScheduleGroup", `${name}-group`),
    aws("iam/role:Role", `${name}-role`),
    aws("iam/rolePolicy:RolePolicy", `${name}-policy`),
    ...[...entries.map((entry) => entry.name), "end"].map((entry) =>
      aws("scheduler/schedule:Schedule", `${name}-${entry}`),
    ),
  ];
}

/** Logical name of the budget of all regions. */
export const EC2_BUDGET = "ec2-budget";

/** What all regions share. */
export function ec2Shared({ budget }: Pick<LabPlan, "budget">): PlannedResource[] {
  return budget ? [aws("budgets/budget:Budget", EC2_BUDGET)] : [];
}

/** Every resource of a region. */
export function ec2Resources({ name, hosts, patterns, clock }: Ec2RegionPlan): PlannedResource[] {
  return [
    component("Ec2Region", name),
    provider("aws", `${name}-api`),
    aws("ec2/vpc:Vpc", `${name}-network`),
    aws("ec2/defaultSecurityGroup:DefaultSecurityGroup", `${name}-closed`),
    aws("ec2/internetGateway:InternetGateway", `${name}-gateway`),
    aws("ec2/routeTable:RouteTable", `${name}-routes`),
    aws("ec2/route:Route", `${name}-outward`),
    aws("iam/role:Role", `${name}-role`),
    aws("iam/rolePolicy:RolePolicy", `${name}-policy`),
    aws("iam/instanceProfile:InstanceProfile", `${name}-profile`),
    ...[...patterns.keys()].map((pattern) => kept(`${pattern}-choice`)),
    ...hosts.flatMap(hostResources),
    ...(clock ? clockResources(`${name}-clock`, clock) : []),
  ];
}
