import { setMaxListeners } from "node:events";
import { availableParallelism } from "node:os";
import { type Check, checksOf, vantageKey } from "../../course/checks";
import { EXERCISE_IDS, EXERCISES } from "../../course/exercises";
import type { LabFacts } from "../../course/facts";
import { type Fault, FaultError } from "../../course/faults";
import { groupBy } from "../../course/groupBy";
import { readMark } from "../../course/mark";
import { guestsOf, type LabPlan } from "../../course/plan";
import { publishedKey } from "../../course/ports";
import { notesOf } from "../../course/reachability";
import { hostNamed } from "../../course/resources";
import { placeChannelClient } from "../channelClient";
import { hostsStanding, requireStanding } from "../clouds/standing";
import { refuseStopped } from "../clouds/stopped";
import { machineOf, type RemoteMachine } from "../hosts/machine";
import { openHosts } from "../hosts/prepare";
import { needsLibvirt } from "../libvirtRecord";
import { EMULATED_PATIENCE } from "../patience";
import { planLab } from "../plan";
import { guestsStanding } from "../platforms/guests";
import type { PlatformGuest } from "../platforms/platform";
import type { StackFile } from "../stackFile";
import { placeGuestRun } from "../virtualbox/guestRun";
import { needsVirtualBox } from "../virtualbox/record";
import type { Evidence } from "./evidence";
import { judge } from "./judge";
import { tryLogin } from "./logins";
import { openPage } from "./pages";
import type { ProbeResult } from "./probeResults";
import { guestProber, guestsConcerned, type Probed, type Prober, probe } from "./probers";
import type { Extra, OUTCOMES, VerifyReport, VerifyRow } from "./report";
import { type SeenFrom, startStandIns } from "./standIns";
import { viewOf } from "./views";

/** Options of `verify`. */
export interface VerifyOptions {
  /** Team ids; all when it is empty. */
  readonly teams?: readonly string[];
  /** Exercise ids; every check when it is empty. */
  readonly exercises?: readonly string[];
  /** Seconds for the whole of it; 120 by default. */
  readonly timeout?: number;
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** Seconds for the whole of a `verify`. */
export const DEFAULT_TIMEOUT = 120;

/** Longest that one prober may take: the deadlines of its probes, one batch after the other. */
const PROBER_DEADLINE = 60_000;

/**
 * How many times as long as usual an answer may take: emulated guests that are more than processors share them, and all are asked at once.
 * @param processors of the host
 */
export function patienceWith(
  guests: Iterable<Pick<PlatformGuest, "emulated">>,
  processors = availableParallelism(),
): number {
  const emulated = [...guests].filter((guest) => guest.emulated).length;
  return emulated === 0 ? 1 : EMULATED_PATIENCE * Math.ceil(emulated / processors);
}

/** Probers at once for each processor: they wait more than they work. */
const PER_PROCESSOR = 6;

function unknownTeams(given: readonly string[], known: readonly string[]): Fault[] {
  return given
    .filter((name) => !known.includes(name))
    .map((name) => ({
      code: "unknown-team",
      where: `--team ${name}`,
      what: "the lab has no such team",
      expected: `one of ${known.join(", ")}`,
    }));
}

/**
 * Exercises that are none, of whose check list nothing can be measured, or of which the lab has nothing.
 * @param checks every check of the lab
 */
export function unmeasuredExercises(
  given: readonly string[],
  checks: readonly Pick<Check, "exercises">[],
): Fault[] {
  const measured: readonly string[] = EXERCISES;
  const known: readonly string[] = EXERCISE_IDS;
  const here = EXERCISES.filter((id) => checks.some(({ exercises }) => exercises.includes(id)));
  return given
    .filter((name) => !here.some((id) => id === name))
    .map((name) => ({
      code: "unknown-exercise",
      where: `--exercise ${name}`,
      what: measured.includes(name)
        ? "no guest of the lab is in what it is about"
        : known.includes(name)
          ? "nothing of its check list can be measured: learners and the instructor look for themselves"
          : "there is no such exercise",
      expected: `one of ${here.join(", ")}`,
    }));
}

function chosen(checks: readonly Check[], options: VerifyOptions): Check[] {
  const { teams = [], exercises = [] } = options;
  return checks.filter(
    (check) =>
      (teams.length === 0 || teams.includes(check.team)) &&
      (exercises.length === 0 || check.exercises.some((id) => exercises.includes(id))),
  );
}

/** One word for the states of all teams. */
function declaredState(
  states: readonly VerifyReport["teams"][number]["state"]["at"][],
): VerifyReport["state"] {
  const [first, ...others] = new Set(states);
  return first === undefined || others.length > 0 ? "several" : first;
}

/** The plan as the standing lab has it: whether ports are published is seen on the guests. Of states only that of the hosts in clouds is read, for their addresses. */
async function planSeen(file: StackFile): Promise<LabPlan> {
  const hosts = await hostsStanding(planLab(file));
  const draft = planLab(file, hosts);
  await refuseStopped(draft, file);
  requireStanding(draft, file.selection);
  await openHosts(draft);
  const seen = await guestsStanding(draft);
  const ports = guestsOf(draft).flatMap((guest) =>
    [...(seen.get(guest.objectName)?.published ?? [])].map(
      ([port, hostPort]) => [publishedKey(guest, port), hostPort] as const,
    ),
  );
  const facts: LabFacts = {
    ...hosts,
    ...(file.config.access === "auto" ? { routed: ports.length === 0 } : {}),
    publishedBefore: Object.fromEntries(ports),
  };
  return planLab(file, facts);
}

/** Runs the tasks, so many at a time, in order. */
async function bounded(tasks: readonly (() => Promise<void>)[], atOnce: number): Promise<void> {
  const queue = [...tasks];
  const work = async () => {
    for (let task = queue.shift(); task; task = queue.shift()) await task();
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, tasks.length) }, work));
}

/** What was made on top in the guests that could be looked into. */
function extrasOf(plan: LabPlan, probed: ReadonlyMap<string, Probed>, teams: readonly string[]): Extra[] {
  return guestsOf(plan).flatMap((guest): Extra[] => {
    const contents = probed.get(`${guest.team}/${guest.name}`)?.findings.contents;
    if (contents === undefined || typeof contents === "string") return [];
    if (teams.length > 0 && !teams.includes(guest.team)) return [];
    return contents.objects
      .filter((object) => readMark(object.labels) === undefined)
      .map((object) => ({
        team: guest.team,
        guest: guest.name,
        what: `${object.kind} ${object.name}${object.state ? ` (${object.state})` : ""}`,
      }));
  });
}

/** The host that a check's guest is on; undefined for this machine. */
function hostOf(plan: LabPlan, check: Check): RemoteMachine | undefined {
  const guest = guestsOf(plan).find(({ team, name }) => team === check.team && name === check.guest);
  return guest && machineOf(plan.lab, hostNamed(plan, guest.host));
}

class Measuring {
  /** By the key of a guest. */
  readonly probed = new Map<string, Probed>();
  /** What hosts and client PCs told, by view and by key. */
  readonly seen = new Map<string, Map<string, Probed>>();
  readonly logins = new Map<string, ProbeResult>();
  readonly opened = new Map<string, ProbeResult>();
  cut: Evidence["cut"];

  constructor(
    readonly plan: LabPlan,
    readonly checks: readonly Check[],
    readonly deadline: number,
    readonly signal: AbortSignal,
    /** How many times as long as usual an answer may take. */
    readonly patience: number,
  ) {}

  private get left(): number {
    return Math.max(1, this.deadline - performance.now());
  }

  private over(): boolean {
    return this.cut !== undefined || this.signal.aborted || performance.now() >= this.deadline;
  }

  /** One prober's checks. @param told where its answers go */
  prober(prober: Prober, checks: readonly Check[], told = this.probed): () => Promise<void> {
    return async () => {
      if (this.over()) return;
      const { patience, signal } = this;
      const deadline = Math.min(PROBER_DEADLINE * patience, this.left);
      told.set(prober.key, await probe(prober, checks, { deadline, patience, signal }));
    };
  }

  /** What a view's host and client PC tell. */
  view(name: string): Map<string, Probed> {
    const told = this.seen.get(name) ?? new Map<string, Probed>();
    this.seen.set(name, told);
    return told;
  }

  /** What was told of a view, its own stand-ins' and all guests'. */
  toldIn(name: string): ReadonlyMap<string, Probed> {
    return new Map([...this.view(name), ...this.probed]);
  }

  login(guest: ReturnType<typeof guestsOf>[number]): () => Promise<void> {
    return async () => {
      if (this.over()) return;
      const result = await tryLogin(this.plan, guest, {
        deadline: this.left,
        patience: this.patience,
        signal: this.signal,
      });
      // What was cut off is no answer.
      if (result && !this.signal.aborted) this.logins.set(`${guest.team}/${guest.name}`, result);
    };
  }

  page(check: Check): () => Promise<void> {
    return async () => {
      if (this.over()) return;
      const result = await openPage(check, {
        machine: hostOf(this.plan, check),
        signal: this.signal,
        patience: this.patience,
      });
      if (!this.signal.aborted) this.opened.set(check.id, result);
    };
  }
}

/** Checks by the view that they are in. */
function checkedIn(plan: LabPlan, checks: readonly Check[]): Map<string, Check[]> {
  const hosts = new Map(plan.teams.map(({ id, host }) => [id, viewOf(plan, host)]));
  return groupBy(checks, ({ team }) => hosts.get(team) ?? "");
}

const fromHost = (check: Check): boolean => check.kind === "service" && check.from?.kind === "host";

/** Everything measured, side by side. */
async function measure(
  measuring: Measuring,
  platform: ReadonlyMap<string, PlatformGuest>,
  standIns: readonly SeenFrom[],
  all: readonly Check[],
): Promise<void> {
  const { plan, checks } = measuring;
  const guests = guestsConcerned(plan, checks).filter(
    (guest) => platform.get(guest.objectName)?.state === "running",
  );
  const views = checkedIn(plan, checks);
  const asked = (key: string, among: readonly Check[]) =>
    among.filter((check) => check.from && vantageKey(check.from) === key);
  // This machine tries the internet, too: what it does not reach proves nothing about guests.
  const reference = all.find((check) => check.kind === "internet");
  const more = (key: string): Check[] =>
    key === "host" && reference ? [{ ...reference, id: "internet/host", from: { kind: "host" } }] : [];
  await bounded(
    [
      ...standIns.flatMap(({ view, probers }) =>
        probers.map((prober) =>
          measuring.prober(
            prober,
            [
              ...asked(prober.key, views.get(view) ?? []).filter((check) => !fromHost(check)),
              ...more(prober.key),
            ],
            measuring.view(view),
          ),
        ),
      ),
      ...guests
        .filter(({ windows }) => !windows)
        .map((guest) => {
          const prober = guestProber(plan, guest);
          return measuring.prober(prober, asked(prober.key, checks));
        }),
      ...checks.filter(fromHost).map((check) => measuring.page(check)),
      ...guests
        .filter((guest) =>
          checks.some(
            (check) => check.kind === "ssh" && check.team === guest.team && check.guest === guest.name,
          ),
        )
        .map((guest) => measuring.login(guest)),
    ],
    PER_PROCESSOR * availableParallelism(),
  );
}

function rowOf(evidence: Evidence, check: Check): VerifyRow {
  const {
    pages: _pages,
    name: _name,
    stack: _stack,
    adapter: _adapter,
    objects: _objects,
    mount: _mount,
    registry: _registry,
    mirror: _mirror,
    ...row
  } = check;
  const verdict = judge(evidence, check);
  return {
    ...row,
    exercises: [...check.exercises],
    ...verdict,
    seconds: Number(verdict.seconds.toFixed(2)),
  };
}

/**
 * Measures whether a standing lab is what its plan says: everything that must be reached, and everything that must not. Reads
 * no Pulumi state of guests, so that a lab built by hand under the planned names is judged the same way.
 * @throws FaultError for an unknown team or exercise, or when Docker does not answer at the start
 */
export async function verify(file: StackFile, options: VerifyOptions): Promise<VerifyReport> {
  const started = new Date();
  const began = performance.now();
  const plan = await planSeen(file);
  if (needsLibvirt(plan)) placeChannelClient();
  if (needsVirtualBox(plan)) placeGuestRun();
  const { internetProbe } = file.config.verify;
  const all = checksOf(plan, internetProbe === "none" ? undefined : internetProbe);
  const [first, ...more] = [
    ...unknownTeams(
      options.teams ?? [],
      plan.teams.map(({ id }) => id),
    ),
    ...unmeasuredExercises(options.exercises ?? [], all),
  ];
  if (first) throw new FaultError([first, ...more]);
  const checks = chosen(all, options);
  const limit = (options.timeout ?? DEFAULT_TIMEOUT) * 1000;
  const signal = AbortSignal.any([...(options.signal ? [options.signal] : []), AbortSignal.timeout(limit)]);
  // Every prober listens to it.
  setMaxListeners(0, signal);
  let platform: ReadonlyMap<string, PlatformGuest> | undefined = await guestsStanding(plan);
  options.say(`measuring ${checks.length} checks of ${plan.teams.length} team(s)`);
  const standIns = await startStandIns(plan, platform);
  const measuring = new Measuring(plan, checks, began + limit, signal, patienceWith(platform.values()));
  try {
    await measure(measuring, platform, standIns, all);
  } finally {
    await Promise.all(standIns.map((entry) => entry.remove()));
  }
  if (options.signal?.aborted) measuring.cut = "interrupted";
  else if (signal.aborted || performance.now() >= began + limit) measuring.cut = "timed-out";
  // What was stopped while it was measured is found only now.
  try {
    platform = await guestsStanding(plan);
  } catch {
    platform = undefined;
  }
  const seen = platform;
  const evidenceIn = (view: string): Evidence => ({
    plan,
    platform: seen,
    probed: measuring.toldIn(view),
    notStarted: standIns.find((entry) => entry.view === view)?.failed ?? new Map(),
    logins: measuring.logins,
    opened: measuring.opened,
    ...(measuring.cut ? { cut: measuring.cut } : seen ? {} : { cut: "platform-silent" as const }),
  });
  const judged = new Map(
    [...checkedIn(plan, checks)].flatMap(([view, own]) => {
      const evidence = evidenceIn(view);
      return own.map((check) => [check, rowOf(evidence, check)] as const);
    }),
  );
  const rows = checks.flatMap((check) => judged.get(check) ?? []);
  const cut = evidenceIn("").cut;
  const teams = plan.teams
    .filter(({ id }) => (options.teams ?? []).length === 0 || options.teams?.includes(id))
    .map(({ id, label, status }) => {
      const own = rows.filter((row) => row.team === id);
      const count = (outcome: VerifyRow["outcome"]) => own.filter((row) => row.outcome === outcome).length;
      return {
        id,
        label,
        state: status,
        ok: own.every((row) => row.outcome === "as-expected"),
        counts: {
          "as-expected": count("as-expected"),
          "not-as-expected": count("not-as-expected"),
          "not-measured": count("not-measured"),
        } satisfies Record<(typeof OUTCOMES)[number], number>,
      };
    });
  return {
    schemaVersion: 1,
    lab: plan.lab,
    target: plan.target,
    state: declaredState(teams.map(({ state }) => state.at)),
    started: started.toISOString(),
    seconds: Number(((performance.now() - began) / 1000).toFixed(2)),
    ok: cut === undefined && rows.length > 0 && teams.every(({ ok }) => ok),
    partial: cut !== undefined,
    teams,
    rows,
    notes: notesOf(plan),
    extras: extrasOf(plan, measuring.probed, options.teams ?? []),
  };
}
