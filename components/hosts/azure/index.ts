import { AZURE_BUDGET, azureLocations } from "../../../course/clouds/azure";
import { azureHostsOf } from "../../../course/clouds/hosts";
import { cloudNetwork } from "../../../course/clouds/network";
import type { CloudHostsArgs, MadeHost } from "../cloudHosts";
import { azureBudget } from "./budget";
import { AzureClock } from "./clock";
import { AzureHost } from "./host";
import { AzureLocation } from "./location";

/** Makes a lab's hosts on Azure, location by location. @returns how each is reached, by name */
export function deployAzure({ plan, unit, tags, key, providers }: CloudHostsArgs): Record<string, MadeHost> {
  const range = cloudNetwork(plan);
  const made: Record<string, MadeHost> = {};
  for (const [index, place] of azureLocations(plan, azureHostsOf(plan, unit)).entries()) {
    const location = new AzureLocation(place.name, { plan: place, range, tags });
    // One for the subscription, whatever the locations.
    if (plan.budget && index === 0) azureBudget(AZURE_BUDGET, plan.budget, tags, location);
    const hosts = place.hosts.map((host) => {
      const { dailyStop } = place;
      const args = { plan: host, location, range, tags, dailyStop, key, providers };
      const { address, hostKey, machine } = new AzureHost(host.name, args);
      made[host.name] = { address, hostKey };
      return { name: host.name, machine };
    });
    const { clock, location: region } = place;
    if (clock) new AzureClock(`${place.name}-clock`, { clock, location, region, tags, hosts });
  }
  return made;
}
