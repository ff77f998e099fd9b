import ipaddr from "ipaddr.js";

/** An IPv4 subnet, with the arithmetic the plan needs. */
export interface Subnet {
  /** As written, e.g. `192.168.99.0/24`. */
  readonly cidr: string;
  /** Length of the prefix in bits. */
  readonly prefix: number;
  /** Address of the network itself as a number. */
  readonly first: number;
  /** Broadcast address as a number. */
  readonly last: number;
}

/** An IPv4 address as an unsigned 32-bit number. */
export function addressToNumber(address: string): number {
  return ipaddr.IPv4.parse(address)
    .toByteArray()
    .reduce((sum, byte) => sum * 256 + byte, 0);
}

/** True for an IPv4 address in dotted form, false for a name. */
export function isIPv4(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text);
}

/** The dotted form of an unsigned 32-bit number. */
export function numberToAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}

/** Parses `a.b.c.d/n`; the host bits are cleared. Throws on text that is no IPv4 CIDR, as `ipaddr.js` does. */
export function parseSubnet(cidr: string): Subnet {
  const [address, prefix] = ipaddr.IPv4.parseCIDR(cidr);
  const size = 2 ** (32 - prefix);
  const value = addressToNumber(address.toString());
  const first = value - (value % size);
  return { cidr, prefix, first, last: first + size - 1 };
}

/** True when the subnet is written without host bits: `192.168.99.0/24`, not `192.168.99.5/24`. */
export function isNetworkAddress(subnet: Subnet): boolean {
  return subnet.cidr === `${numberToAddress(subnet.first)}/${subnet.prefix}`;
}

/** True when the two subnets share an address. */
export function overlaps(a: Subnet, b: Subnet): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** True when the address lies in the subnet, its own and the broadcast address included. */
export function contains(subnet: Subnet, address: string): boolean {
  const value = addressToNumber(address);
  return subnet.first <= value && value <= subnet.last;
}

/** The host's address on a switch: the first of the subnet, as in the manual (192.168.20.1, L2928). */
export function gatewayOf(subnet: Subnet): string {
  return numberToAddress(subnet.first + 1);
}

/**
 * A /24 out of 192.168.0.0/16 that overlaps none of the given subnets; undefined when there is none.
 * @param slots slots that have it or, from 2 on, the ones that follow
 */
export function freeSubnet(taken: readonly Subnet[], slots: readonly number[] = [1]): string | undefined {
  const free = Array.from({ length: 256 }, (_, third) => {
    const candidate = parseSubnet(`192.168.${third}.0/24`);
    return !taken.some((subnet) => overlaps(candidate, subnet));
  });
  const isFree = (third: number) => free[third] ?? false;
  const third = free
    .map((_, step) => (99 + step) % free.length)
    .find((candidate) => slots.every((slot) => isFree(candidate + slot - 1)));
  return third === undefined ? undefined : `192.168.${third}.0/24`;
}
