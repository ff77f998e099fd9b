import type { GuestPlan } from "../../../course/plan";
import { type GuestIdentity, macOf } from "../identity";
import { parkingName } from "./network";
import { renderXml, type Xml } from "./xml";

/** Name by which libvirt knows an adapter, whatever it is on; those that people choose begin with `ua-` (libvirt.org/formatdomain.html). */
export function adapterAlias(index: number): string {
  return `ua-adapter-${index}`;
}

/** Windows knows Intel's e1000e; it knows virtio only by drivers that somebody put into its image. */
function cardOf({ windows }: GuestPlan): "virtio" | "e1000e" {
  return windows?.image.drivers === "own" ? "e1000e" : "virtio";
}

function adapterXml(guest: GuestPlan, index: number, identity: GuestIdentity, network?: string): Xml {
  return {
    "@type": "network",
    mac: { "@address": macOf(guest, index, identity) },
    source: { "@network": network ?? parkingName(identity.mark.lab) },
    model: { "@type": cardOf(guest) },
    link: { "@state": network === undefined ? "down" : "up" },
    alias: { "@name": adapterAlias(index) },
  };
}

/** An adapter that is on no switch, whatever the plan says: so a guest is made. */
export function parkedInterfaceXml(guest: GuestPlan, index: number, identity: GuestIdentity): Xml {
  return adapterXml(guest, index, identity);
}

/**
 * XML of one adapter alone, for `virsh update-device`, which moves it in place, and `attach-device`.
 * @param index place among the guest's adapters, from 0
 */
export function renderInterface(guest: GuestPlan, index: number, identity: GuestIdentity): string {
  const adapter = guest.adapters[index];
  const network = adapter && adapter.mode !== "disabled" ? adapter.switchObject : undefined;
  return renderXml({ interface: adapterXml(guest, index, identity, network) });
}

/**
 * XML of one adapter alone that leaves its switch.
 * @param index place among the guest's adapters, from 0
 */
export function renderParkedInterface(guest: GuestPlan, index: number, identity: GuestIdentity): string {
  return renderXml({ interface: parkedInterfaceXml(guest, index, identity) });
}
