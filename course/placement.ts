import { teamsThatFit } from "./capacity";
import { type HostConfig, type LabConfig, MAX_SLOT, nearest } from "./config";
import type { LabFacts } from "./facts";
import type { Fault } from "./faults";
import { cloudHostOf, type HostPlan, hostOf, isCloud, osOf, targetOf } from "./hosts";
import { amountsOf } from "./instanceTypes";
import { teamDemand } from "./teamDemand";
import type { TeamIdentity } from "./teams";

/** A team and the host that its guests run on. */
export interface PlacedTeam extends TeamIdentity {
  readonly host: HostPlan;
}

/** Where every team runs. */
export interface Placement {
  /** Hosts as configured, whether they carry a team or not, and each cloud host that a team gets. */
  readonly hosts: readonly HostPlan[];
  /** Teams in their own order; one that found no host is missing, and a fault says so. */
  readonly teams: readonly PlacedTeam[];
  readonly faults: readonly Fault[];
}

/** Longest name of a Windows computer: NetBIOS has room for 15 characters. */
const LONGEST_WINDOWS_NAME = 15;

/** A configured host and the places for teams that it has. */
interface Room {
  readonly config: HostConfig;
  readonly places: number;
  /** Number of its first place among those of all hosts, from 0. */
  readonly first: number;
}

/**
 * The places of a host: what `maxTeams` says; one where teams do not share it; where there are several hosts to choose from, as many
 * teams as fit what it bears; else no end. They depend on no team, so that no team's coming changes them.
 */
function placesOf(config: LabConfig, host: HostConfig): number {
  if (host.kind === "existing" && !host.shared) return 1;
  if (host.maxTeams !== undefined) return host.maxTeams;
  if (isCloud(host) || config.hosts.length === 1) return MAX_SLOT;
  const target = targetOf(config, host);
  return Math.min(MAX_SLOT, teamsThatFit(host, target, teamDemand(config, {}, target)) ?? MAX_SLOT);
}

function roomsOf(config: LabConfig): Room[] {
  let first = 0;
  return config.hosts.map((host) => {
    const places = placesOf(config, host);
    first += places;
    return { config: host, places, first: first - places };
  });
}

/** The free places of all hosts, laid end to end in the order of the configuration. */
class Places {
  private readonly taken = new Set<number>();
  readonly total: number;

  constructor(private readonly rooms: readonly Room[]) {
    this.total = rooms.reduce((sum, room) => sum + room.places, 0);
  }

  /** The place that a slot has a right to: counted from 1, and round again past the end. NaN, which is in no room, where there are none. */
  home(slot: number): number {
    return (slot - 1) % this.total;
  }

  /** Takes a place if it is free. */
  take(place: number): boolean {
    if (this.taken.has(place)) return false;
    this.taken.add(place);
    return true;
  }

  /** The first free place of a room from its end; undefined when none is. */
  freeIn({ first, places }: Room): number | undefined {
    return this.free(places, (step) => first + places - 1 - step);
  }

  /** The first free place from that of a slot, round past the end; undefined when none is. */
  freeFrom(slot: number): number | undefined {
    return this.free(this.total, (step) => this.home(slot + step));
  }

  /** The room that a place is in. */
  roomOf(place: number): Room | undefined {
    return this.rooms.find((room) => place < room.first + room.places);
  }

  private free(most: number, at: (step: number) => number): number | undefined {
    // Among one more than are taken, one is free.
    const length = Math.min(most, this.taken.size + 1);
    return Array.from({ length }, (_, step) => at(step)).find((place) => !this.taken.has(place));
  }
}

/** Where a team stands in the configuration, for faults. */
function whereOf(config: LabConfig, team: TeamIdentity): string {
  const index = Array.isArray(config.teams)
    ? config.teams.findIndex((entry) => (typeof entry === "string" ? entry : entry.id) === team.id)
    : -1;
  return index < 0 ? "lab.teams" : `lab.teams[${index}]`;
}

function pinFault(config: LabConfig, team: TeamIdentity, pinned: string, room: Room | undefined): Fault {
  const names = config.hosts.map((host) => host.name);
  const where = `${whereOf(config, team)}.host`;
  if (!room) {
    const near = nearest(pinned, names);
    return {
      code: "unknown-host",
      where,
      what: `team "${team.id}" is to run on host "${pinned}", which there is not`,
      expected: `${names.length > 1 ? "one of " : ""}${names.join(", ")}`,
      ...(near ? { fix: `Did you mean "${near}"?` } : {}),
    };
  }
  return {
    code: "no-room",
    where,
    what: `team "${team.id}" is to run on host "${room.config.name}", whose ${room.places} place(s) have other teams that name it`,
    expected: "no more teams than the host has places",
    fix:
      room.config.kind === "existing" && !room.config.shared
        ? `Set "shared: true" on the host, or name another`
        : `Set a higher "maxTeams" on the host, or name another`,
  };
}

/** The places of a host and, where they follow from what it has, what that is. */
function roomWords(room: Room): string {
  const { memory } = amountsOf(room.config);
  const known = memory !== undefined && room.config.maxTeams === undefined && !isCloud(room.config);
  return `${room.config.name} ${room.places}${known ? ` (${memory} MiB)` : ""}`;
}

function roomFault(rooms: readonly Room[], left: readonly TeamIdentity[], all: number, total: number): Fault {
  const shown = left.slice(0, 3).map((team) => team.id);
  return {
    code: "no-room",
    where: "lab.hosts",
    what: `${all} teams are to be placed and the hosts have places for ${total}: ${rooms.map(roomWords).join(", ")}; without a host: ${shown.join(", ")}${left.length > 3 ? `, and ${left.length - 3} more` : ""}`,
    expected: "a place for each team",
    fix: 'Add hosts, set a higher "maxTeams", or set "shared: true" on hosts that several teams share',
  };
}

/** The rooms that teams have, by id; those without one are told. */
function assign(
  config: LabConfig,
  teams: readonly TeamIdentity[],
): { rooms: Map<string, Room>; faults: Fault[] } {
  const rooms = roomsOf(config);
  const places = new Places(rooms);
  const named = new Map(rooms.map((room) => [room.config.name, room]));
  const assigned = new Map<string, Room>();
  const faults: Fault[] = [];
  const bySlot = [...teams].sort((a, b) => a.slot - b.slot);
  const settle = (team: TeamIdentity, place: number | undefined): boolean => {
    const room = place === undefined || !places.take(place) ? undefined : places.roomOf(place);
    if (room) assigned.set(team.id, room);
    return room !== undefined;
  };
  for (const team of bySlot) {
    const { pinned } = team;
    if (pinned === undefined) continue;
    const room = named.get(pinned);
    const home = places.home(team.slot);
    const own = room !== undefined && room.first <= home && home < room.first + room.places;
    if (own && settle(team, home)) continue;
    if (!room || !settle(team, places.freeIn(room))) faults.push(pinFault(config, team, pinned, room));
  }
  const free = bySlot.filter((team) => team.pinned === undefined);
  const homeless = free.filter((team) => !settle(team, places.home(team.slot)));
  const left = homeless.filter((team) => !settle(team, places.freeFrom(team.slot)));
  if (left.length > 0) faults.push(roomFault(rooms, left, teams.length, places.total));
  return { rooms: assigned, faults };
}

/** Names of cloud hosts come about only here: where two meet, or Windows cannot bear one. */
function nameFaults(config: LabConfig, hosts: readonly HostPlan[]): Fault[] {
  const seen = new Map<string, HostPlan>();
  const indices = new Map(config.hosts.map((host, index) => [host, index]));
  return hosts.flatMap((host): Fault[] => {
    const where = `lab.hosts[${indices.get(host.config)}].name`;
    const other = seen.get(host.name);
    seen.set(host.name, host);
    // Two of one name in the configuration have a fault of their own.
    if (other && (isCloud(host.config) || isCloud(other.config))) {
      return [
        {
          code: "duplicate-host",
          where,
          what: `a host of "${host.config.name}" and one of "${other.config.name}" would both be named "${host.name}"`,
          expected: "names of hosts and teams that stay apart when a hyphen joins them",
        },
      ];
    }
    if (!isCloud(host.config) || osOf(host.config) !== "windows" || host.name.length <= LONGEST_WINDOWS_NAME)
      return [];
    return [
      {
        code: "host-name-too-long",
        where,
        what: `the Windows host would be named "${host.name}", which has ${host.name.length} characters`,
        expected: `at most ${LONGEST_WINDOWS_NAME} for host, hyphen and team together: NetBIOS has no more`,
      },
    ];
  });
}

/**
 * Places every team on a host. Hosts have places, laid end to end in the order of the configuration. A team that names its host has one
 * there. Any other has the place of its slot (slot 1 the first, past the end round again); where a lower slot or a team that
 * names the host has that one, the next free place.
 *
 * So a team that names its host never moves. Nor does one whose slot is no higher than the number of places, whoever comes, goes or changes
 * order or label, as long as no team that names a host has its place.
 * @param cloudHosts hosts in clouds that stand, by name
 */
export function placeTeams(
  config: LabConfig,
  teams: readonly TeamIdentity[],
  cloudHosts: LabFacts["hosts"] = {},
): Placement {
  const { rooms, faults } = assign(config, teams);
  const fixed = new Map<HostConfig, HostPlan>(
    config.hosts.filter((host) => !isCloud(host)).map((host) => [host, hostOf(config, host)]),
  );
  const made: HostPlan[] = [];
  const placed = teams.flatMap((team): PlacedTeam[] => {
    const room = rooms.get(team.id);
    if (!room) return [];
    const standing = fixed.get(room.config);
    if (standing) return [{ ...team, host: standing }];
    if (!isCloud(room.config)) return [];
    const host = cloudHostOf(config, room.config, team, cloudHosts);
    made.push(host);
    return [{ ...team, host }];
  });
  const hosts = [...fixed.values(), ...made];
  return { hosts, teams: placed, faults: [...faults, ...nameFaults(config, hosts)] };
}
