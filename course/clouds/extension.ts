import { DateTime } from "luxon";
import type { SchedulePlan } from "../calendar";
import { type Fault, failed, type Result, succeeded } from "../faults";
import { clockOf } from "./clock";

/** How far an end is to be moved: to a time of the classroom's clock or the end of a day, or by hours. */
export type Wish = { readonly until: string } | { readonly hours: number };

/** An end that was moved, as a lab's file says it. */
export interface Extension {
  /** The end before, an instant in UTC. */
  readonly before: string;
  /** The end, an instant in UTC. */
  readonly end: string;
  /** `lab.calendar.hardEnd`. */
  readonly hardEnd: string;
  /** `lab.calendar.teardown`; absent where the lab goes late enough. */
  readonly teardown?: string;
}

const TIME = "yyyy-MM-dd'T'HH:mm";
const DAY = "yyyy-MM-dd";

function refused(where: string, what: string, expected: string): Result<never> {
  const fault: Fault = { code: "calendar-invalid", where, what, expected };
  return failed([fault]);
}

/** The time that is meant; undefined for one that the clock does not show. */
function timeOf(wish: Wish, from: DateTime): DateTime | undefined {
  if ("hours" in wish) return from.plus({ hours: wish.hours });
  const given = DateTime.fromISO(wish.until, { zone: from.zone });
  if (!given.isValid) return undefined;
  if (given.toFormat(DAY) === wish.until) return given.plus({ days: 1 }).startOf("day");
  return given.toFormat(TIME) === wish.until ? given : undefined;
}

/**
 * Where the end of a lab is after it was moved.
 * @param now an instant in UTC: hours count from now where the end has passed
 * @returns a fault (`calendar-invalid`) for what is no time, or none that is later
 */
export function extended(schedule: SchedulePlan, wish: Wish, now: string): Result<Extension> {
  const before = clockOf(schedule).end;
  const zone = schedule.timeZone;
  const local = (instant: string) => DateTime.fromISO(instant, { zone });
  const option = "hours" in wish ? `--hours ${wish.hours}` : `--until ${wish.until}`;
  const latest = before > now ? before : now;
  const meant = timeOf(wish, local(latest));
  if (!meant)
    return refused(
      option,
      `it is no time of ${zone}`,
      "2027-01-19T18:00, or 2027-01-19 for the end of that day",
    );
  // The file has whole minutes.
  const whole = meant.startOf("minute");
  const time = whole < meant ? whole.plus({ minutes: 1 }) : whole;
  const end = new Date(time.toMillis()).toISOString();
  if (end <= latest)
    return refused(
      option,
      end <= now
        ? `${time.toFormat(TIME)} has passed`
        : `the lab ends at ${local(before).toFormat(TIME)} already, no sooner`,
      `a time after ${local(latest).toFormat(TIME)} (${zone})`,
    );
  const lastDay = time.minus({ minutes: 1 }).toFormat(DAY);
  return succeeded({
    before,
    end,
    hardEnd: time.toFormat(TIME),
    ...(end > schedule.gone ? { teardown: lastDay } : {}),
  });
}
