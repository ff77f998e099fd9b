import { type HostPlan, isCloud } from "../../course/hosts";
import type { MachineAccount } from "./machines";
import { amazonRegions } from "./regions";

/** True where a lab has hosts in a cloud. */
export function hasCloudHosts(hosts: readonly HostPlan[]): boolean {
  return hosts.some(({ config }) => isCloud(config));
}

/** The accounts in which a lab has machines. What asks a cloud is loaded only where there are hosts there. @param signal ends what is under way */
export async function machineAccounts(
  hosts: readonly HostPlan[],
  signal?: AbortSignal,
): Promise<MachineAccount[]> {
  const accounts: MachineAccount[] = [];
  const regions = amazonRegions(hosts);
  if (regions.length > 0) {
    const { amazonMachines } = await import("./amazon/machines.js");
    accounts.push(amazonMachines(regions, signal));
  }
  if (hosts.some(({ config }) => config.kind === "azure")) {
    const { azureMachines } = await import("./azure/machines.js");
    accounts.push(azureMachines(signal));
  }
  return accounts;
}
