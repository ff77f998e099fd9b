import { z } from "zod";
import { MAX_SLOT } from "../config";
import { label, name } from "../config/primitives";
import type { RosterTeam } from "../facts";
import { MAX_SEATS } from "./learner";

const learnerKey = z.string().regex(/^[0-9a-f]{16}$/);

const lockTeamSchema = z.strictObject({
  id: name,
  slot: z.int().min(1).max(MAX_SLOT),
  label: label.optional(),
  host: name.optional(),
  /** Who sits where, from seat 1 on; null is a free seat. */
  seats: z.array(learnerKey.nullable()).max(MAX_SEATS),
});

const once = (values: readonly unknown[]): boolean => new Set(values).size === values.length;

/**
 * Who sits where, kept beside the roster so that nobody moves when the roster changes. It names no person: a learner is
 * a salted digest of name and e-mail. It may be committed; but whoever has it and a list of names can tell who is who.
 */
export const rosterLockSchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    /** Goes into every digest, so that two rosters' locks cannot be compared. */
    salt: z.string().regex(/^[0-9a-f]{32}$/),
    teams: z.array(lockTeamSchema),
  })
  .refine(
    ({ teams }) =>
      once(teams.map((team) => team.id)) &&
      once(teams.map((team) => team.slot)) &&
      once(teams.flatMap((team) => team.seats.filter((seat) => seat !== null))),
  );

/** A roster's lock. */
export type RosterLock = z.output<typeof rosterLockSchema>;

/** A team as the lock has it. */
export type LockTeam = RosterLock["teams"][number];

/** The lock of a roster that has none yet. @param salt 32 hexadecimal digits, made at random */
export function emptyLock(salt: string): RosterLock {
  return { schemaVersion: 1, salt, teams: [] };
}

/** How many learners sit in a team. */
export function seatsTaken(team: LockTeam): number {
  return team.seats.filter((seat) => seat !== null).length;
}

/** The teams of a lock as the plan knows them: those with learners, without a word of who these are. */
export function teamsOfLock(lock: RosterLock): RosterTeam[] {
  return lock.teams
    .filter((team) => seatsTaken(team) > 0)
    .map(({ id, slot, label, host, seats }) => ({
      id,
      slot,
      ...(label === undefined ? {} : { label }),
      ...(host === undefined ? {} : { host }),
      seats: seats.filter((seat) => seat !== null).length,
    }));
}
