import type { LabConfig } from "./config";
import type { Fault } from "./faults";

/** Who a team is. Names, addresses and ports come from the slot, so that adding or dropping a team moves nobody. */
export interface TeamIdentity {
  /** ASCII id, part of every object's name. */
  readonly id: string;
  /** The team's number, from 1. */
  readonly slot: number;
  /** What people call it (`1班`); display only. */
  readonly label: string;
}

/** Where the list of teams stands in the configuration, for faults. */
const WHERE = "lab.teams";

function slotFromId(id: string): number | undefined {
  const digits = /(\d+)$/.exec(id)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/**
 * The teams of a configuration: a count makes `team-01`, `team-02`, …; a team's slot is given, or the number its id
 * ends with.
 */
export function resolveTeams(config: LabConfig["teams"]): { teams: TeamIdentity[]; faults: Fault[] } {
  const entries =
    typeof config === "number"
      ? Array.from({ length: config }, (_, index) => ({ id: `team-${String(index + 1).padStart(2, "0")}` }))
      : config.map((entry) => (typeof entry === "string" ? { id: entry } : entry));
  const faults: Fault[] = [];
  const teams: TeamIdentity[] = [];
  for (const [index, entry] of entries.entries()) {
    const where = `${WHERE}[${index}]`;
    const given: { id: string; slot?: number | undefined; label?: string | undefined } = entry;
    const slot = given.slot ?? slotFromId(given.id);
    if (slot === undefined || slot < 1 || slot > 99) {
      faults.push({
        code: "config-value",
        where: `${where}.slot`,
        what: `team "${given.id}" has ${slot === undefined ? "no slot" : `the slot ${slot}`}`,
        expected: "a number from 1 to 99, given as slot or at the end of the id",
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
    teams.push({ id: given.id, slot, label: given.label ?? given.id });
  }
  return { teams, faults };
}
