import { type Fault, FaultError } from "../course/faults";
import type { LabPlan } from "../course/plan";
import { type Drift, type Found, findDrift } from "./drift";
import type { PlannedStep, StateResource } from "./engine";
import { type PortHolder, portHolders } from "./freePorts";
import { switchesLeaving } from "./freeSwitches";
import { inspectUnit, type Look } from "./inspectUnit";
import { findInTheWay } from "./inTheWay";
import { findInTheWayInside } from "./inTheWayInside";
import { mendDirectly } from "./mend";
import { findLosses, type Loss, ownedBy } from "./protect";
import { removeUnknown } from "./recovery/unknown";
import type { PreparedUnit } from "./units";
import { repairsOf } from "./verify/repairs";
import type { VerifyRow } from "./verify/report";

/** What `up` was asked to bring back of what learners changed. */
export interface Repair {
  /** Team ids; every team when it is empty. */
  readonly teams: readonly string[];
}

/** A unit that was looked at and previewed: what a run of it has to do. */
export interface ReadyUnit extends PreparedUnit {
  /** What differs inside guests and is left as it is. */
  readonly left: readonly Drift[];
  /** What is mended without the engine, once the whole run is allowed. */
  readonly direct: readonly Drift[];
  /** URNs of what the engine makes anew. */
  readonly replace: readonly string[];
  /** Guests, disks and data volumes that stand and that the run would take. */
  readonly losses: readonly Loss[];
  /** Switches that stand and that the run removes, be it to make them anew. */
  readonly leaving: readonly string[];
  /** Containers in guests that have a port of another stack of the plan. */
  readonly holders: readonly PortHolder[];
  /** False when the engine has nothing to do. */
  readonly needed: boolean;
  /** True when a run changes at most what guests run in their Docker: the guests themselves stay as they were seen. */
  readonly guestsStay: boolean;
  /** Number of resources that are the same. */
  readonly same: number;
}

/** What {@link readyUnit} needs to know of the run. */
export interface ReadyOptions {
  readonly repair: Repair | undefined;
  /** What was measured before a repair: of its red rows, what can be mended is. */
  readonly measured: readonly VerifyRow[];
  /** What stands, as far as this run has seen it. */
  readonly look: Look;
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal;
}

const place = (drift: Drift): string => (drift.team ? `${drift.team}/${drift.guest}: ` : "");

function urnOf(drift: Drift): string[] {
  return drift.mend?.how === "replace" ? [drift.mend.urn] : [];
}

/** A guest whose Docker Engine does not answer cannot be worked on. */
function unreachable(drifts: readonly Drift[]): Fault[] {
  return drifts
    .filter((drift) => drift.object === "Docker Engine")
    .map((drift) => ({
      code: "guest-not-ready",
      where: `${drift.team}/${drift.guest}`,
      what: drift.what,
      fix: "Bring it back with the option --repair: the guest is made anew on its disk",
    }));
}

/** A virtual machine that runs under another name cannot be given its own, and nothing can be made under it. */
function renamed(drifts: readonly Drift[]): Fault[] {
  return drifts
    .filter((drift) => drift.kind === "changed" && drift.level === "host" && !drift.mend)
    .map((drift) => ({
      code: "object-in-the-way",
      where: `${drift.team}/${drift.guest}`,
      what: `${drift.what}, and runs`,
      fix: "Shut it down (virsh shutdown, with that name), and run the command again: it gets its own name back and is started",
    }));
}

/** Starts guests that were stopped, before anything else: what is inside is seen only then. */
async function startStopped(
  plan: LabPlan,
  prepared: PreparedUnit,
  drifts: readonly Drift[],
  say: (line: string) => void,
): Promise<{ readonly found: Found; readonly replace: readonly string[] } | undefined> {
  const stopped = drifts.filter((drift) => drift.mend?.how === "start");
  if (stopped.length === 0) return undefined;
  for (const drift of stopped) say(`${place(drift)}${drift.what}: starting it`);
  const replace = await mendDirectly(plan, stopped, prepared.state.resources);
  return { found: await inspectUnit(plan, prepared.unit), replace };
}

/** URNs of what has vanished already: a disk takes all that was in the guest with it. */
function vanished(drifts: readonly Drift[], resources: readonly StateResource[]): Set<string> {
  const missing = drifts.filter((drift) => drift.level === "host" && drift.kind === "missing");
  const lostDisks = missing.filter((drift) => drift.object.startsWith("disk "));
  return new Set([
    ...missing.flatMap(urnOf),
    ...lostDisks.flatMap((drift) => ownedBy(drift.team ?? "", drift.guest ?? "", resources)),
  ]);
}

/**
 * Whether what a drift's own command would do again is done by the engine, which runs that command with what the plan says now: where an
 * adapter is to be on another switch, that it is not there yet is nobody's doing.
 */
function runByEngine(steps: readonly PlannedStep[]): (drift: Drift) => boolean {
  const changing = new Set(steps.flatMap(({ op, urn }) => (op === "same" ? [] : [urn])));
  return ({ mend }) => mend?.how === "run" && mend.also === undefined && changing.has(mend.urn);
}

/**
 * Looks at a unit, removes what a killed run left, starts what was stopped, and previews what is left to do. Nothing that
 * learners made is touched.
 * @throws FaultError when something stands in the way
 */
export async function readyUnit(
  plan: LabPlan,
  prepared: PreparedUnit,
  id: string,
  options: ReadyOptions,
): Promise<ReadyUnit> {
  const { unit, engine } = prepared;
  const recovered = await removeUnknown(plan, prepared, id, options.say, options.look);
  const { resources } = recovered;
  const [first, ...more] = await findInTheWay(plan, unit, id, resources);
  if (first) throw new FaultError([first, ...more]);
  const nothing = { left: [], direct: [], replace: [], losses: [], leaving: [], holders: [], same: 0 };
  // Where no guest was made yet there is nothing to lose, and nothing to compare with.
  if (!resources.some((entry) => entry.type === "classlab:index:GuestVm" || entry.id !== undefined))
    return { ...prepared, ...nothing, needed: true, guestsStay: false };

  const before = findDrift(plan, unit, resources, recovered.found);
  const [running, ...alsoRunning] = renamed(before);
  if (running) throw new FaultError([running, ...alsoRunning]);
  const started = await startStopped(plan, prepared, before, options.say);
  const drifts = [
    ...(started ? findDrift(plan, unit, resources, started.found) : before),
    ...repairsOf(plan, unit, resources, options.measured),
  ];
  const { repair } = options;
  const asked = (drift: Drift) =>
    repair !== undefined && (repair.teams.length === 0 || repair.teams.includes(drift.team ?? ""));
  const onHost = drifts.filter((drift) => drift.level === "host" && drift.mend?.how !== "start");
  const inGuests = drifts.filter((drift) => drift.level === "guest");
  const repaired = inGuests.filter((drift) => drift.mend && asked(drift));
  const left = inGuests.filter((drift) => !repaired.includes(drift));
  const [deaf, ...others] = unreachable(left);
  if (deaf) throw new FaultError([deaf, ...others]);

  const found = started?.found ?? recovered.found;
  const [taken, ...alsoTaken] = findInTheWayInside(plan, unit, resources, found);
  if (taken) throw new FaultError([taken, ...alsoTaken]);

  const replace = [...new Set([...[...onHost, ...repaired].flatMap(urnOf), ...(started?.replace ?? [])])];
  const preview = await engine.preview(options.signal, replace);
  const byEngine = runByEngine(preview.steps);
  for (const drift of onHost.filter((entry) => !byEngine(entry)))
    options.say(`${place(drift)}${drift.what}: making it again`);
  for (const drift of repaired) {
    const losing = drift.overwrites ? ` (overwrites: ${drift.overwrites})` : "";
    options.say(`repair: ${place(drift)}${drift.what}${losing}`);
  }
  const mended = [...onHost, ...repaired].filter((drift) => !byEngine(drift));
  const gone = new Set([...vanished(drifts, resources), ...replace]);
  const { same = 0, ...changes } = preview.changes;
  return {
    ...prepared,
    left: left.filter((drift) => !byEngine(drift)),
    direct: mended.filter((drift) => drift.mend?.how === "run" || drift.mend?.how === "restart"),
    replace,
    leaving: switchesLeaving(preview.steps, resources),
    holders: portHolders(plan, unit, found, id),
    losses: findLosses(preview.steps, resources, gone),
    needed: Object.keys(changes).length > 0,
    guestsStay: preview.steps.every(({ urn }) => /[:$]classlab:index:DockerHost[:$]/.test(urn)),
    same,
  };
}
