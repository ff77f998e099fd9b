import { freeSubnet, overlaps, parseSubnet } from "../network";
import type { Precheck } from "./precheck";

/** A subnet that PCs of the room have a way into. */
export interface RoomSubnet {
  readonly subnet: string;
  /** Names of the PCs. */
  readonly pcs: readonly string[];
}

/** Subnets of the room: those that most PCs have, first. */
export function roomSubnets(prechecks: readonly Precheck[]): RoomSubnet[] {
  const pcs = new Map<string, string[]>();
  for (const { name, subnets } of prechecks)
    for (const subnet of new Set(subnets)) pcs.set(subnet, [...(pcs.get(subnet) ?? []), name]);
  return [...pcs]
    .map(([subnet, names]) => ({ subnet, pcs: names }))
    .sort((a, b) => b.pcs.length - a.pcs.length || a.subnet.localeCompare(b.subnet));
}

/** Those of the room's subnets that share an address with one that a lab would take. */
export function takenIn(room: readonly RoomSubnet[], subnet: string): RoomSubnet[] {
  const wanted = parseSubnet(subnet);
  return room.filter((entry) => overlaps(wanted, parseSubnet(entry.subnet)));
}

/** A /24 of 192.168.0.0/16 that no PC of the room has; undefined where there is none. */
export function freeInRoom(room: readonly RoomSubnet[]): string | undefined {
  return freeSubnet(room.map(({ subnet }) => parseSubnet(subnet)));
}
