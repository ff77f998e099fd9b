import { type LabConfig, MAX_SLOT, type StateConfig } from "./config";
import type { LabFacts } from "./facts";
import type { Fault } from "./faults";

/** Who a team is. Names, addresses and ports come from the slot, so that adding or dropping a team moves nobody. */
export interface TeamIdentity {
  /** ASCII id, part of every object's name. */
  readonly id: string;
  /** The team's number, from 1. */
  readonly slot: number;
  /** What people call it (`1班`); display only. */
  readonly label: string;
  /** Name of the host that it is pinned to. */
  readonly pinned?: string;
  /** Its own state, apart from the lab's. */
  readonly state?: StateConfig;
  /** What VirtualBox does beside Hyper-V on its host, apart from the lab's. */
  readonly coexistence?: LabConfig["coexistence"];
  /** Learners at its seats; absent where no roster says. */
  readonly seats?: number;
  /** True for a lab that stands by. */
  readonly spare?: boolean;
}

/** Where the list of teams stands in the configuration, for faults. */
const WHERE = "lab.teams";

function slotFromId(id: string): number | undefined {
  const digits = /(\d+)$/.exec(id)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** A team as the configuration or a roster gives it. */
type TeamEntry = Exclude<Extract<LabConfig["teams"], readonly unknown[]>[number], string>;

function entriesOf(config: LabConfig["teams"], facts: LabFacts): readonly TeamEntry[] {
  if (typeof config === "number")
    return Array.from({ length: config }, (_, index) => ({
      id: `team-${String(index + 1).padStart(2, "0")}`,
    }));
  if (!Array.isArray(config)) return facts.roster ?? [];
  return config.map((entry) => (typeof entry === "string" ? { id: entry } : entry));
}

/**
 * The teams of a configuration: a count makes `team-01`, `team-02`, …; a team's slot is given, or the number its id
 * ends with.
 */
export function resolveTeams(
  config: LabConfig["teams"],
  facts: LabFacts = {},
): { teams: TeamIdentity[]; faults: Fault[] } {
  const entries = entriesOf(config, facts);
  const faults: Fault[] = [];
  if (entries.length === 0) {
    faults.push({
      code: "roster-missing",
      where: `${WHERE}.roster`,
      what: "the lab's teams are those of a roster, and it was not read",
      expected: "a roster with at least one learner",
    });
  }
  const teams: TeamIdentity[] = [];
  for (const [index, entry] of entries.entries()) {
    const where = `${WHERE}[${index}]`;
    const given = entry;
    const slot = given.slot ?? slotFromId(given.id);
    if (slot === undefined || slot < 1 || slot > MAX_SLOT) {
      faults.push({
        code: "config-value",
        where: `${where}.slot`,
        what: `team "${given.id}" has ${slot === undefined ? "no slot" : `the slot ${slot}`}`,
        expected: `a number from 1 to ${MAX_SLOT}, given as slot or at the end of the id`,
      });
      continue;
    }
    const sameId = teams.find((team) => team.id === given.id);
    if (sameId) {
      faults.push({
        code: "duplicate-team",
        where: `${where}.id`,
        what: `two teams have the id "${given.id}"`,
        expected: "an id of its own for each team",
      });
      continue;
    }
    const sameSlot = teams.find((team) => team.slot === slot);
    if (sameSlot) {
      faults.push({
        code: "duplicate-slot",
        where: `${where}.slot`,
        what: `teams "${sameSlot.id}" and "${given.id}" both have slot ${slot}`,
        expected: "a slot of its own for each team, since addresses come from it",
      });
      continue;
    }
    teams.push({
      id: given.id,
      slot,
      label: given.label ?? given.id,
      ...(given.host === undefined ? {} : { pinned: given.host }),
      ...(given.state === undefined ? {} : { state: given.state }),
      ...(given.coexistence === undefined ? {} : { coexistence: given.coexistence }),
      ...(given.seats === undefined ? {} : { seats: given.seats }),
    });
  }
  return { teams, faults };
}
