import { isTranslated } from "../../../course/hypervNat";
import { MacAddresses } from "../../../course/macs";
import { markLabels, type OwnerMark } from "../../../course/mark";
import type { AdapterPlan, GuestPlan } from "../../../course/plan";
import type { SwitchPlan } from "../../../course/switches";
import { PRIVATE_VLAN, switchNameOf } from "./switchCalls";
import type { ModuleCalls } from "./transport";

/** What a port of a switch is. */
export type Port =
  | { readonly kind: "untagged" }
  | { readonly kind: "access"; readonly vlan: number }
  | { readonly kind: "isolated"; readonly primaryVlan: number; readonly secondaryVlan: number };

/** What adapters are made with besides their plan. */
export interface AdapterSettings {
  readonly mark: OwnerMark;
  /** Slot of the guest's team. */
  readonly slot: number;
  /** The switches of the lab. */
  readonly switches: readonly SwitchPlan[];
  /** What {@link natPrefix} gave for the guest's host. */
  readonly natPrefix: string | undefined;
  /** IPv4 addresses that the guest is kept from: a cloud's own services, which would take it for the host. None by default. */
  readonly hidden?: readonly string[];
}

type Connected = Extract<AdapterPlan, { switch: string }>;

function portOf(adapter: Connected): Port {
  if (adapter.mode === "nat") return { kind: "isolated", ...PRIVATE_VLAN };
  return adapter.vlan === undefined ? { kind: "untagged" } : { kind: "access", vlan: adapter.vlan };
}

const EVERYWHERE = { inside: "", notBeyond: "" };

/** Keeps guests off the host's other NAT switches, between which it would carry their packets. */
function reachOf(
  guest: GuestPlan,
  adapter: Connected,
  { switches, natPrefix }: AdapterSettings,
): typeof EVERYWHERE {
  const own = switches.find(
    (entry) => entry.objectName === adapter.switchObject && entry.host === guest.host,
  );
  if (!own || !isTranslated(own) || natPrefix === undefined || natPrefix === own.subnet) return EVERYWHERE;
  return { inside: own.subnet, notBeyond: natPrefix };
}

/** Twelve hexadecimal digits, as Hyper-V writes an address. */
function macOf(guest: GuestPlan, index: number, { mark, slot }: AdapterSettings): string {
  const adapter = guest.adapters[index];
  // One that is on no switch has the address that the plan gives it once it is: connecting it changes nothing else.
  const identity = { lab: mark.lab, slot, guest: guest.name, adapter: index };
  const mac =
    adapter && adapter.mode !== "disabled" ? adapter.mac : new MacAddresses().of(identity, "hyperv", "");
  return mac.replaceAll(":", "").toUpperCase();
}

/** Name by which an adapter is known, whatever it is on. */
export function adapterName(index: number): string {
  return `adapter-${index}`;
}

/** One adapter as the module takes it. */
export interface AdapterDocument {
  readonly name: string;
  /** Twelve hexadecimal digits. */
  readonly mac: string;
  /** Whether other MAC addresses than its own may leave it. */
  readonly spoofing: "On" | "Off";
  /** Name of the switch; empty where it is on none. */
  readonly switch: string;
  readonly port: Port;
  /** Its own subnet in CIDR form where it is kept off others; else empty. */
  readonly inside: string;
  /** The prefix of which it reaches its own subnet alone; empty where it reaches all. */
  readonly notBeyond: string;
  /** IPv4 addresses that it never reaches. */
  readonly hidden: readonly string[];
}

/**
 * A guest's adapters, each where the plan has it. Other MAC addresses than its own leave only a guest that has guests itself (Microsoft,
 * "Run Hyper-V in a virtual machine with nested virtualization").
 */
export function adapterDocuments(guest: GuestPlan, settings: AdapterSettings): readonly AdapterDocument[] {
  return guest.adapters.map((adapter, index): AdapterDocument => {
    const made = {
      name: adapterName(index),
      mac: macOf(guest, index, settings),
      spoofing: guest.nested ? ("On" as const) : ("Off" as const),
      hidden: settings.hidden ?? [],
    };
    if (adapter.mode === "disabled")
      return { ...made, switch: "", port: { kind: "untagged" }, ...EVERYWHERE };
    const name = switchNameOf(settings.mark, { mode: adapter.mode, objectName: adapter.switchObject });
    return { ...made, switch: name, port: portOf(adapter), ...reachOf(guest, adapter, settings) };
  });
}

/** All adapters of a guest, in place; removed, they leave their switches. */
export function adapterCalls(guest: GuestPlan, settings: AdapterSettings): ModuleCalls {
  const own = { mark: markLabels(settings.mark), guest: guest.objectName };
  const adapters = adapterDocuments(guest, settings);
  return {
    apply: { function: "Set-ClasslabAdapter", data: { ...own, adapters } },
    remove: { function: "Remove-ClasslabAdapter", data: own },
  };
}
