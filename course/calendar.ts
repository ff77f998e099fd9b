import { DateTime } from "luxon";
import type { CalendarConfig, LabConfig } from "./config";
import { type Fault, failed, type Result, succeeded } from "./faults";
import { LANGUAGE_SETTINGS } from "./languages";
import { zoneFault } from "./timeZones";

/** A stretch of time, as UTC instants in ISO 8601 (`2027-01-18T00:00:00.000Z`): from the first up to, not with, the second. */
export interface Interval {
  readonly from: string;
  readonly to: string;
}

/** A calendar as instants: the same on whatever machine reads it. */
export interface SchedulePlan {
  /** IANA zone of the classroom's clock. */
  readonly timeZone: string;
  /** When hosts are made. */
  readonly made: string;
  /** The lessons as configured, without what they run over. */
  readonly lessons: readonly Interval[];
  /** When hosts run: for preparation, and for every lesson with its warm-up and its extension; none overlaps another. */
  readonly running: readonly Interval[];
  /** When everything that bills is stopped for good; absent where the calendar has no hard end. */
  readonly hardEnd?: string;
  /** From when on nothing of the lab is left. */
  readonly gone: string;
}

/** What hosts are doing: they run, are stopped between lessons, or were stopped for good by the hard end. */
export const HOST_STATES = ["running", "stopped", "ended"] as const;

/** One of the states of hosts. */
export type HostState = (typeof HOST_STATES)[number];

/** A stretch of time in one state. */
export interface Phase extends Interval {
  readonly state: HostState;
}

/** Minutes that hosts start before a lesson, for guests to come up and staff to look; decided here. */
export const WARM_UP_MINUTES = 30;

/** Minutes that hosts run to be prepared and looked over; decided here. */
export const PREPARATION_MINUTES = 120;

/** When preparation begins on a day of its own, on the classroom's clock; decided here. */
export const PREPARATION_START = "09:00";

const earlier = (a: DateTime, b: DateTime): DateTime => DateTime.min(a, b);
const later = (a: DateTime, b: DateTime): DateTime => DateTime.max(a, b);

/** A time of day that the clocks show twice means its first hour; undefined for one that they never show. */
function instantOf(text: string, zone: string): DateTime | undefined {
  const time = DateTime.fromISO(text, { zone });
  if (!time.isValid || time.toFormat("yyyy-MM-dd'T'HH:mm") !== text) return undefined;
  return time.getPossibleOffsets().reduce(earlier, time);
}

function absentTime(text: string, zone: string, where: string): Fault {
  const moved = DateTime.fromISO(text, { zone });
  return {
    code: "calendar-invalid",
    where,
    ...(moved.isValid
      ? {
          what: `${text} does not exist in ${zone}: the clocks are put forward over it`,
          expected: `a time that the clocks show, such as ${moved.toFormat("yyyy-MM-dd'T'HH:mm")}`,
        }
      : { what: `there is no day ${text.slice(0, 10)}`, expected: "a day that exists" }),
  };
}

function utc(time: DateTime): string {
  return new Date(time.toMillis()).toISOString();
}

/** Intervals in order, those that meet or overlap made one. */
function joined(intervals: readonly Interval[]): Interval[] {
  const result: Interval[] = [];
  for (const next of [...intervals].sort((a, b) => a.from.localeCompare(b.from))) {
    const last = result.at(-1);
    if (!last || last.to < next.from) result.push(next);
    else if (last.to < next.to) result[result.length - 1] = { from: last.from, to: next.to };
  }
  return result;
}

/** When hosts are made: by the start of the first lesson at the latest, whatever the day of preparation says. */
function preparationStart(calendar: CalendarConfig, first: DateTime, zone: string): DateTime {
  const latest = first.minus({ minutes: PREPARATION_MINUTES });
  if (calendar.preparation === undefined || calendar.preparation === first.toFormat("yyyy-MM-dd"))
    return latest;
  return earlier(latest, DateTime.fromISO(`${calendar.preparation}T${PREPARATION_START}`, { zone }));
}

/** The end of the day on which the lab is taken down, or of the last lesson where that is later. */
function goneAt(calendar: CalendarConfig, last: DateTime, zone: string): DateTime {
  const day = calendar.teardown ?? last.toFormat("yyyy-MM-dd");
  const midnight = DateTime.fromISO(day, { zone }).plus({ days: 1 }).startOf("day");
  return later(midnight, last.plus({ minutes: calendar.extension }));
}

/**
 * The calendar of a lab as instants; undefined for a lab without one. What contradicts itself in it (a lesson that ends
 * before it starts) is told by the validators.
 * @returns a fault (`calendar-invalid`) for each local time that does not exist in the zone, or for an unknown zone
 */
export function scheduleOf(
  config: Pick<LabConfig, "calendar" | "language">,
): Result<SchedulePlan | undefined> {
  const { calendar } = config;
  if (!calendar) return succeeded(undefined);
  const timeZone = calendar.timeZone ?? LANGUAGE_SETTINGS[config.language].timeZone;
  const unknown = zoneFault(timeZone);
  if (unknown) return failed([{ code: "calendar-invalid", where: "lab.calendar.timeZone", ...unknown }]);

  const faults: Fault[] = [];
  const resolve = (text: string, where: string): DateTime => {
    const time = instantOf(text, timeZone);
    if (!time) faults.push(absentTime(text, timeZone, where));
    return time ?? DateTime.fromMillis(0);
  };
  const lessons = calendar.lessons.map(({ start, end }, index) => ({
    start: resolve(start, `lab.calendar.lessons[${index}].start`),
    end: resolve(end, `lab.calendar.lessons[${index}].end`),
  }));
  const hardEnd =
    calendar.hardEnd === undefined ? undefined : resolve(calendar.hardEnd, "lab.calendar.hardEnd");
  if (faults.length > 0) return failed(faults);

  const first = lessons.map(({ start }) => start).reduce(earlier);
  const last = lessons.map(({ end }) => end).reduce(later);
  const made = preparationStart(calendar, first, timeZone);
  const prepared = { from: utc(made), to: utc(made.plus({ minutes: PREPARATION_MINUTES })) };
  return succeeded({
    timeZone,
    made: utc(made),
    lessons: lessons.map(({ start, end }) => ({ from: utc(start), to: utc(end) })),
    running: joined([
      prepared,
      ...lessons.map(({ start, end }) => ({
        from: utc(start.minus({ minutes: WARM_UP_MINUTES })),
        to: utc(end.plus({ minutes: calendar.extension })),
      })),
    ]),
    ...(hardEnd ? { hardEnd: utc(hardEnd) } : {}),
    gone: utc(goneAt(calendar, last, timeZone)),
  });
}

const sooner = (a: string, b: string): string => (a < b ? a : b);

/** What hosts do from when they are made until they are gone, without a gap: after the hard end nothing runs. */
export function phasesOf(schedule: SchedulePlan): readonly Phase[] {
  const { made, running, hardEnd, gone } = schedule;
  const end = hardEnd === undefined ? gone : sooner(hardEnd, gone);
  const phases: Phase[] = [];
  const until = (to: string, state: HostState): void => {
    const from = phases.at(-1)?.to ?? made;
    if (from < to) phases.push({ from, to, state });
  };
  for (const { from, to } of running) {
    until(sooner(from, end), "stopped");
    until(sooner(to, end), "running");
  }
  until(end, "stopped");
  until(gone, "ended");
  return phases;
}

/** Hours of an interval, with their fractions; 0 for one that ends before it begins. */
export function hoursOf({ from, to }: Interval): number {
  return Math.max(0, Date.parse(to) - Date.parse(from)) / 3_600_000;
}

/** The local days on which there are lessons, in order, each as an interval: a day that the clocks change in is 23 or 25 hours long. */
export function lessonDaysOf(schedule: SchedulePlan): readonly (Interval & { readonly day: string })[] {
  const days = schedule.lessons.map(({ from }) =>
    DateTime.fromISO(from, { zone: schedule.timeZone }).startOf("day"),
  );
  const byDay = new Map(days.map((start) => [start.toFormat("yyyy-MM-dd"), start]));
  return [...byDay]
    .map(([day, start]) => ({ day, from: utc(start), to: utc(start.plus({ days: 1 }).startOf("day")) }))
    .sort((a, b) => a.day.localeCompare(b.day));
}
