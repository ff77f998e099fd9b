import type { GuestPlan } from "../../../course/plan";
import { type GuestIdentity, macOf } from "./identity";
import { parkingName } from "./network";
import { renderXml, type Xml } from "./xml";

/** Name by which libvirt knows an adapter, whatever it is on; those that people choose begin with `ua-` (libvirt.org/formatdomain.html). */
export function adapterAlias(index: number): string {
  return `ua-adapter-${index}`;
}

/** One adapter of a domain. */
export function interfaceXml(guest: GuestPlan, index: number, identity: GuestIdentity): Xml {
  const adapter = guest.adapters[index];
  const connected = adapter !== undefined && adapter.mode !== "disabled";
  return {
    "@type": "network",
    mac: { "@address": macOf(guest, index, identity) },
    source: { "@network": connected ? adapter.switchObject : parkingName(identity.mark.lab) },
    model: { "@type": "virtio" },
    link: { "@state": connected ? "up" : "down" },
    alias: { "@name": adapterAlias(index) },
  };
}

/**
 * XML of one adapter alone, for `virsh update-device`, which moves it in place, and `attach-device`.
 * @param index place among the guest's adapters, from 0
 */
export function renderInterface(guest: GuestPlan, index: number, identity: GuestIdentity): string {
  return renderXml({ interface: interfaceXml(guest, index, identity) });
}
