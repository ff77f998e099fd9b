/** Adapter modes, one vocabulary for every target (course.md, "Adapter modes"). */
export const MODES = ["disabled", "host-only", "nat", "nat-network", "bridged", "internal"] as const;

/** One of the six adapter modes. */
export type Mode = (typeof MODES)[number];

/** A mode that a switch can have: an adapter in mode `disabled` is on none. */
export type SwitchMode = Exclude<Mode, "disabled">;

/** What a mode means for a switch, whatever the target. */
export interface ModeTraits {
  /** True where all teams are on one switch; else each team has a switch of its own. */
  readonly shared: boolean;
  /** IPv4 subnet in CIDR form where the configuration gives none. */
  readonly subnet: string;
  /** Guests without a given address begin this far into the subnet. */
  readonly firstGuest: number;
  /** Whether the host has an address there at which guests find it. */
  readonly host: boolean;
  /** Whether guests get out by the switch's gateway. */
  readonly internet: boolean;
  /** Whether the host opens connections to guests' own addresses. */
  readonly fromHost: boolean;
}

/**
 * The course's values. Bridged: the classroom LAN of the examples, 192.168.99.0/24. NAT network: 192.168.20.0/24, gateway .1,
 * first guest .5 (manual L2928). Host-only and NAT: the defaults of VirtualBox, 192.168.56.0/24 and 10.0.2.0/24
 * with the first guest at .15 (VirtualBox manual, chapter 6). Internal: the manual keeps the addresses of the LAN
 * (L2909), which two switches of one machine cannot both have; it is the next one here.
 */
export const MODE_TRAITS: Readonly<Record<SwitchMode, ModeTraits>> = {
  bridged: {
    shared: true,
    subnet: "192.168.99.0/24",
    firstGuest: 10,
    host: true,
    internet: true,
    fromHost: true,
  },
  "nat-network": {
    shared: false,
    subnet: "192.168.20.0/24",
    firstGuest: 5,
    host: true,
    internet: true,
    fromHost: true,
  },
  nat: { shared: false, subnet: "10.0.2.0/24", firstGuest: 15, host: true, internet: true, fromHost: false },
  "host-only": {
    shared: false,
    subnet: "192.168.56.0/24",
    firstGuest: 10,
    host: true,
    internet: false,
    fromHost: true,
  },
  internal: {
    shared: false,
    subnet: "192.168.100.0/24",
    firstGuest: 10,
    host: false,
    internet: false,
    fromHost: false,
  },
};
