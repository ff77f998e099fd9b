import { EC2_BUDGET, ec2Regions } from "../../../course/clouds/ec2";
import { ec2HostsOf } from "../../../course/clouds/hosts";
import { cloudNetwork } from "../../../course/clouds/network";
import type { CloudHostsArgs, MadeHost } from "../cloudHosts";
import { ec2Budget } from "./budget";
import { Ec2Clock } from "./clock";
import { Ec2Host } from "./host";
import { Ec2Region } from "./region";

/** Makes a lab's hosts on EC2, region by region. @returns how each is reached, by name */
export function deployEc2({ plan, unit, tags, key, providers }: CloudHostsArgs): Record<string, MadeHost> {
  const network = cloudNetwork(plan);
  const made: Record<string, MadeHost> = {};
  for (const [index, region] of ec2Regions(plan, ec2HostsOf(plan, unit)).entries()) {
    const shared = new Ec2Region(region.name, { plan: region, network, tags });
    // One for the account, whatever the regions.
    if (plan.budget && index === 0) ec2Budget(EC2_BUDGET, plan.budget, tags, shared.api);
    const hosts = region.hosts.map((host) => {
      const args = { plan: host, region: shared, network, tags, key, providers };
      const { address, hostKey, instanceId } = new Ec2Host(host.name, args);
      made[host.name] = { address, hostKey };
      return instanceId;
    });
    if (region.clock)
      new Ec2Clock(`${region.name}-clock`, {
        clock: region.clock,
        region: region.region,
        api: shared.api,
        tags,
        instanceIds: hosts,
      });
  }
  return made;
}
