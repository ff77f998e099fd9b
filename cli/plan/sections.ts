import type { CapacityLine } from "../../course/capacity";
import type { CostEstimate } from "../../course/cost/estimate";
import { formatMoney, type Money } from "../../course/cost/money";
import { groupBy } from "../../course/groupBy";
import type { Language } from "../../course/languages";
import {
  type DockerStackPlan,
  type GuestPlan,
  guestsOf,
  type LabPlan,
  type TeamPlan,
} from "../../course/plan";
import { mirrorName, registryName } from "../../course/registry";
import type { PlanReport } from "../../course/report";
import { TARGET_NAMES, type Target } from "../../course/support";
import { PLAN_WORDS, type PlanWords } from "./words";

/** A part of the plan as people read it: a table or lines, whatever it is printed on. */
export interface Section {
  readonly title: string;
  /** Heads of columns; absent where rows are a list of names and values. */
  readonly columns?: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The plan as sections, with its heading. */
export interface Sections {
  readonly heading: string;
  readonly lines: readonly string[];
  readonly sections: readonly Section[];
}

/** So many things are named one by one. */
const FEW = 4;

/** So many guests have a block each, with all that they offer. */
const SMALL = 6;

/** Ports as people write them: `8001–8010`. */
export function portsText(ports: readonly number[]): string {
  const [first] = ports;
  return ports.length > 1 ? `${first}–${ports.at(-1)}` : String(first);
}

const stackText = (stack: DockerStackPlan): string => `${stack.name} ${portsText(stack.ports)}`;

function addressesText(guest: GuestPlan): string {
  const addresses = guest.adapters.map((adapter) =>
    adapter.mode === "disabled" ? adapter.mode : adapter.address,
  );
  return `${guest.name} ${addresses.length > 0 ? addresses.join(" ") : "–"}`;
}

const teamText = ({ id, label }: TeamPlan): string => (label === id ? id : `${id} ${label}`);

function stateText({ status }: TeamPlan, words: PlanWords): string {
  if (status.at === "configured") return words.state.configured;
  return words.state[status.at](status.exercise);
}

const MIB_PER_GIB = 1024;

const targetText = (target: Target, words: PlanWords): string =>
  target === "containers" ? words.containers : TARGET_NAMES[target];

function hosts({ capacity }: PlanReport, words: PlanWords): Section {
  const amount = ({ needed, limit }: CapacityLine, unit = 1) => {
    const shown = (value: number) => String(Math.round((value / unit) * 10) / 10);
    if (needed === 0 && limit === undefined) return "–";
    return words.of(shown(needed), limit === undefined ? undefined : shown(limit));
  };
  return {
    title: words.hosts,
    columns: words.hostColumns,
    rows: capacity.map((host) => [
      host.host,
      words.kinds[host.kind],
      targetText(host.target, words),
      String(host.teams),
      amount(host.cpus),
      amount(host.memory, MIB_PER_GIB),
      amount(host.disk),
    ]),
  };
}

function switches({ switches: all }: LabPlan, words: PlanWords): Section {
  const ofTeams = groupBy(
    all.filter((entry) => entry.team !== undefined),
    (entry) => entry.name,
  );
  const shown = all.filter((entry) => entry.team === undefined || ofTeams.get(entry.name)?.[0] === entry);
  return {
    title: words.switches,
    columns: words.switchColumns,
    rows: shown.map((entry) => {
      const mode = `${words.modes[entry.mode]}${entry.vlan === undefined ? "" : `, VLAN ${entry.vlan}`}`;
      const several = entry.team !== undefined && (ofTeams.get(entry.name)?.length ?? 0) > 1;
      return [
        entry.team === undefined ? entry.key : entry.name,
        mode,
        several ? `${entry.subnet} …` : entry.subnet,
        several ? `${entry.gateway} …` : entry.gateway,
        several ? words.eachTeams : entry.host,
      ];
    }),
  };
}

function memoryText({ memory }: GuestPlan, words: PlanWords): string {
  return memory.min === memory.max
    ? `${memory.max} ${words.memory.static}`
    : `${memory.min}–${memory.max} ${words.memory.dynamic}`;
}

/** What guests are made of; one line for those of all teams that are alike. */
function guests(plan: LabPlan, words: PlanWords): Section {
  const rows = guestsOf(plan).map((guest) => [
    guest.name,
    String(guest.cpus),
    memoryText(guest, words),
    `${guest.disk.size}`,
    `${guest.profile}${guest.nested ? ", nested" : ""}`,
    guest.docker.map(stackText).join(", ") || "–",
  ]);
  return {
    title: words.guests,
    columns: words.guestColumns,
    rows: [...new Map(rows.map((row) => [row.join("\t"), row])).values()],
  };
}

function teams(plan: LabPlan, words: PlanWords): Section {
  return {
    title: words.teams,
    columns: words.teamColumns,
    rows: plan.teams.map((team) => [
      teamText(team),
      team.host,
      stateText(team, words),
      team.guests.map(addressesText).join(", ") || "–",
    ]),
  };
}

function exercises(report: PlanReport, words: PlanWords, language: Language): Section {
  return {
    title: words.exercises,
    columns: words.exerciseColumns,
    rows: report.exercises.map(({ exercise, title, target, kind, support }) => [
      `${exercise} ${title[language]}`,
      `${targetText(target, words)}, ${words.kinds[kind]}`,
      support.kind === "as-printed"
        ? words.support[support.kind]
        : `${words.support[support.kind]}: ${support.replacement[language]}`,
    ]),
  };
}

/** An instant on the classroom's clock. */
function local(instant: string, timeZone: string): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" }).format(
    new Date(instant),
  );
}

/** The end of a lesson by its time alone where that is on the day on which it begins. */
function until(from: string, to: string): string {
  const length = "2027-01-18".length;
  return from.slice(0, length) === to.slice(0, length) ? to.slice(length + 1) : to;
}

function calendar({ schedule }: LabPlan, words: PlanWords): Section[] {
  if (!schedule) return [];
  const at = (instant: string) => local(instant, schedule.timeZone);
  const { made, lesson, hardEnd, gone } = words.calendarRows;
  return [
    {
      title: `${words.calendar} (${schedule.timeZone})`,
      rows: [
        [made, at(schedule.made)],
        ...schedule.lessons.map(({ from, to }) => [lesson, `${at(from)} – ${until(at(from), at(to))}`]),
        ...(schedule.hardEnd === undefined ? [] : [[hardEnd, at(schedule.hardEnd)]]),
        [gone, at(schedule.gone)],
      ],
    },
  ];
}

/** An amount of an estimate; too low where something that bills has no price. */
export function amountText(
  { complete }: Pick<CostEstimate, "complete">,
  words: PlanWords,
  text: string,
): string {
  return complete ? text : words.atLeast(text);
}

/** What a lab costs. @param more rows behind the rates */
export function costSection(
  estimate: CostEstimate,
  words: PlanWords,
  language: Language,
  more: Section["rows"] = [],
): Section {
  const { costRows } = words;
  if (estimate.lines.length === 0 && estimate.complete) return { title: words.cost, rows: [[words.nothing]] };
  const { byState } = estimate;
  const shown = (amount: Money) => amountText(estimate, words, formatMoney(amount));
  return {
    title: `${words.cost} (${estimate.label[language]})`,
    rows: [
      [costRows.running, shown(byState.running.perHour)],
      [costRows.stopped, shown(byState.stopped.perHour)],
      [costRows.ended, shown(byState.ended.perHour)],
      ...more,
      ...(estimate.calendar
        ? [
            ...estimate.calendar.lessonDays.map(({ day, cost: amount }) => [
              `${costRows.lessonDay} ${day}`,
              shown(amount),
            ]),
            [costRows.total, shown(estimate.calendar.total)],
          ]
        : []),
      ...estimate.notIncluded.map((what) => [costRows.notIncluded, what[language]]),
    ],
  };
}

/** A place that names many guests or switches, by their number. */
function shortPlace(where: string): string {
  const [noun, ...rest] = where.split(" ");
  const names = rest.join(" ").split(", ");
  return names.length > FEW ? `${names.length} ${noun}` : where;
}

/** What to know before the day; how exercises are done has a section of its own. */
function notes(report: PlanReport, words: PlanWords, language: Language): Section[] {
  const shown = report.notes.filter(
    ({ where }) => report.plan.exercises.length === 0 || !/^exercises? /.test(where),
  );
  if (shown.length === 0) return [];
  return [
    {
      title: words.notes,
      rows: shown.map(({ where, text, source }) => [
        `${shortPlace(where)}: ${text[language]} (${source.replace(/ \(https?:[^)]*\)/, "")})`,
      ]),
    },
  ];
}

/** A whole plan as people read it. */
export function sectionsOf(report: PlanReport, language: Language): Sections {
  const words = PLAN_WORDS[language];
  const { plan } = report;
  const { server } = plan.registry ?? {};
  const mirror = server && mirrorName(server);
  const spare = plan.teams.filter((team) => team.spare).length;
  return {
    heading: words.title(plan.lab, plan.teams.length, guestsOf(plan).length),
    lines: [
      [words.edition[plan.edition], ...(spare > 0 ? [words.spare(spare)] : [])].join(words.comma),
      `${words.channels}: ${plan.channels.join(", ")}`,
      ...(plan.gateway ? [words.gateway(plan.gateway.name, plan.gateway.port)] : []),
      ...(server ? [words.registry(registryName(server), server.accounts.length, server.quota)] : []),
      ...(mirror && server.mirror
        ? [words.mirror(mirror, server.mirror.of && new URL(server.mirror.of).host, server.mirror.preload)]
        : []),
    ],
    sections: [
      hosts(report, words),
      switches(plan, words),
      guests(plan, words),
      teams(plan, words),
      ...(plan.exercises.length > 0 ? [exercises(report, words, language)] : []),
      ...calendar(plan, words),
      costSection(report.cost, words, language),
      ...(plan.exercises.length > 0 ? [{ title: words.pulls, rows: [[report.pulls.text[language]]] }] : []),
      ...notes(report, words, language),
    ],
  };
}

/** True where each guest has a block with all that it offers. */
export function isSmall(plan: LabPlan): boolean {
  return guestsOf(plan).length <= SMALL;
}
