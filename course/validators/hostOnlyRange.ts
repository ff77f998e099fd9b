import type { Fault } from "../faults";
import { type HostPlan, osOf } from "../hosts";
import { parseSubnet, type Subnet } from "../network";
import type { SwitchPlan } from "../switches";

/**
 * The addresses that VirtualBox lets a host-only interface have on Linux, from 6.1.28 on, unless `/etc/vbox/networks.conf` lists others
 * (VirtualBox manual, chapter 6.7, Host-Only Networking; read 2026-11-23). On Windows it lets it have any.
 */
const HOST_ONLY_RANGE = "192.168.56.0/21";

/** Where a host-only switch of VirtualBox has addresses that its host refuses; undefined where it has none. */
export function hostOnlyFault(
  entry: SwitchPlan,
  subnet: Subnet,
  host: HostPlan | undefined,
  where: string,
): Fault | undefined {
  if (entry.mode !== "host-only" || host?.target !== "virtualbox" || osOf(host.config) === "windows")
    return undefined;
  const range = parseSubnet(HOST_ONLY_RANGE);
  if (range.first <= subnet.first && subnet.last <= range.last) return undefined;
  return {
    code: "subnet-invalid",
    where,
    what: `${entry.subnet}${entry.team === undefined ? "" : ` of ${entry.team}`} is host-only on host "${host.name}", where VirtualBox for Linux refuses it`,
    expected: `subnets within ${HOST_ONLY_RANGE}`,
    fix: "That is one /24 for each of eight teams on a host: place the others on another one, or give the switch a smaller subnet",
  };
}
