import type { LabConfig, SwitchConfig } from "./config";
import { MODE_TRAITS } from "./modes";
import {
  addressToNumber,
  contains,
  gatewayOf,
  isIPv4,
  numberToAddress,
  parseSubnet,
  type Subnet,
} from "./network";
import type { Target } from "./support";

/** A switch's network as guests of a target find it. */
export interface Wire {
  readonly subnet: Subnet;
  readonly gateway: string;
  /** True for the classroom LAN itself. */
  readonly room: boolean;
  /** Where guests' addresses come from, first and last as numbers; absent where the plan chooses. */
  readonly range?: { readonly from: number; readonly to: number };
}

/**
 * True for the classroom LAN itself, on which guests are with a real hypervisor: a VLAN is apart from it, and on containers a Docker
 * network stands in, which cannot have the subnet that the machine itself is in.
 */
export function isClassroomLan(entry: Pick<SwitchConfig, "mode" | "vlan">, target: Target): boolean {
  return entry.mode === "bridged" && entry.vlan === undefined && target !== "containers";
}

/** True for a bridged switch that was given no subnet but the course's own: it goes with the room's. */
export function hasCourseSubnet(entry: Pick<SwitchConfig, "mode" | "subnet">): boolean {
  return entry.subnet === MODE_TRAITS[entry.mode].subnet;
}

/** The network of a switch on a target: the room's where that is known and it is the classroom LAN, else as configured. */
export function wireOf(config: Pick<LabConfig, "site">, entry: SwitchConfig, target: Target): Wire {
  const configured = parseSubnet(entry.subnet);
  const { cidr, gateway, addressing } = config.site.network;
  if (!isClassroomLan(entry, target))
    return { subnet: configured, gateway: gatewayOf(configured), room: false };
  const subnet = cidr === undefined ? configured : parseSubnet(cidr);
  return {
    subnet,
    gateway: gateway ?? gatewayOf(subnet),
    room: true,
    ...(typeof addressing === "object"
      ? { range: { from: addressToNumber(addressing.from), to: addressToNumber(addressing.to) } }
      : {}),
  };
}

/**
 * An adapter's address as it is on a wire. One of the course's subnet keeps its place where the room has another (99 in
 * 192.168.99.99), or is left to the plan where the room says where addresses come from.
 */
export function addressOn(wire: Wire, entry: SwitchConfig, address: string | undefined): string | undefined {
  if (address === undefined || contains(wire.subnet, address)) return address;
  const configured = parseSubnet(entry.subnet);
  if (configured.first === wire.subnet.first || !contains(configured, address)) return address;
  return wire.range === undefined
    ? numberToAddress(wire.subnet.first + addressToNumber(address) - configured.first)
    : undefined;
}

/** An address of the room that is somebody's already. */
export interface RoomAddress {
  /** Whose, as it follows "is". */
  readonly whose: string;
  /** Where it stands in the configuration. */
  readonly where: string;
}

/** The IPv4 addresses that the configuration itself names in the room: those of hosts and name servers. */
export function roomAddresses(config: Pick<LabConfig, "site" | "hosts">): ReadonlyMap<string, RoomAddress> {
  const servers = config.site.network.dns.map((address, index): [string, RoomAddress] => [
    address,
    { whose: "the room's DNS server", where: `lab.site.network.dns[${index}]` },
  ]);
  const hosts = config.hosts.flatMap((host, index): [string, RoomAddress][] =>
    host.kind === "existing" && isIPv4(host.address)
      ? [
          [
            host.address,
            { whose: `the address of host "${host.name}"`, where: `lab.hosts[${index}].address` },
          ],
        ]
      : [],
  );
  return new Map([...servers, ...hosts]);
}
