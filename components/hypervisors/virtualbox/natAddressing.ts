import { addressToNumber, numberToAddress } from "../../../course/network";
import type { AdapterPlan, GuestPlan } from "../../../course/plan";
import type { Subnet } from "./adapters";

/** Where VirtualBox's own NAT has its router and its resolver: the second and the third address of the range (VirtualBox manual, chapter 9, Fine Tuning the Oracle VirtualBox NAT Engine). */
const NAT_ROUTER = 2;
const NAT_RESOLVER = 3;

function inRange(subnet: string, place: number): string {
  const [network = ""] = subnet.split("/");
  return numberToAddress(addressToNumber(network) + place);
}

/** An adapter as a guest of VirtualBox sees it: behind NAT of its own, the way out is not the first address of the range. */
function seen(adapter: AdapterPlan, subnet: Subnet): AdapterPlan {
  if (adapter.mode !== "nat") return adapter;
  return { ...adapter, gateway: inRange(subnet(adapter), NAT_ROUTER) };
}

/** A guest as its seed has to tell it about its networks. */
export function seenFromInside(guest: GuestPlan, subnet: Subnet): GuestPlan {
  return { ...guest, adapters: guest.adapters.map((adapter) => seen(adapter, subnet)) };
}

/** Whom a guest behind NAT of its own asks for names where the room has no servers for that; undefined for other guests. */
export function natResolver(guest: GuestPlan, subnet: Subnet): string | undefined {
  for (const adapter of guest.adapters) {
    if (adapter.mode === "nat") return inRange(subnet(adapter), NAT_RESOLVER);
  }
  return undefined;
}
