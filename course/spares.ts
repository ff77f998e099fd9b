import { lastSlotIn } from "./addresses";
import { type LabConfig, MAX_SLOT } from "./config";
import type { Fault } from "./faults";
import { MODE_TRAITS } from "./modes";
import { parseSubnet } from "./network";
import type { TeamIdentity } from "./teams";

/** RFC 1918: a team's own subnets count on from the configured one, and have to stay in its range. */
const PRIVATE_RANGES = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/** Slots 1 to this one have room on every switch of the lab, all at once, whatever teams there are. */
export function lastSlot(config: Pick<LabConfig, "switches" | "guests">): number {
  const ranges = PRIVATE_RANGES.map(parseSubnet);
  const subnets = config.switches.map((entry) => parseSubnet(entry.subnet));
  const lasts = config.switches.map((entry) => {
    const { first, last } = parseSubnet(entry.subnet);
    const size = last - first + 1;
    if (MODE_TRAITS[entry.mode].shared) {
      const adapters = config.guests.flatMap((guest) =>
        guest.adapters.filter((adapter) => "switch" in adapter && adapter.switch === entry.name),
      );
      return lastSlotIn(size, adapters.length);
    }
    const range = ranges.find((candidate) => candidate.first <= first && last <= candidate.last);
    const ends = [
      ...(range ? [range.last + 1] : []),
      ...subnets.map((other) => other.first).filter((other) => other > first),
    ];
    return Math.floor((Math.min(...ends) - first) / size);
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
  const last = lastSlot(config);
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
