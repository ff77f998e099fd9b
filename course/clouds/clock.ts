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
