import { lastSlotIn, lastSlotOfRange } from "./addresses";
import { withClones } from "./clones";
import { type LabConfig, MAX_SLOT, type SwitchConfig } from "./config";
import type { Fault } from "./faults";
import { hostOf, targetOf } from "./hosts";
import { MODE_TRAITS } from "./modes";
import { parseSubnet } from "./network";
import { wireOf } from "./siteNetwork";
import { type StandingTeam, withStateSwitches } from "./stateSwitches";
import { clonesOfStates, modeOf, stateOf, statesOfClass, switchOfMode } from "./states";
import type { TeamIdentity } from "./teams";

/** RFC 1918: a team's own subnets count on from the configured one, and have to stay in its range. */
const PRIVATE_RANGES = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map(parseSubnet);

/**
 * Wherever the lab's teams stand or come to stand: in their own states, the lab's, and those of every exercise that the class
 * does, on every host, so that a spare team stays where it is when the class goes on.
 */
function standingOf(config: LabConfig, teams: readonly TeamIdentity[]): StandingTeam[] {
  const states = [undefined, ...teams.map(({ state }) => state), ...statesOfClass(config)];
  const kinds = new Map(
    config.hosts.map((host) => [`${targetOf(config, host)} ${host.kind}`, hostOf(config, host)]),
  );
  return [...kinds].flatMap(([kind, host]) =>
    states.map((state, index) => ({ id: `${kind} ${index}`, host, ...(state ? { state } : {}) })),
  );
}

/**
 * The last slot that has room on a switch that teams share, on whichever host.
 * @param more how many clones states make that are not configured
 */
function lastOnShared(config: LabConfig, entry: SwitchConfig, byState: boolean, more: number): number {
  const machines = withClones(config.guests);
  const onIt = (guest: LabConfig["guests"][number]) =>
    guest.adapters.filter((adapter) => "switch" in adapter && adapter.switch === entry.name).length;
  const adapters = machines.reduce((sum, guest) => sum + onIt(guest), 0);
  const joining = byState ? machines.filter((guest) => onIt(guest) === 0).length + more : 0;
  const targets = [...new Set(config.hosts.map((host) => targetOf(config, host)))];
  const lasts = targets.map((target) => {
    const { subnet, range } = wireOf(config, entry, target);
    return range
      ? lastSlotOfRange(range.to - range.from + 1, adapters, joining)
      : lastSlotIn(subnet.last - subnet.first + 1, adapters, joining);
  });
  return Math.min(...lasts);
}

/**
 * Slots 1 to this one have room on every switch of the lab and of its states, all at once, whatever teams there are.
 * @param teams those whose own states may need further switches
 */
export function lastSlot(config: LabConfig, teams: readonly TeamIdentity[] = []): number {
  const standing = standingOf(config, teams);
  const { switches } = withStateSwitches(config, standing).config;
  const more = clonesOfStates(config, standing, [...new Set(standing.map(({ host }) => host.target))]);
  const modes = new Set(standing.map((team) => modeOf(stateOf(config, team), team.host)));
  const subnets = switches.map((entry) => parseSubnet(entry.subnet));
  const lasts = switches.map((entry) => {
    if (MODE_TRAITS[entry.mode].shared) {
      const byState = modes.has(entry.mode) && switchOfMode(switches, entry.mode) === entry;
      return lastOnShared(config, entry, byState, more);
    }
    const { first, last } = parseSubnet(entry.subnet);
    const range = PRIVATE_RANGES.find((candidate) => candidate.first <= first && last <= candidate.last);
    const ends = [
      ...(range ? [range.last + 1] : []),
      ...subnets.map((other) => other.first).filter((other) => other > first),
    ];
    return Math.floor((Math.min(...ends) - first) / (last - first + 1));
  });
  return Math.max(1, Math.min(MAX_SLOT, ...lasts));
}

/** Teams and what is wrong with them. */
interface ResolvedTeams {
  readonly teams: readonly TeamIdentity[];
  readonly faults: readonly Fault[];
}

/**
 * Adds the labs that stand by. Their slots are counted down from `lastSlot`: they do not depend on how many teams there
 * are, so that a team more or less moves no spare one.
 */
export function withSpares(config: LabConfig, resolved: ResolvedTeams): ResolvedTeams {
  if (config.spareTeams === 0) return resolved;
  const last = lastSlot(config, resolved.teams);
  const spares = Array.from({ length: config.spareTeams }, (_, index): TeamIdentity => {
    const id = `spare-${String(index + 1).padStart(2, "0")}`;
    return { id, slot: last - index, label: id, spare: true };
  });
  const ids = new Set(resolved.teams.map((team) => team.id));
  const slots = new Map(resolved.teams.map((team) => [team.slot, team.id]));
  const [fault] = spares.flatMap(({ id, slot }): Fault[] => {
    const where = "lab.spareTeams";
    if (ids.has(id)) {
      const what = `a team has the id "${id}", which is that of a spare one`;
      return [{ code: "duplicate-team", where, what, expected: "another id for that team" }];
    }
    const room = `the lab's subnets have room for slots 1 to ${last}`;
    const team = slots.get(slot);
    if (team === undefined && slot >= 1) return [];
    return [
      {
        code: "address-space-exhausted",
        where,
        what:
          team === undefined
            ? `${room}, and ${spares.length} teams are to stand by`
            : `${room}; "${id}" has slot ${slot}, counted down from the last, and so has team "${team}"`,
        expected: "fewer teams, lower slots, or larger subnets",
      },
    ];
  });
  return fault
    ? { teams: resolved.teams, faults: [...resolved.faults, fault] }
    : { teams: [...resolved.teams, ...spares], faults: resolved.faults };
}
