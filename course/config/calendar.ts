import { z } from "zod";
import { day, localTime, timeZone } from "./primitives";

/** When the lab is used: clouds are stopped in between, and nothing but their disks is billed after the hard end. */
export const calendarSchema = z.strictObject({
  /** By default that of the lab's language. */
  timeZone: timeZone.optional(),
  /** The day on which the lab is made; the day of the first lesson by default. */
  preparation: day.optional(),
  lessons: z.array(z.strictObject({ start: localTime, end: localTime })).min(1),
  /** Minutes that a lesson may run over. */
  extension: z.int().min(0).max(720).default(0),
  /** When everything that bills is stopped for good, whatever the state of things; disks hold what learners made and stay until the lab is taken down. */
  hardEnd: localTime.optional(),
  /** The day on which the lab is taken down; the day of the last lesson by default. */
  teardown: day.optional(),
});

/** A calendar as configured. */
export type CalendarConfig = z.output<typeof calendarSchema>;
