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

/** What is wrong with the size of a subnet; undefined for one that a lab can have. */
function wrongSize({ prefix }: Subnet): "small" | "large" | undefined {
  if (prefix > LONGEST_PREFIX) return "small";
  return prefix < SHORTEST_PREFIX ? "large" : undefined;
}

/** True when a subnet has a size that a lab can have. */
export function prefixFits(subnet: Subnet): boolean {
  return wrongSize(subnet) === undefined;
}

/** Subnets are subnets, of a size for a lab. */
export const subnetsValid: Validator = (config) =>
  config.switches.flatMap((entry, index): Fault[] => {
    const where = `lab.switches[${index}].subnet`;
    const subnet = parseSubnet(entry.subnet);
    const wrong = wrongSize(subnet);
    if (wrong) {
      return [
        {
          code: "subnet-invalid",
          where,
          what: `${entry.subnet} is too ${wrong} for a lab`,
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
