import { createHash } from "node:crypto";
import { MODE_TRAITS } from "../../../course/modes";
import { parseSubnet } from "../../../course/network";
import type { AdapterPlan, GuestPlan } from "../../../course/plan";
import type { SwitchPlan } from "../../../course/switches";
import { type GuestIdentity, macOf } from "../identity";
import { cloudYaml } from "./cloudYaml";

type Connected = Exclude<AdapterPlan, { mode: "disabled" }>;

/** What a guest is told of its networks besides its plan. */
export interface GuestNetworkSettings extends GuestIdentity {
  /** The switches of the guest's host, by which a prefix is known. */
  readonly switches: readonly SwitchPlan[];
  /** The room's DNS servers, for guests that get out; where there are none the gateway is asked. */
  readonly dns: readonly string[];
  /** True where the room's DHCP server gives guests on the classroom LAN their addresses. */
  readonly roomDhcp: boolean;
}

/** Name of an adapter inside the guest. */
export function deviceName(index: number): string {
  return `eth${index}`;
}

function prefixOf(adapter: Connected, switches: readonly SwitchPlan[]): number {
  const plan = switches.find((entry) => entry.objectName === adapter.switchObject);
  if (!plan) throw new Error(`no switch ${adapter.switchObject} among those of the guest's host`);
  return parseSubnet(plan.subnet).prefix;
}

function addressing(
  adapter: Connected,
  isWayOut: boolean,
  { switches, dns, roomDhcp }: GuestNetworkSettings,
): object {
  if (roomDhcp && adapter.mode === "bridged" && adapter.vlan === undefined) {
    return {
      dhcp4: true,
      // The room's servers would be those of all the guest's names, and its router the way out of a guest that has another.
      ...(isWayOut ? {} : { "dhcp4-overrides": { "use-routes": false, "use-dns": false } }),
      ...(isWayOut && dns.length > 0 ? { nameservers: { addresses: dns } } : {}),
    };
  }
  return {
    addresses: [`${adapter.address}/${prefixOf(adapter, switches)}`],
    ...(isWayOut
      ? {
          // Not `default`: cloud-init of Debian 12 (22.4) knows that word for netplan only.
          routes: [{ to: "0.0.0.0/0", via: adapter.gateway }],
          nameservers: { addresses: dns.length > 0 ? dns : [adapter.gateway] },
        }
      : {}),
  };
}

/** The adapter by which a guest gets out: the first whose mode has a way; -1 where it has none. */
function wayOutOf({ adapters }: GuestPlan): number {
  return adapters.findIndex(({ mode }) => mode !== "disabled" && MODE_TRAITS[mode].internet);
}

/** What an adapter of a guest is set to, in no format: an address that stays, the room's DHCP, or nothing where it is on no switch. */
export interface PlannedAddress {
  /** With colons, in small letters. */
  readonly mac: string;
  /** Whether the room's DHCP server gives the address. */
  readonly dhcp: boolean;
  readonly address?: string;
  readonly prefix?: number;
  /** Only of the adapter by which the guest gets out. */
  readonly gateway?: string;
  readonly dns?: readonly string[];
}

/** What each adapter of a guest is set to, in order. @throws when an adapter is on a switch that is not among the settings' */
export function plannedAddresses(guest: GuestPlan, settings: GuestNetworkSettings): PlannedAddress[] {
  const { switches, dns, roomDhcp } = settings;
  const wayOut = wayOutOf(guest);
  return guest.adapters.map((adapter, index): PlannedAddress => {
    const mac = macOf(guest, index, settings);
    if (adapter.mode === "disabled") return { mac, dhcp: false };
    if (roomDhcp && adapter.mode === "bridged" && adapter.vlan === undefined) return { mac, dhcp: true };
    const { address, gateway } = adapter;
    const way = index === wayOut ? { gateway, dns: dns.length > 0 ? dns : [gateway] } : {};
    return { mac, dhcp: false, address, prefix: prefixOf(adapter, switches), ...way };
  });
}

function networkOf(guest: GuestPlan, settings: GuestNetworkSettings): object {
  const wayOut = wayOutOf(guest);
  const ethernets = guest.adapters.map((adapter, index) => [
    deviceName(index),
    {
      match: { macaddress: macOf(guest, index, settings) },
      "set-name": deviceName(index),
      dhcp4: false,
      ...(index === wayOut ? {} : { optional: true }),
      ...(adapter.mode === "disabled" ? {} : addressing(adapter, index === wayOut, settings)),
    },
  ]);
  return { version: 2, ethernets: Object.fromEntries(ethernets) };
}

/**
 * `network-config` of a guest's seed, version 2 (cloudinit.readthedocs.io, "Networking config version 2"). Adapters are known by their
 * MAC addresses and named by their order. The way out is the first adapter whose mode has one; a start waits for no other.
 * @throws when an adapter is on a switch that is not among the settings'
 */
export function renderNetworkConfig(guest: GuestPlan, settings: GuestNetworkSettings): string {
  return cloudYaml(networkOf(guest, settings));
}

/** The file of netplan that {@link renderNetworkConfig} comes to: what a guest's network is changed by while it runs. */
export function renderNetplan(guest: GuestPlan, settings: GuestNetworkSettings): string {
  return cloudYaml({ network: { renderer: "networkd", ...networkOf(guest, settings) } });
}

/** Where a guest keeps what its network was set to last: what a learner changed afterwards stays until the plan changes. */
export const NETWORK_SET = "/etc/classlab/network.set";

/** What stands in {@link NETWORK_SET} of a guest whose network is as the plan has it. */
export function networkFingerprint(guest: GuestPlan, settings: GuestNetworkSettings): string {
  return createHash("sha256").update(renderNetplan(guest, settings)).digest("hex");
}
