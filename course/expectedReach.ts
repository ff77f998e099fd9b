import type { Mode } from "./modes";
import { DIFFERENCES } from "./support/differences";
import type { Target } from "./support/targets";

/** From where to where, as a mode answers it for a guest on a switch of that mode. */
export const DIRECTIONS = [
  "toHost",
  "fromHost",
  "mate",
  "otherTeam",
  "internet",
  "toClient",
  "fromClient",
] as const;

/** One of the directions: a mate is a guest of the same team on the same switch, the client a PC on the classroom LAN. */
export type Direction = (typeof DIRECTIONS)[number];

/** Whether something is reached, and what says so. */
export interface Verdict {
  readonly reachable: boolean;
  /** A line of the manual (`manual L2894`), a vendor's document, or what was measured. */
  readonly rule: string;
  /** What an instructor who knows the manual alone would expect otherwise. */
  readonly note?: string;
}

/** A verdict that lets through. */
const reached = (rule: string, note?: string): Verdict => ({
  reachable: true,
  rule,
  ...(note ? { note } : {}),
});

/** A verdict that does not. */
export const unreached = (rule: string, note?: string): Verdict => ({
  reachable: false,
  rule,
  ...(note ? { note } : {}),
});

type Row = Readonly<Record<Direction, Verdict>>;

const all = (verdict: Verdict): Row => ({
  toHost: verdict,
  fromHost: verdict,
  mate: verdict,
  otherTeam: verdict,
  internet: verdict,
  toClient: verdict,
  fromClient: verdict,
});

const VIRTUALBOX = "VirtualBox manual, chapter 6, overview of networking modes";
const VIRTUALBOX_NAT = "VirtualBox manual, chapter 6, Network Address Translation";
const DOCKER_ISOLATION =
  "Docker drops what goes from one of its networks to another (packet filtering and firewalls)";
const LIBVIRT_NAT =
  "libvirt, network XML format: on a NAT network guests and host are unrestricted, outward is translated, inward is prohibited";
const LIBVIRT_ISOLATED = "libvirt, network XML format: an isolated network forwards nothing";
const LIBVIRT_PORTS =
  "libvirt, network XML format: isolated ports reach the host and beyond, not one another";
const HYPERV_INTERNAL = "Microsoft, New-VMSwitch: an Internal switch connects guests and host";
const HYPERV_PRIVATE = "Microsoft, New-VMSwitch: a Private switch connects guests only";
const HYPERV_NAT =
  "Microsoft, Set up a NAT network: the host's virtual adapter is the gateway and translates";
const HYPERV_MAPPING = "Microsoft, Set up a NAT network: inward by static mappings only";
const HYPERV_ISOLATED =
  "Microsoft, Set-VMNetworkAdapterVlan: isolated private VLAN ports reach the promiscuous one, which is the host's, not one another";
const CLIENT = "manual L2422: teams work from a client PC on the classroom LAN";
const HOST_IS_GATEWAY = "manual L2928: the host's virtual adapter is the gateway";
const NAT_ROUTER = "manual L844–850: the hypervisor's virtual router translates";

const DISABLED = all(unreached("an adapter that is not connected reaches nothing and is reached by nothing"));

const BRIDGED: Row = {
  ...all(reached("manual L2894–2898")),
  toClient: reached(CLIENT),
  fromClient: reached(CLIENT),
};

/** Reaches only guests of its own team. */
const closed = (rule: string): Row => ({ ...all(unreached(rule)), mate: reached(rule) });

const hostOnly = (rule: string): Row => ({
  ...all(unreached("manual L842: with the host only")),
  toHost: reached("manual L842"),
  fromHost: reached("manual L842"),
  mate: reached(rule, DIFFERENCES["host-only-guests"].en),
});

const CONTAINERS: Readonly<Record<Mode, Row>> = {
  disabled: DISABLED,
  bridged: BRIDGED,
  internal: closed("manual L2913–2917"),
  "nat-network": {
    toHost: reached(HOST_IS_GATEWAY),
    fromHost: reached("manual L2935–2939, with a virtual adapter of the host on the network"),
    mate: reached("manual L2935–2939"),
    otherTeam: unreached("manual L2935–2939"),
    internet: reached("manual L2935–2939"),
    toClient: unreached(DOCKER_ISOLATION, DIFFERENCES["lan-is-docker"].en),
    fromClient: unreached(VIRTUALBOX),
  },
  nat: {
    toHost: reached(VIRTUALBOX),
    fromHost: unreached(`${VIRTUALBOX}: by forwarded ports only`),
    mate: unreached(VIRTUALBOX),
    otherTeam: unreached(VIRTUALBOX),
    internet: reached(NAT_ROUTER),
    toClient: unreached(DOCKER_ISOLATION, DIFFERENCES["lan-is-docker-nat"].en),
    fromClient: unreached(`${VIRTUALBOX}: by forwarded ports only`),
  },
  "host-only": hostOnly(VIRTUALBOX),
};

const LIBVIRT: Readonly<Record<Mode, Row>> = {
  disabled: DISABLED,
  bridged: BRIDGED,
  internal: closed("manual L2913–2917; libvirt, network XML format: an isolated network without an address"),
  "nat-network": {
    toHost: reached(HOST_IS_GATEWAY),
    fromHost: reached(LIBVIRT_NAT),
    mate: reached(LIBVIRT_NAT),
    otherTeam: unreached(LIBVIRT_NAT),
    internet: reached("manual L2935–2939"),
    toClient: reached(LIBVIRT_NAT),
    fromClient: unreached(LIBVIRT_NAT),
  },
  nat: {
    toHost: reached(LIBVIRT_PORTS),
    fromHost: reached(LIBVIRT_PORTS, DIFFERENCES["nat-with-host"].en),
    mate: unreached(LIBVIRT_PORTS),
    otherTeam: unreached(LIBVIRT_NAT),
    internet: reached(NAT_ROUTER),
    toClient: reached(LIBVIRT_NAT),
    fromClient: unreached(LIBVIRT_NAT),
  },
  "host-only": hostOnly(LIBVIRT_ISOLATED),
};

const VIRTUALBOX_ROWS: Readonly<Record<Mode, Row>> = {
  disabled: DISABLED,
  bridged: BRIDGED,
  internal: closed("manual L2913–2917"),
  "nat-network": {
    toHost: reached(VIRTUALBOX),
    fromHost: unreached(`${VIRTUALBOX}: by forwarded ports only`, DIFFERENCES["nat-network-without-host"].en),
    mate: reached("manual L2935–2939"),
    otherTeam: unreached("manual L2935–2939"),
    internet: reached("manual L2935–2939"),
    toClient: reached(VIRTUALBOX),
    fromClient: unreached(`${VIRTUALBOX}: by forwarded ports only`),
  },
  nat: {
    toHost: reached(VIRTUALBOX_NAT, DIFFERENCES["nat-localhost"].en),
    fromHost: unreached(`${VIRTUALBOX}: by forwarded ports only`),
    mate: unreached(VIRTUALBOX),
    otherTeam: unreached(VIRTUALBOX),
    internet: reached(NAT_ROUTER),
    toClient: reached(VIRTUALBOX),
    fromClient: unreached(`${VIRTUALBOX}: by forwarded ports only`),
  },
  "host-only": hostOnly(VIRTUALBOX),
};

const HYPERV: Readonly<Record<Mode, Row>> = {
  disabled: DISABLED,
  bridged: BRIDGED,
  internal: closed(`manual L2913–2917; ${HYPERV_PRIVATE}`),
  "nat-network": {
    toHost: reached(HOST_IS_GATEWAY),
    fromHost: reached(`manual L2935–2939; ${HYPERV_INTERNAL}`),
    mate: reached("manual L2935–2939"),
    otherTeam: unreached("manual L2935–2939"),
    internet: reached(HYPERV_NAT),
    toClient: reached(HYPERV_NAT),
    fromClient: unreached(HYPERV_MAPPING),
  },
  nat: {
    toHost: reached(HYPERV_ISOLATED),
    fromHost: reached(HYPERV_ISOLATED, DIFFERENCES["nat-with-host"].en),
    mate: unreached(HYPERV_ISOLATED),
    otherTeam: unreached(HYPERV_ISOLATED),
    internet: reached(NAT_ROUTER),
    toClient: reached(HYPERV_NAT),
    fromClient: unreached(HYPERV_MAPPING),
  },
  "host-only": hostOnly(HYPERV_INTERNAL),
};

/**
 * What an instructor may expect of each mode on each target. Where the manual is silent the hypervisor's documents speak; where
 * a target differs from the manual, the target's truth stands here and a note says it.
 */
export const EXPECTED_REACH: Readonly<Record<Target, Readonly<Record<Mode, Row>>>> = {
  containers: CONTAINERS,
  libvirt: LIBVIRT,
  virtualbox: VIRTUALBOX_ROWS,
  hyperv: HYPERV,
};
