import { z } from "zod";
import { EXERCISE_IDS } from "../exercises";
import { label, name } from "./primitives";

/** Highest slot, and so the most teams of a lab. */
export const MAX_SLOT = 1000;

/** Where in the course a lab stands: the start of an exercise has just what it needs, `solved` what it ends with. */
export const stateSchema = z.strictObject({
  exercise: z.enum(EXERCISE_IDS),
  at: z.enum(["start", "solved"]),
});

/** A state as configured. */
export type StateConfig = z.output<typeof stateSchema>;

/** What VirtualBox does beside Hyper-V. */
export const COEXISTENCE = ["separate-host", "reboot-between", "slow"] as const;

/** One team of a list. */
export const teamSchema = z.strictObject({
  id: name,
  slot: z.int().min(1).max(MAX_SLOT).optional(),
  label: label.optional(),
  /** Name of the host that it is placed on, whatever the order. */
  host: name.optional(),
  state: stateSchema.optional(),
  /** Learners at its seats, where no roster says it. */
  seats: z.int().min(1).max(12).optional(),
  coexistence: z.enum(COEXISTENCE).optional(),
});

/** How many teams, which, or whoever the roster names. */
export const teamsSchema = z.union([
  z.int().min(1).max(MAX_SLOT),
  z.array(z.union([name, teamSchema])).min(1),
  z.strictObject({
    /** Path of a CSV file, relative to the stack file. */
    roster: z.string().min(1),
    /** Learners a team. */
    size: z.int().min(1).max(12).default(4),
  }),
]);

/** Teams as configured. */
export type TeamsConfig = z.output<typeof teamsSchema>;
