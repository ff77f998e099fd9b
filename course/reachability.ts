import { MODES, type Mode, type SwitchMode } from "./modes";
import { type AdapterPlan, type GuestPlan, guestsOf, type LabPlan } from "./plan";
import type { Target } from "./support";
import type { SwitchPlan } from "./switches";

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

const yes = (rule: string, note?: string): Verdict => ({ reachable: true, rule, ...(note ? { note } : {}) });
const no = (rule: string, note?: string): Verdict => ({ reachable: false, rule, ...(note ? { note } : {}) });

const all = (verdict: Verdict): Record<Direction, Verdict> => ({
  toHost: verdict,
  fromHost: verdict,
  mate: verdict,
  otherTeam: verdict,
  internet: verdict,
  toClient: verdict,
  fromClient: verdict,
});

const VIRTUALBOX = "VirtualBox manual, chapter 6, overview of networking modes";
const DOCKER_ISOLATION =
  "Docker drops what goes from one of its networks to another (packet filtering and firewalls)";

const CONTAINERS: Readonly<Record<Mode, Record<Direction, Verdict>>> = {
  disabled: all(no("an adapter that is not connected reaches nothing and is reached by nothing")),
  bridged: {
    ...all(yes("manual L2894–2898")),
    toClient: yes("manual L2422: teams work from a client PC on the classroom LAN"),
    fromClient: yes("manual L2422: teams work from a client PC on the classroom LAN"),
  },
  internal: {
    ...all(no("manual L2913–2917")),
    mate: yes("manual L2913–2917"),
  },
  "nat-network": {
    toHost: yes("manual L2928: the host's virtual adapter is the gateway"),
    fromHost: yes("manual L2935–2939, with a virtual adapter of the host on the network"),
    mate: yes("manual L2935–2939"),
    otherTeam: no("manual L2935–2939"),
    internet: yes("manual L2935–2939"),
    toClient: no(
      DOCKER_ISOLATION,
      "a hypervisor's NAT network lets guests open connections to the classroom LAN; here the LAN is a Docker network, too",
    ),
    fromClient: no(VIRTUALBOX),
  },
  nat: {
    toHost: yes(VIRTUALBOX),
    fromHost: no(`${VIRTUALBOX}: by forwarded ports only`),
    mate: no(VIRTUALBOX),
    otherTeam: no(VIRTUALBOX),
    internet: yes("manual L844–850: the hypervisor's virtual router translates"),
    toClient: no(
      DOCKER_ISOLATION,
      "a hypervisor's NAT lets guests open connections to the classroom LAN; here the LAN is a Docker network, too",
    ),
    fromClient: no(`${VIRTUALBOX}: by forwarded ports only`),
  },
  "host-only": {
    ...all(no("manual L842: with the host only")),
    toHost: yes("manual L842"),
    fromHost: yes("manual L842"),
    mate: yes(
      VIRTUALBOX,
      "the manual says that guests do not reach one another; on every hypervisor they do",
    ),
  },
};

/**
 * What an instructor may expect of each mode on each target. Where the manual is silent the hypervisor's documents speak; where
 * a target differs from the manual, the target's truth stands here and a note says it.
 */
export const EXPECTED_REACH: Readonly<Record<Target, Readonly<Record<Mode, Record<Direction, Verdict>>>>> = {
  containers: CONTAINERS,
  libvirt: CONTAINERS,
  virtualbox: CONTAINERS,
  hyperv: CONTAINERS,
};

/** Where something is measured from, or what is to be reached. */
export type Vantage =
  | { readonly kind: "host" }
  /** A PC on the classroom LAN. */
  | { readonly kind: "client" }
  | { readonly kind: "internet" }
  | { readonly kind: "guest"; readonly team: string; readonly guest: string };

/** One pair of the matrix. */
export interface Reach extends Verdict {
  readonly from: Vantage;
  readonly to: Vantage;
  /** IPv4 address that is tried; absent for the internet, whose probe is configured. */
  readonly address?: string;
  /** The mode that decides; absent where the two share no switch. */
  readonly mode?: Mode;
}

type Connected = Exclude<AdapterPlan, { mode: "disabled" }>;

const connected = (guest: GuestPlan): Connected[] =>
  guest.adapters.flatMap((adapter) => (adapter.mode === "disabled" ? [] : [adapter]));

const vantage = (guest: GuestPlan): Vantage => ({ kind: "guest", team: guest.team, guest: guest.name });

const APART = "the two are on no switch together";
const VLANS = "slides L803: the two are on different VLANs";

/** True for adapters of the classroom LAN that a VLAN keeps apart. */
const vlanApart = (from: GuestPlan, to: Connected): boolean =>
  to.mode === "bridged" && connected(from).some((own) => own.mode === "bridged" && own.vlan !== to.vlan);

/** What the target says of an adapter; a VLAN is apart from the LAN, where the client PC stands. */
function verdictOf(target: Target, { mode, vlan }: Connected, direction: Direction): Verdict {
  if (vlan !== undefined && (direction === "toClient" || direction === "fromClient"))
    return no("slides L803: the client PC is on no VLAN");
  return EXPECTED_REACH[target][mode][direction];
}

function betweenGuests(target: Target, from: GuestPlan, to: GuestPlan): Reach[] {
  return connected(to).map((adapter): Reach => {
    const common = connected(from).find((own) => own.segment === adapter.segment);
    const pair = { from: vantage(from), to: vantage(to), address: adapter.address };
    if (!common) return { ...pair, ...no(vlanApart(from, adapter) ? VLANS : APART) };
    const direction = from.team === to.team ? "mate" : "otherTeam";
    return { ...pair, mode: common.mode, ...EXPECTED_REACH[target][common.mode][direction] };
  });
}

/** The verdict of the adapter that decides: one that lets through, else the first. */
function deciding(target: Target, guest: GuestPlan, direction: Direction): Verdict & { readonly mode: Mode } {
  const verdicts = connected(guest).map((adapter) => ({
    mode: adapter.mode,
    ...verdictOf(target, adapter, direction),
  }));
  return (
    verdicts.find((verdict) => verdict.reachable) ??
    verdicts[0] ?? { mode: "disabled", ...EXPECTED_REACH[target].disabled[direction] }
  );
}

function ofGuest(target: Target, guest: GuestPlan, lan: boolean): Reach[] {
  const self = vantage(guest);
  const inward = (from: Vantage, direction: "fromHost" | "fromClient"): Reach[] =>
    connected(guest).map((adapter) => ({
      from,
      to: self,
      address: adapter.address,
      mode: adapter.mode,
      ...verdictOf(target, adapter, direction),
    }));
  return [
    ...inward({ kind: "host" }, "fromHost"),
    ...(lan ? inward({ kind: "client" }, "fromClient") : []),
    ...connected(guest).map(
      ({ mode, gateway }): Reach => ({
        from: self,
        to: { kind: "host" },
        address: gateway,
        mode,
        ...EXPECTED_REACH[target][mode].toHost,
      }),
    ),
    ...(lan ? [{ from: self, to: { kind: "client" as const }, ...deciding(target, guest, "toClient") }] : []),
    { from: self, to: { kind: "internet" }, ...deciding(target, guest, "internet") },
  ];
}

/** The classroom LAN of a lab, on which a client PC can stand; undefined when it has none. */
export function lanOf(plan: LabPlan): SwitchPlan | undefined {
  return plan.switches.find((entry) => entry.mode === "bridged" && entry.vlan === undefined);
}

/** Everything that a lab's guests must reach and must not, with the rule that says so: pure. */
export function reachabilityOf(plan: LabPlan): Reach[] {
  const guests = guestsOf(plan);
  return guests.flatMap((guest) => [
    ...ofGuest(plan.target, guest, lanOf(plan) !== undefined),
    ...guests.filter((other) => other !== guest).flatMap((other) => betweenGuests(plan.target, guest, other)),
  ]);
}

/** What differs from what the manual leads one to expect, once each, for the modes that a lab uses. */
export function notesOf(plan: LabPlan): { readonly mode: SwitchMode; readonly note: string }[] {
  const used = new Set<Mode>(plan.switches.map((entry) => entry.mode));
  return MODES.flatMap((mode) => {
    if (mode === "disabled" || !used.has(mode)) return [];
    const verdicts = Object.values(EXPECTED_REACH[plan.target][mode]);
    return [...new Set(verdicts.flatMap(({ note }) => (note ? [note] : [])))].map((note) => ({ mode, note }));
  });
}
