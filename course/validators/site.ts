import type { Fault } from "../faults";
import { targetOf } from "../hosts";
import { addressToNumber, contains, isNetworkAddress, numberToAddress, parseSubnet } from "../network";
import { hasCourseSubnet, isClassroomLan } from "../siteNetwork";
import { prefixFits } from "./switches";
import type { Validator } from "./validator";

const fault = (key: string, what: string, expected: string): Fault => ({
  code: "site-network-invalid",
  where: `lab.site.network.${key}`,
  what,
  expected,
});

/** The room's network is one, and its gateway and range are in it. */
export const roomValid: Validator = ({ site: { network } }) => {
  const { cidr, gateway, addressing } = network;
  const range = typeof addressing === "object" ? addressing : undefined;
  if (cidr === undefined) {
    return range
      ? [fault("addressing", "a range of addresses without the subnet that it is in", "cidr beside it")]
      : [];
  }
  const subnet = parseSubnet(cidr);
  if (!prefixFits(subnet)) return [fault("cidr", `${cidr} is no size for a room`, "a prefix from /8 to /29")];
  if (!isNetworkAddress(subnet)) {
    return [
      fault(
        "cidr",
        `${cidr} is an address in a subnet, not the subnet itself`,
        `${numberToAddress(subnet.first)}/${subnet.prefix}`,
      ),
    ];
  }
  const inner = `an address from ${numberToAddress(subnet.first + 1)} to ${numberToAddress(subnet.last - 1)}`;
  const outside = (address: string) => {
    const value = addressToNumber(address);
    return !contains(subnet, address) || value === subnet.first || value === subnet.last;
  };
  const faults: Fault[] = [];
  if (gateway !== undefined && outside(gateway))
    faults.push(fault("gateway", `${gateway} is no address of ${cidr}`, inner));
  if (!range) return faults;
  for (const key of ["from", "to"] as const) {
    if (outside(range[key]))
      faults.push(fault(`addressing.${key}`, `${range[key]} is no address of ${cidr}`, inner));
  }
  if (addressToNumber(range.from) > addressToNumber(range.to)) {
    faults.push(fault("addressing", `${range.from} is after ${range.to}`, "from no higher than to"));
  }
  return faults;
};

/** Switches that are the classroom LAN have the room's subnet, or leave it to the room. */
export const lanIsTheRoom: Validator = (config) => {
  const { cidr } = config.site.network;
  const real = config.hosts.map((host) => targetOf(config, host)).find((target) => target !== "containers");
  if (cidr === undefined || real === undefined) return [];
  return config.switches.flatMap((entry, index): Fault[] =>
    !isClassroomLan(entry, real) || hasCourseSubnet(entry) || entry.subnet === cidr
      ? []
      : [
          {
            code: "site-network-invalid",
            where: `lab.switches[${index}].subnet`,
            what: `switch "${entry.name}" is the classroom LAN and has ${entry.subnet}, where the room has ${cidr}`,
            expected: `no subnet there, or ${cidr}`,
          },
        ],
  );
};
