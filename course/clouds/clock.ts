import { DateTime } from "luxon";
import { phasesOf, type SchedulePlan } from "../calendar";

/** One thing that the cloud's own clock does with all hosts of a lab. */
export interface ClockEntry {
  /** `start-20270118T003000Z`: by what and when, so that another lesson renames none. */
  readonly name: string;
  readonly action: "start" | "stop";
  /** An instant in UTC. */
  readonly at: string;
}

/** What the cloud does with a lab's hosts, whether this machine is on or not. */
export interface Clock {
  readonly entries: readonly ClockEntry[];
  /** From when on whatever runs is stopped again and again: the hard end, or the day on which the lab should be gone. */
  readonly end: string;
}

/** An instant to the second, in ISO 8601's basic form. */
const basic = (at: string): string => at.replace(/\.\d+/, "").replaceAll(/[-:]/g, "");

/**
 * What a calendar asks of the clouds' clocks: hosts stop, with their disks, when a lesson and its extension are over, and start before the
 * next. Hosts are made running, so that the first start is none.
 */
export function clockOf(schedule: SchedulePlan): Clock {
  const phases = phasesOf(schedule);
  const changes = phases.slice(phases[0]?.state === "running" ? 1 : 0);
  const end = phases.find(({ state }) => state === "ended")?.from ?? schedule.gone;
  return {
    entries: changes
      .filter(({ state }) => state !== "ended")
      .map(({ state, from }) => {
        const action = state === "running" ? "start" : "stop";
        return { name: `${action}-${basic(from)}`, action, at: from };
      }),
    end,
  };
}

/**
 * Time of day in UTC, `hhmm`, by which on every day the hosts may be stopped: where a cloud knows one time for all days. It is that of the
 * lesson that ends latest by the classroom's clock, with its extension.
 */
export function dailyStop({ running, timeZone }: Pick<SchedulePlan, "running" | "timeZone">): string {
  const ends = running.map(({ to }) => DateTime.fromISO(to, { zone: timeZone }));
  const latest = ends.reduce((a, b) => (a.toFormat("HHmm") >= b.toFormat("HHmm") ? a : b));
  return latest.toUTC().toFormat("HHmm");
}

/**
 * When Amazon's clock stops a lab's hosts next: the end of a lesson, or the end, from which on it does so again and again.
 * @param now an instant in UTC
 * @returns an instant in UTC; the end, when that has passed
 */
export function nextStop(schedule: SchedulePlan, now: string): string {
  const { entries, end } = clockOf(schedule);
  const stops = entries.filter(({ action, at }) => action === "stop" && at > now).map(({ at }) => at);
  return [...stops, end].sort()[0] ?? end;
}
