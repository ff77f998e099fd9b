import { type Direction, EXPECTED_REACH, unreached, type Verdict } from "./expectedReach";
import type { HostPlan } from "./hosts";
import { MODES, type Mode, type SwitchMode } from "./modes";
import { type AdapterPlan, type GuestPlan, guestsOf, type LabPlan } from "./plan";
import { CLOUDS, type Target } from "./support/targets";
import type { SwitchPlan } from "./switches";

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

/** What of a guest is asked again for every pair. */
interface Standpoint {
  readonly guest: GuestPlan;
  readonly self: Vantage;
  readonly target: Target;
  /** Whether it is in the classroom, where the client PC is. */
  readonly inRoom: boolean;
  /** The LAN that its bridged adapters are of: that of the room, or one that stands in for it on its host alone. */
  readonly lan: string;
  readonly adapters: readonly Connected[];
  readonly bySegment: ReadonlyMap<string, Connected>;
  /** What a translation lets through to the LAN: guests on it are reached as the client PC is. */
  readonly toLan: Verdict & { readonly mode: Mode };
}

const HOST: Vantage = { kind: "host" };
const CLIENT: Vantage = { kind: "client" };
const INTERNET: Vantage = { kind: "internet" };

const APART = unreached("the two are on no switch together");
const VLANS = unreached("slides L803: the two are on different VLANs");
const CLIENT_IN_NO_VLAN = unreached("slides L803: the client PC is on no VLAN");

/** The LAN of the room, on which hypervisors of several machines put their bridged guests. */
const ROOM_LAN = "room";

function standpointOf(plan: LabPlan, host: HostPlan | undefined, guest: GuestPlan): Standpoint {
  const target = host?.target ?? plan.target;
  const inRoom = !CLOUDS.includes(host?.kind ?? "this-machine");
  // Containers' LAN is a Docker network, and a cloud's network takes no guests: both end at their host.
  const lan = inRoom && target !== "containers" ? ROOM_LAN : `host ${guest.host}`;
  const adapters = guest.adapters.flatMap((adapter): Connected[] => {
    if (adapter.mode === "disabled") return [];
    return [adapter];
  });
  const bySegment = new Map<string, Connected>();
  for (const adapter of adapters)
    if (!bySegment.has(adapter.segment)) bySegment.set(adapter.segment, adapter);
  return {
    guest,
    self: { kind: "guest", team: guest.team, guest: guest.name },
    target,
    inRoom,
    lan,
    adapters,
    bySegment,
    toLan: deciding(target, adapters, "toClient"),
  };
}

/** True for adapters of one LAN that a VLAN keeps apart. */
const vlanApart = (from: Standpoint, to: Standpoint, other: Connected): boolean =>
  other.mode === "bridged" &&
  from.lan === to.lan &&
  from.adapters.some((adapter) => adapter.mode === "bridged" && adapter.vlan !== other.vlan);

/** What the target says of an adapter; a VLAN is apart from the LAN, where the client PC stands. */
function verdictOf(target: Target, { mode, vlan }: Connected, direction: Direction): Verdict {
  if (vlan !== undefined && (direction === "toClient" || direction === "fromClient"))
    return CLIENT_IN_NO_VLAN;
  return EXPECTED_REACH[target][mode][direction];
}

/** What holds for a guest's address on a switch that the two do not share. */
function beyond(from: Standpoint, to: Standpoint, adapter: Connected): Verdict & { readonly mode?: Mode } {
  const onLan = adapter.mode === "bridged" && adapter.vlan === undefined && from.lan === to.lan;
  if (onLan && from.toLan.reachable) return from.toLan;
  return vlanApart(from, to, adapter) ? VLANS : APART;
}

/** One pair for each address of the other guest. */
function betweenGuests(from: Standpoint, to: Standpoint): Reach[] {
  const row = EXPECTED_REACH[from.target];
  const direction = from.guest.team === to.guest.team ? "mate" : "otherTeam";
  return to.adapters.map((adapter): Reach => {
    const common = from.bySegment.get(adapter.segment);
    const verdict = common
      ? { ...row[common.mode][direction], mode: common.mode }
      : beyond(from, to, adapter);
    // Written out, not spread: a lab has as many of these as pairs of guests.
    return {
      from: from.self,
      to: to.self,
      address: adapter.address,
      ...(verdict.mode === undefined ? undefined : { mode: verdict.mode }),
      reachable: verdict.reachable,
      rule: verdict.rule,
      ...(verdict.note === undefined ? undefined : { note: verdict.note }),
    };
  });
}

/** The verdict of the adapter that decides: one that lets through, else the first. */
function deciding(
  target: Target,
  adapters: readonly Connected[],
  direction: Direction,
): Verdict & { readonly mode: Mode } {
  const verdicts = adapters.map((adapter) => ({
    mode: adapter.mode,
    ...verdictOf(target, adapter, direction),
  }));
  return (
    verdicts.find((verdict) => verdict.reachable) ??
    verdicts[0] ?? { mode: "disabled", ...EXPECTED_REACH[target].disabled[direction] }
  );
}

function ofGuest(standpoint: Standpoint, client: boolean): Reach[] {
  const { self, target, adapters } = standpoint;
  const inward = (from: Vantage, direction: "fromHost" | "fromClient"): Reach[] =>
    adapters.map((adapter) => ({
      from,
      to: self,
      address: adapter.address,
      mode: adapter.mode,
      ...verdictOf(target, adapter, direction),
    }));
  return [
    ...inward(HOST, "fromHost"),
    ...(client ? inward(CLIENT, "fromClient") : []),
    ...adapters.map(
      ({ mode, gateway }): Reach => ({
        from: self,
        to: HOST,
        address: gateway,
        mode,
        ...EXPECTED_REACH[target][mode].toHost,
      }),
    ),
    ...(client ? [{ from: self, to: CLIENT, ...standpoint.toLan }] : []),
    { from: self, to: INTERNET, ...deciding(target, adapters, "internet") },
  ];
}

/** The classroom LAN of a lab, on which a client PC can stand; undefined when it has none. */
export function lanOf(plan: LabPlan): SwitchPlan | undefined {
  return plan.switches.find((entry) => entry.mode === "bridged" && entry.vlan === undefined);
}

/**
 * Everything that a lab's guests must reach and must not, with the rule that says so: pure. What a guest's host does is what that
 * host's target does; guests on different hosts share the LAN of the room and nothing else.
 */
export function reachabilityOf(plan: LabPlan): Reach[] {
  const hosts = new Map(plan.hosts.map((host) => [host.name, host]));
  const standpoints = guestsOf(plan).map((guest) => standpointOf(plan, hosts.get(guest.host), guest));
  const lan = lanOf(plan) !== undefined;
  return standpoints.flatMap((from) => [
    ...ofGuest(from, lan && from.inRoom),
    ...standpoints.flatMap((to) => (to === from ? [] : betweenGuests(from, to))),
  ]);
}

/** What differs from what the manual leads one to expect, once each, for the modes that a lab uses on the targets that it uses. */
export function notesOf(plan: LabPlan): { readonly mode: SwitchMode; readonly note: string }[] {
  const used = new Set<Mode>(plan.switches.map((entry) => entry.mode));
  const targets = [...new Set(plan.hosts.map((host) => host.target))];
  return MODES.flatMap((mode) => {
    if (mode === "disabled" || !used.has(mode)) return [];
    const verdicts = targets.flatMap((target) => Object.values(EXPECTED_REACH[target][mode]));
    return [...new Set(verdicts.flatMap(({ note }) => (note ? [note] : [])))].map((note) => ({ mode, note }));
  });
}
