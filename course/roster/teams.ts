import { z } from "zod";
import { MAX_SLOT } from "../config";
import { name } from "../config/primitives";
import type { RosterTeam } from "../facts";
import type { LabPlan } from "../plan";

const rosterTeamSchema = z.strictObject({
  id: name,
  slot: z.int().min(1).max(MAX_SLOT),
  label: z.string().optional(),
  host: name.optional(),
  seats: z.int().min(0),
});

/** Reads what `rosterKey` wrote. @returns undefined for anything else */
export function readRosterKey(value: unknown): RosterTeam[] | undefined {
  const parsed = z.array(rosterTeamSchema).safeParse(value);
  if (!parsed.success) return undefined;
  return parsed.data.map(({ id, slot, label, host, seats }) => ({
    id,
    slot,
    seats,
    ...(label === undefined ? {} : { label }),
    ...(host === undefined ? {} : { host }),
  }));
}

/**
 * The roster's teams of a plan for the program that plain Pulumi runs, which sees no roster. JSON, so that no other
 * reader of YAML takes a label for a date or a number.
 * @returns undefined where the teams come from no roster
 */
export function rosterKey(plan: LabPlan): string | undefined {
  const teams = plan.teams.flatMap((team): RosterTeam[] =>
    team.seats === undefined || team.spare
      ? []
      : [
          {
            id: team.id,
            slot: team.slot,
            ...(team.label === team.id ? {} : { label: team.label }),
            ...(team.pinned === undefined ? {} : { host: team.pinned }),
            seats: team.seats,
          },
        ],
  );
  return teams.length > 0 ? JSON.stringify(teams) : undefined;
}
