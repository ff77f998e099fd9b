import { groupBy } from "../groupBy";
import type { LabPlan } from "../plan";
import { component, kept, type PlannedResource, password, provider, SCRIPT } from "../resourceTypes";
import { type Clock, clockOf, dailyStop } from "./clock";
import { type AzureHost, hasPublicAddress } from "./hosts";

/** What a lab has in one location of Azure. */
export interface AzureLocationPlan {
  /** Logical name, `azure-<location>`: what the location's hosts share is named after it. */
  readonly name: string;
  readonly location: string;
  readonly hosts: readonly AzureHost[];
  /** Whether staff come to hosts there by Azure Bastion, one for all of them. */
  readonly bastion: boolean;
  /** Whether hosts there get out by a NAT gateway, one for all of them. */
  readonly nat: boolean;
  /** Time of day in UTC, `hhmm`, at which Azure itself stops the hosts each day, whoever started them; absent without a calendar. */
  readonly dailyStop?: string;
  /** When workflows there start and stop them; absent without a calendar. */
  readonly clock?: Clock;
}

/** The locations of Azure that a lab's hosts are in, in the order in which each first comes. */
export function azureLocations(
  { schedule }: Pick<LabPlan, "schedule">,
  hosts: readonly AzureHost[],
): AzureLocationPlan[] {
  return [...groupBy(hosts, ({ config }) => config.location)].map(([location, own]) => ({
    name: `azure-${location}`,
    location,
    hosts: own,
    bastion: own.some(({ config }) => config.bastion),
    nat: own.some(({ config }) => !hasPublicAddress(config)),
    ...(schedule ? { dailyStop: dailyStop(schedule), clock: clockOf(schedule) } : {}),
  }));
}

const azure = (type: string, name: string): PlannedResource => ({ type: `azure-native:${type}`, name });

function hostResources({ name, config }: AzureHost, stops: boolean): PlannedResource[] {
  const windows = config.os === "windows";
  return [
    component("AzureHost", name),
    password(`${name}-host-key`),
    azure("resources:ResourceGroup", `${name}-group`),
    azure("network:NetworkSecurityGroup", `${name}-firewall`),
    azure("network:Subnet", `${name}-subnet`),
    ...(hasPublicAddress(config) ? [azure("network:PublicIPAddress", `${name}-address`)] : []),
    azure("network:NetworkInterface", `${name}-adapter`),
    ...(windows ? [password(`${name}-password`)] : []),
    azure("compute:VirtualMachine", `${name}-machine`),
    ...(windows ? [azure("compute:VirtualMachineRunCommandByVirtualMachine", `${name}-first-boot`)] : []),
    ...(stops ? [azure("devtestlab:GlobalSchedule", `${name}-stop`)] : []),
    { type: SCRIPT, name: `${name}-ready` },
  ];
}

/** Logical name of the budget of all locations. */
export const AZURE_BUDGET = "azure-budget";

/** What all locations share. */
export function azureShared({ budget }: Pick<LabPlan, "budget">): PlannedResource[] {
  return budget ? [azure("consumption:Budget", AZURE_BUDGET), kept(`${AZURE_BUDGET}-since`)] : [];
}

function clockResources(name: string, { entries }: Clock, hosts: readonly AzureHost[]): PlannedResource[] {
  return [
    component("AzureClock", name),
    azure("managedidentity:UserAssignedIdentity", `${name}-identity`),
    ...hosts.map((host) => azure("authorization:RoleAssignment", `${name}-${host.name}`)),
    ...[...entries.map((entry) => entry.name), "end"].map((entry) =>
      azure("logic:Workflow", `${name}-${entry}`),
    ),
  ];
}

/** Every resource of a location. */
export function azureResources({
  name,
  hosts,
  bastion,
  nat,
  dailyStop: stops,
  clock,
}: AzureLocationPlan): PlannedResource[] {
  return [
    component("AzureLocation", name),
    provider("azure-native", `${name}-api`),
    azure("resources:ResourceGroup", `${name}-group`),
    azure("network:VirtualNetwork", `${name}-network`),
    ...(nat
      ? [azure("network:PublicIPAddress", `${name}-nat-address`), azure("network:NatGateway", `${name}-nat`)]
      : []),
    ...(bastion
      ? [
          azure("network:Subnet", `${name}-bastion-subnet`),
          azure("network:PublicIPAddress", `${name}-bastion-address`),
          azure("network:BastionHost", `${name}-bastion`),
        ]
      : []),
    ...hosts.flatMap((host) => hostResources(host, stops !== undefined)),
    ...(clock ? clockResources(`${name}-clock`, clock, hosts) : []),
  ];
}
