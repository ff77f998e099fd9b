import type { OwnerMark } from "../../../course/mark";
import type { SwitchMode } from "../../../course/modes";
import { parseSubnet } from "../../../course/network";
import type { SwitchPlan } from "../../../course/switches";
import { uuidOf } from "../identity";
import { bridgeNameOf } from "./bridgeName";
import { markMetadata } from "./ownerMark";
import { renderXml, type Xml } from "./xml";

/** What a bridged switch is on a host. */
export type Uplink =
  /** A bridge of the host over its network card, or over a VLAN of it; libvirt only joins guests to it. */
  | { readonly kind: "host-bridge"; readonly name: string }
  /**
   * A bridge that libvirt makes, in place of the classroom LAN where the host has no bridge: the host is the gateway and
   * translates what goes out; who is to reach guests has to be on the bridge.
   */
  | { readonly kind: "lab-bridge" };

/** What a network is made with besides its plan. */
export interface NetworkSettings {
  readonly mark: OwnerMark;
  /** Used by bridged switches alone. */
  readonly uplink: Uplink;
}

type Traits = "forward" | "host" | "isolated";

/** Traits of the networks that libvirt itself carries (libvirt.org/formatnetwork.html, "Connectivity" and "Isolating"). */
const TRAITS: Readonly<Record<Exclude<SwitchMode, "bridged">, readonly Traits[]>> = {
  "nat-network": ["forward", "host"],
  nat: ["forward", "host", "isolated"],
  "host-only": ["host"],
  internal: [],
};

/** An address of the host on a network; libvirt gives guests none: theirs are in their seeds. */
function hostAddress({ gateway, subnet }: Pick<SwitchPlan, "gateway" | "subnet">): Xml {
  return { "@family": "ipv4", "@address": gateway, "@prefix": parseSubnet(subnet).prefix };
}

function head(name: string, mark: OwnerMark): Xml {
  return { name, uuid: uuidOf(mark, "network", name), metadata: markMetadata(mark) };
}

/**
 * A bridge of libvirt's own. Its spanning tree, which libvirt switches on by default, would keep every adapter off the wire for its
 * first four seconds (Linux, net/bridge: twice the least forward delay); no two of these bridges are joined.
 */
function ownBridge(name: string, mark: OwnerMark): Xml {
  return { "@name": bridgeNameOf(mark, name), "@stp": "off", "@delay": 0 };
}

function ownNetwork(plan: SwitchPlan, mark: OwnerMark, traits: readonly Traits[]): Xml {
  const forward = traits.includes("forward");
  return {
    ...head(plan.objectName, mark),
    ...(forward ? { forward: { "@mode": "nat" } } : {}),
    bridge: ownBridge(plan.objectName, mark),
    // Names are resolved by the host where guests get out; elsewhere nothing of the host's answers them.
    ...(traits.includes("host") && !forward ? { dns: { "@enable": "no" } } : {}),
    ...(traits.includes("host") ? { ip: hostAddress(plan) } : {}),
    ...(traits.includes("isolated") ? { port: { "@isolated": "yes" } } : {}),
  };
}

/**
 * XML of the network that a switch is. NAT is a NAT network whose ports are isolated: guests reach the host and beyond, not one
 * another. An internal one has no address of the host.
 */
export function renderNetwork(plan: SwitchPlan, { mark, uplink }: NetworkSettings): string {
  if (plan.mode !== "bridged") return renderXml({ network: ownNetwork(plan, mark, TRAITS[plan.mode]) });
  if (uplink.kind === "lab-bridge")
    return renderXml({ network: ownNetwork(plan, mark, TRAITS["nat-network"]) });
  return renderXml({
    network: {
      ...head(plan.objectName, mark),
      forward: { "@mode": "bridge" },
      bridge: { "@name": uplink.name },
    },
  });
}

/** Name of the network that adapters which are on no switch are parked on; no switch's, since names have no underscore. */
export function parkingName(lab: string): string {
  return `${lab}_unplugged`;
}

/**
 * XML of a network that leads nowhere. libvirt moves an adapter in place only from bridge to bridge (`virsh update-device`), so that
 * one without switch needs a bridge too; its link is down, its port is isolated, and the host has no address there.
 * @param mark without a team: all guests of the lab on a host share it
 */
export function renderParking(mark: OwnerMark): string {
  const name = parkingName(mark.lab);
  return renderXml({
    network: {
      ...head(name, mark),
      bridge: ownBridge(name, mark),
      port: { "@isolated": "yes" },
    },
  });
}
