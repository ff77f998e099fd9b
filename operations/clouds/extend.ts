import { readFileSync, writeFileSync } from "node:fs";
import { dailyStop } from "../../course/clouds/clock";
import { type Extension, extended, type Wish } from "../../course/clouds/extension";
import { type CostEstimate, estimateCost } from "../../course/cost/estimate";
import { type Fault, FaultError } from "../../course/faults";
import { isCloud } from "../../course/hosts";
import type { LabPlan } from "../../course/plan";
import { type CalendarValues, withCalendar } from "../calendarEdit";
import type { PlannedStep } from "../engine";
import { planLab } from "../plan";
import { readStackFile, type StackFile } from "../stackFile";
import { refusedWithoutHosts } from "./faults";
import { bringUpHosts, type HostsOptions, type HostsReport } from "./hosts";

/** An end that can be moved, and what that costs. */
export interface PlannedExtension extends Extension {
  /** What the file's calendar says then. */
  readonly values: CalendarValues;
  /** The whole text of the file then. */
  readonly text: string;
  readonly costBefore: CostEstimate;
  readonly cost: CostEstimate;
  /** Time of day in UTC, `hhmm`, at which Azure stops its hosts all the same; absent where the lab has none there. */
  readonly azureStops?: string;
}

function refuse(fault: Fault): never {
  throw new FaultError([fault]);
}

/** The plan of a lab whose calendar says something else. */
function planWith({ config, ...file }: StackFile, values: CalendarValues): LabPlan {
  const { calendar } = config;
  return planLab({
    ...file,
    config: { ...config, ...(calendar ? { calendar: { ...calendar, ...values } } : {}) },
  });
}

/**
 * Where a lab's end would be, and what that costs; nothing is changed.
 * @param now an instant in UTC
 * @throws FaultError `calendar-invalid`, or `config-value` where the file's calendar is not its own
 */
export function planExtension(file: StackFile, wish: Wish, now: string): PlannedExtension {
  const plan = planLab(file);
  if (!plan.hosts.some(({ config }) => isCloud(config))) throw refusedWithoutHosts(plan.lab);
  const { schedule } = plan;
  if (!schedule)
    return refuse({
      code: "calendar-invalid",
      where: "lab.calendar",
      what: "the lab has no calendar: nothing stops its hosts, and no end can be moved",
      expected: "a calendar with lessons",
    });
  const extension = extended(schedule, wish, now);
  if (!extension.ok) throw new FaultError(extension.faults);
  const { hardEnd, teardown } = extension.value;
  const values = { hardEnd, ...(teardown === undefined ? {} : { teardown }) };
  const text = withCalendar(readFileSync(file.path, "utf8"), values);
  if (text === undefined)
    return refuse({
      code: "config-value",
      where: file.path,
      what: "its calendar is said by an alias or in another file, and is not changed by this command",
      expected: Object.entries(values)
        .map(([key, value]) => `lab.calendar.${key}: ${value}`)
        .join(", "),
      fix: `Write that where the calendar stands, and run: npx classlab up ${file.selection} --hosts`,
    });
  const later = planWith(file, values);
  const onAzure = plan.hosts.some(({ config }) => config.kind === "azure");
  return {
    ...extension.value,
    values,
    text,
    costBefore: estimateCost(plan),
    cost: estimateCost(later),
    ...(onAzure ? { azureStops: dailyStop(schedule) } : {}),
  };
}

/** Inputs that follow from the calendar's end: when the clocks' last entries begin, and the day on the tags. */
const OF_THE_END = /^(?:startDate|tags|tagsAll|volumeTags)(?:\b|\[|\.)/;

/** Of Azure's clock the workflow of the end is told another beginning within its definition, which providers name as a whole. */
function isClockOfTheEnd({ type, urn }: PlannedStep): boolean {
  return type === "azure-native:logic:Workflow" && urn.endsWith("-clock-end");
}

/** Whether a step does no more than move the end. */
function movesTheEnd(step: PlannedStep): boolean {
  const { op, changed } = step;
  return (
    op === "update" &&
    changed.every(
      (path) => OF_THE_END.test(path) || (isClockOfTheEnd(step) && /^definition(?:\b|$)/.test(path)),
    )
  );
}

/** Has the engine run, or show what it would do. */
type Bring = (file: StackFile, options: HostsOptions) => Promise<Pick<HostsReport, "steps">>;

/** So many steps are named one by one. */
const FEW = 4;

function moreThanTheEnd(file: StackFile, steps: readonly PlannedStep[]): FaultError {
  const named = steps.slice(0, FEW).map(({ op, urn }) => `${op} ${urn.split("::").at(-1)}`);
  return new FaultError([
    {
      code: "needs-confirmation",
      where: `lab ${file.lab}`,
      what: `its cloud hosts differ from its file by more than the end: ${named.join(", ")}${steps.length > FEW ? `, and ${steps.length - FEW} more` : ""}; nothing was changed`,
      expected: "hosts that are as the file says",
      fix: `See and make the other changes first: npx classlab up ${file.selection} --hosts --preview, then without --preview`,
    },
  ]);
}

/**
 * Moves the end: writes it into the lab's file and has the engine change the cloud's clock, so that the next preview is empty. Where anything
 * else would change, or the engine refuses the plan, the file is as it was.
 * @param bringUp what has the engine run
 * @throws FaultError
 */
export async function extend(
  file: StackFile,
  planned: PlannedExtension,
  options: HostsOptions,
  bringUp: Bring = bringUpHosts,
): Promise<void> {
  const before = readFileSync(file.path, "utf8");
  writeFileSync(file.path, planned.text);
  try {
    const changed = readStackFile(file.path, file.selection);
    const { steps } = await bringUp(changed, { ...options, preview: true });
    const others = steps.filter((step) => !movesTheEnd(step));
    if (others.length > 0) throw moreThanTheEnd(file, others);
  } catch (error) {
    writeFileSync(file.path, before);
    throw error;
  }
  // From here on the file is what the cloud is on its way to: the next run goes on.
  await bringUp(readStackFile(file.path, file.selection), options);
}
