import { createHash } from "node:crypto";
import { MacAddresses } from "../../course/macs";
import type { OwnerMark } from "../../course/mark";
import type { GuestPlan } from "../../course/plan";

/** Kinds of objects that a hypervisor knows by name and UUID; a virtual machine is a `domain` in libvirt's word. */
export type MarkedKind = "domain" | "network" | "pool";

/** What an object's names are made of, as hexadecimal digits. */
export function digest(...parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/**
 * The UUID of an object, always the same one: libvirt then takes a second `define` for a change of the object that stands, and
 * refuses one for an object of that name that is somebody else's. Of version 8, which is free for this (RFC 9562, 5.8).
 */
export function uuidOf(mark: Pick<OwnerMark, "id">, kind: MarkedKind, objectName: string): string {
  const digits = digest(mark.id, kind, objectName);
  const variant = ((Number.parseInt(digits.slice(16, 17), 16) % 4) + 8).toString(16);
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `8${digits.slice(13, 16)}`,
    variant + digits.slice(17, 20),
    digits.slice(20, 32),
  ].join("-");
}

/** Whether a UUID is one that {@link uuidOf} makes; libvirt and its tools give others by chance, of version 4. */
export function isOwnUuid(uuid: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-8/.test(uuid);
}

/** What a guest's names and addresses are made of besides its plan. */
export interface GuestIdentity {
  readonly mark: OwnerMark;
  /** Slot of the guest's team. */
  readonly slot: number;
}

/**
 * The MAC address of an adapter. One that is not connected has the address that the plan gives it once it is, so that connecting it
 * is a change in place.
 * @param index place among the guest's adapters, from 0
 */
export function macOf(guest: GuestPlan, index: number, { mark, slot }: GuestIdentity): string {
  const adapter = guest.adapters[index];
  if (adapter && adapter.mode !== "disabled") return adapter.mac;
  const identity = { lab: mark.lab, slot, guest: guest.name, adapter: index };
  return new MacAddresses().of(identity, "libvirt", "");
}
