import type { Fault } from "../faults";
import { isNetworkAddress, numberToAddress, parseSubnet, type Subnet } from "../network";
import type { Validator } from "./validator";

/** VLANs divide the classroom LAN, one switch each. */
export const vlansValid: Validator = (config) =>
  config.switches.flatMap((entry, index): Fault[] => {
    const where = `lab.switches[${index}].vlan`;
    if (entry.vlan === undefined) return [];
    if (entry.mode !== "bridged") {
      return [
        {
          code: "vlan-invalid",
          where,
          what: `switch "${entry.name}" is ${entry.mode}, and VLANs are of the classroom LAN`,
          expected: "mode: bridged, or no vlan",
        },
      ];
    }
    const first = config.switches.find((other) => other.vlan === entry.vlan);
    if (!first || first === entry) return [];
    return [
      {
        code: "vlan-invalid",
        where,
        what: `switches "${first.name}" and "${entry.name}" both are VLAN ${entry.vlan}`,
        expected: "one switch for each VLAN",
      },
    ];
  });

/** Smallest prefix with room for a host, two guests and a broadcast address. */
const LONGEST_PREFIX = 29;

/** Largest subnet, as the private ranges have it: 10.0.0.0/8. */
const SHORTEST_PREFIX = 8;

/** True when a subnet has a size that a lab can have. */
export function prefixFits(subnet: Subnet): boolean {
  return SHORTEST_PREFIX <= subnet.prefix && subnet.prefix <= LONGEST_PREFIX;
}

/** Subnets are subnets, of a size for a lab. */
export const subnetsValid: Validator = (config) =>
  config.switches.flatMap((entry, index): Fault[] => {
    const where = `lab.switches[${index}].subnet`;
    const subnet = parseSubnet(entry.subnet);
    if (!prefixFits(subnet)) {
      return [
        {
          code: "subnet-invalid",
          where,
          what: `${entry.subnet} is too ${subnet.prefix > LONGEST_PREFIX ? "small" : "large"} for a lab`,
          expected: `a prefix from /${SHORTEST_PREFIX} to /${LONGEST_PREFIX}`,
        },
      ];
    }
    if (!isNetworkAddress(subnet)) {
      return [
        {
          code: "subnet-invalid",
          where,
          what: `${entry.subnet} is an address in a subnet, not the subnet itself`,
          expected: `${numberToAddress(subnet.first)}/${subnet.prefix}`,
        },
      ];
    }
    return [];
  });
