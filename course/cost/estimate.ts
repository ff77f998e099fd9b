import {
  HOST_STATES,
  type HostState,
  hoursOf,
  type Interval,
  lessonDaysOf,
  phasesOf,
  type SchedulePlan,
} from "../calendar";
import type { LabPlan } from "../plan";
import { assumptionsOf, LABEL, notIncludedOf } from "./assumptions";
import { rentedHosts } from "./hosts";
import { type CostLine, linesOf } from "./lines";
import { type Money, money } from "./money";
import { PRICES, type PriceTable } from "./prices";
import { TRAFFIC, type Traffic } from "./traffic";
import type { Words } from "./words";

/** What one state of the hosts costs. */
export interface StateCost {
  readonly perHour: Money;
  /** A whole day in this state. */
  readonly perDay: Money;
  /** Hours in this state from preparation to teardown; absent without a calendar. */
  readonly hours?: number;
  /** The cost of those hours, without traffic; absent without a calendar. */
  readonly total?: Money;
}

/** A day with lessons, from midnight to midnight on the classroom's clock: hosts running and stopped, and traffic. */
export interface LessonDayCost {
  readonly day: string;
  readonly cost: Money;
}

/** What the calendar makes of the hourly rates. */
export interface CalendarCost {
  readonly lessonDays: readonly LessonDayCost[];
  /** From the start of the first lesson to the end of the last one, its extension included. */
  readonly course: Money;
  /** From preparation to teardown. */
  readonly total: Money;
}

/** The part of a team: its own host, and an equal share of what teams share. */
export interface TeamCost {
  readonly team: string;
  readonly perHour: Readonly<Record<HostState, Money>>;
  /** From preparation to teardown; absent without a calendar. */
  readonly total?: Money;
}

/** What a lab is estimated to cost. */
export interface CostEstimate {
  /** That it is an estimate, in words to be shown with every figure. */
  readonly label: Words;
  /** The day on which the table of prices was put together. */
  readonly pricesOf: string;
  /** Yen for one dollar. */
  readonly usdJpy: number;
  readonly lines: readonly CostLine[];
  readonly byState: Readonly<Record<HostState, StateCost>>;
  /** Absent where the lab has no calendar: then there are rates only. */
  readonly calendar?: CalendarCost;
  readonly teams: readonly TeamCost[];
  /** False where a figure is missing for something that bills: the sums are then too low. */
  readonly complete: boolean;
  readonly notIncluded: readonly Words[];
  readonly assumptions: readonly Words[];
}

/** Dollars of lines in a state, per hour. */
function hourly(lines: readonly CostLine[], state: HostState): number {
  return lines.reduce((sum, line) => sum + line.count * line.perHour[state], 0);
}

const contains = ({ from, to }: Interval, instant: string): boolean => from <= instant && instant < to;

function overlap(a: Interval, b: Interval): Interval {
  return { from: a.from > b.from ? a.from : b.from, to: a.to < b.to ? a.to : b.to };
}

/** Dollars of lines in an interval: hours in each state, and the traffic of what begins in it. */
function costIn(lines: readonly CostLine[], schedule: SchedulePlan, interval: Interval): number {
  const hours = phasesOf(schedule).map((phase) => ({
    state: phase.state,
    hours: hoursOf(overlap(phase, interval)),
  }));
  const lessons = schedule.lessons.filter(({ from }) => contains(interval, from)).length;
  const preparations = contains(interval, schedule.made) ? 1 : 0;
  const time = hours.reduce((sum, phase) => sum + phase.hours * hourly(lines, phase.state), 0);
  const traffic = lines.reduce(
    (sum, { count, traffic: { preparation, lesson } }) =>
      sum + count * (preparations * preparation + lessons * lesson),
    0,
  );
  return time + traffic;
}

function wholeOf(schedule: SchedulePlan): Interval {
  return { from: schedule.made, to: schedule.gone };
}

/** From the first lesson to when hosts are stopped after the last one. */
function courseOf(schedule: SchedulePlan): Interval {
  const starts = schedule.lessons.map(({ from }) => from).sort();
  return { from: starts[0] ?? schedule.made, to: schedule.running.at(-1)?.to ?? schedule.gone };
}

function stateCost(
  lines: readonly CostLine[],
  state: HostState,
  schedule: SchedulePlan | undefined,
  yen: number,
): StateCost {
  const usd = hourly(lines, state);
  const rates = { perHour: money(usd, yen), perDay: money(usd * 24, yen) };
  if (!schedule) return rates;
  const hours = phasesOf(schedule)
    .filter((phase) => phase.state === state)
    .reduce((sum, phase) => sum + hoursOf(phase), 0);
  return { ...rates, hours, total: money(usd * hours, yen) };
}

function byState<T>(of: (state: HostState) => T): Readonly<Record<HostState, T>> {
  const [running, stopped, ended] = HOST_STATES;
  return { running: of(running), stopped: of(stopped), ended: of(ended) };
}

/** The part of a line that is for some teams: one of each team's own, or their share of what is shared. */
function partOf(line: CostLine, teams: readonly string[]): CostLine[] {
  const own = line.teams.filter((team) => teams.includes(team));
  if (own.length === 0) return [];
  const count = line.shared ? (line.count * own.length) / line.teams.length : own.length;
  return [{ ...line, count, teams: own }];
}

/** What lines cost by the plan's calendar. */
function figuresOf(
  lines: readonly CostLine[],
  schedule: SchedulePlan | undefined,
  yen: number,
): Pick<CostEstimate, "lines" | "byState" | "calendar"> {
  const rates = { lines, byState: byState((state) => stateCost(lines, state, schedule, yen)) };
  if (!schedule) return rates;
  const amountIn = (interval: Interval): Money => money(costIn(lines, schedule, interval), yen);
  return {
    ...rates,
    calendar: {
      lessonDays: lessonDaysOf(schedule).map((day) => ({ day: day.day, cost: amountIn(day) })),
      course: amountIn(courseOf(schedule)),
      total: amountIn(wholeOf(schedule)),
    },
  };
}

/**
 * An estimate of some teams only: their hosts, and their share of what teams share.
 * @param teams their ids; all when it is empty
 */
export function estimateOfTeams(
  { schedule }: Pick<LabPlan, "schedule">,
  estimate: CostEstimate,
  teams: readonly string[],
): CostEstimate {
  if (teams.length === 0) return estimate;
  const lines = estimate.lines.flatMap((line) => partOf(line, teams));
  return {
    ...estimate,
    ...figuresOf(lines, schedule, estimate.usdJpy),
    teams: estimate.teams.filter(({ team }) => teams.includes(team)),
  };
}

/**
 * What an estimate's lines cost from a moment until the lab should be gone; undefined without a calendar.
 * @param now an instant in UTC
 */
export function costFrom(
  { schedule }: Pick<LabPlan, "schedule">,
  estimate: CostEstimate,
  now: string,
): Money | undefined {
  if (!schedule) return undefined;
  return money(costIn(estimate.lines, schedule, { from: now, to: schedule.gone }), estimate.usdJpy);
}

/**
 * Estimates what a lab costs: pure, from the plan, a table of prices and what is assumed of the traffic. Hosts that are
 * nobody's to rent cost nothing here, which the assumptions say.
 * @param prices the table; `{ ...PRICES, usdJpy: … }` for another rate of exchange
 * @param traffic what a host moves over the network
 */
export function estimateCost(
  plan: LabPlan,
  prices: PriceTable = PRICES,
  traffic: Traffic = TRAFFIC,
): CostEstimate {
  const { schedule } = plan;
  const { yen } = prices.usdJpy;
  const rented = rentedHosts(plan);
  const { lines, missing } = linesOf(rented, prices, traffic, plan.gateway !== undefined);
  return {
    label: LABEL,
    pricesOf: prices.date,
    usdJpy: yen,
    ...figuresOf(lines, schedule, yen),
    teams: plan.teams.map(({ id }) => {
      const own = lines.flatMap((line) => partOf(line, [id]));
      return {
        team: id,
        perHour: byState((state) => money(hourly(own, state), yen)),
        ...(schedule ? { total: money(costIn(own, schedule, wholeOf(schedule)), yen) } : {}),
      };
    }),
    complete: missing.length === 0,
    notIncluded: [...missing, ...notIncludedOf(plan)],
    assumptions: assumptionsOf(plan, prices, traffic),
  };
}
