import { overlaps, parseSubnet } from "../network";
import type { LabPlan } from "../plan";
import { subnetOfSlot } from "../switches";

/**
 * What the network that a lab's cloud hosts are on may be: the first of these that no switch of the lab meets, since a guest behind a
 * translation reaches nothing that its own network hides. Far from Docker's address pools and from what a room or a home has.
 */
const FIRST = 200;
const CANDIDATES = 16;

/** Length of a team's prefix: a /16 holds 1024 of them, more than there are slots. Amazon takes none longer than 28, and keeps five addresses. */
const TEAM_PREFIX = 26;

/** The network of a lab's cloud hosts, in CIDR form: the same in each region, since nothing joins them. */
export function cloudNetwork(plan: Pick<LabPlan, "switches">): string {
  const taken = plan.switches.map(({ subnet }) => parseSubnet(subnet));
  const candidates = Array.from({ length: CANDIDATES }, (_, index) => `10.${FIRST + index}.0.0/16`);
  const free = candidates.find((cidr) => !taken.some((subnet) => overlaps(subnet, parseSubnet(cidr))));
  // A lab that meets all of them has 10.0.0.0/8 for itself: guests reach their own, and the host the rest.
  return free ?? `10.${FIRST}.0.0/16`;
}

/**
 * The subnet of Azure Bastion in that network, in CIDR form: the last of the prefixes of which each team has one, and as large as Bastion asks for
 * (learn.microsoft.com, "About Azure Bastion configuration settings": AzureBastionSubnet).
 */
export function bastionSubnet(network: string): string {
  return cloudSubnet(network, 2 ** (TEAM_PREFIX - parseSubnet(network).prefix));
}

/**
 * The subnet of a team's host in that network, in CIDR form: by slot, so that no team's coming moves another.
 * @param network from {@link cloudNetwork}
 * @param slot from 1
 */
export function cloudSubnet(network: string, slot: number): string {
  const [address] = network.split("/");
  return subnetOfSlot(parseSubnet(`${address}/${TEAM_PREFIX}`), slot).cidr;
}
