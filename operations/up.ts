import { accessOf } from "../course/access";
import { type Fault, FaultError } from "../course/faults";
import { unitGuests } from "../course/objects";
import { type GuestPlan, guestsOf, type LabPlan } from "../course/plan";
import type { LabRecord } from "../course/record";
import { guestLogicalName, REGISTRY, resourcesOf } from "../course/resources";
import { unitsNotUp, unitsOf } from "./chooseUnits";
import { bringUpHosts } from "./clouds/hosts";
import { forgetOn, hostsMadeAnew } from "./clouds/lost";
import { refuseStopped } from "./clouds/stopped";
import { estimate } from "./doctor/estimate";
import type { Drift } from "./drift";
import { explain } from "./explain";
import { gatherFacts } from "./facts";
import { freePorts } from "./freePorts";
import { clearSwitches, freeSwitches, switchesInTheWay } from "./freeSwitches";
import type { Say } from "./images";
import { type Look, lookOnce } from "./inspectUnit";
import { mendDirectly } from "./mend";
import { planLab, refuseUnbuilt } from "./plan";
import { platformOf } from "./platforms";
import { defaultParallel, pooled } from "./pool";
import { type CheckedLab, type PreparedLab, prepareUp } from "./prepare";
import { type Allowance, refuseLosses } from "./protect";
import { type ReadyUnit, type Repair, readyUnit } from "./readyUnit";
import { REGISTRY_TYPE } from "./registry";
import { passTrust } from "./registryTrust";
import { keepRoster } from "./roster";
import {
  failedUnit,
  faultsOf,
  type OnUnitEvent,
  resultOf,
  runUnits,
  sharedFailure,
  type UnitResult,
} from "./runUnits";
import { checkGuestServices, type ServiceCheck } from "./services";
import { writeSshConfig } from "./sshConfig";
import type { StackFile } from "./stackFile";
import type { PreparedUnit } from "./units";
import { verify } from "./verify";
import type { VerifyRow } from "./verify/report";

/** What `up` reports. */
export interface UpReport {
  readonly plan: LabPlan;
  readonly record: LabRecord;
  /** The guests that the run was for and that came up. */
  readonly guests: readonly GuestPlan[];
  readonly units: readonly (UnitResult & { readonly planned: number })[];
  /** Every service opened once it answered; one of a stack that learners changed is asked once. */
  readonly services: readonly ServiceCheck[];
  /** What differs inside guests and was left as learners made it. */
  readonly left: readonly Drift[];
}

/** Options of `up`. */
export interface UpOptions {
  readonly say: Say;
  readonly onEvent: OnUnitEvent;
  /** Whether distribution packages may be installed without asking. */
  readonly consent: boolean;
  /** Bring back what learners changed inside guests, too. */
  readonly repair?: Repair;
  /** Only these teams' units, with what teams share; all when it is empty. */
  readonly teams?: readonly string[];
  /** Only units that are not up. */
  readonly failed?: boolean;
  /** Teams' units at once. */
  readonly parallel?: number;
  /** Guests that may be replaced or deleted though they stand. */
  readonly replace?: readonly Allowance[];
  readonly signal?: AbortSignal;
}

const unknown = (option: string, given: readonly string[], known: readonly string[]): Fault[] =>
  given
    .filter((name) => !known.includes(name))
    .map((name) => ({
      code: "unknown-team",
      where: `${option} ${name}`,
      what: "the lab has no such team or guest",
      expected: `one of ${[...new Set(known)].join(", ")}`,
    }));

function unknownTeams(plan: LabPlan, options: UpOptions): Fault[] {
  const teams = plan.teams.map((team) => team.id);
  return unknown("--team", [...(options.repair?.teams ?? []), ...(options.teams ?? [])], teams);
}

function unknownAllowances(lab: PreparedLab, options: UpOptions): Fault[] {
  const teams = lab.plan.teams.map((team) => team.id);
  const guests = guestsOf(lab.plan).map((guest) => `${guest.team}/${guest.name}`);
  // A guest that leaves the plan is known by the state alone.
  const standing = lab.units.flatMap(({ state }) =>
    state.resources.flatMap(({ type, inputs }) =>
      type === REGISTRY_TYPE
        ? [REGISTRY]
        : type === "classlab:index:GuestVm"
          ? [String(inputs?.team), `${inputs?.team}/${inputs?.guest}`]
          : [],
    ),
  );
  return unknown("--replace", options.replace ?? [], [...teams, ...guests, ...standing]);
}

function refuse(faults: readonly Fault[]): void {
  const [first, ...more] = faults;
  if (first) throw new FaultError([first, ...more]);
}

/** Adapters on a switch that was made anew, of guests for which nothing else changes: connected again as they were. */
function reconnecting(plan: LabPlan, unit: ReadyUnit, freed: ReadonlySet<string>): Drift[] {
  if (unit.needed) return [];
  return unitGuests(plan, unit.unit).flatMap((guest): Drift[] => {
    const on = guest.adapters.some(
      (adapter) => adapter.mode !== "disabled" && freed.has(adapter.switchObject),
    );
    const name = `${guestLogicalName(guest)}-adapters`;
    const resource = unit.state.resources.find(({ urn }) => urn.split("::").at(-1) === name);
    if (!on || !resource) return [];
    const what = "its switch is made anew";
    return [
      { kind: "missing", level: "host", object: "adapters", what, mend: { how: "run", urn: resource.urn } },
    ];
  });
}

/** What a repair goes by, beside what is seen from outside: what does not work as it should. */
async function measureForRepair(file: StackFile, options: UpOptions): Promise<readonly VerifyRow[]> {
  if (!options.repair) return [];
  const { teams } = options.repair;
  const report = await verify(file, {
    teams,
    say: options.say,
    ...(options.signal ? { signal: options.signal } : {}),
  });
  return report.rows.filter((row) => row.outcome !== "as-expected");
}

/** Units that can be run, and what stands in the way of the others. */
interface Looked {
  readonly ready: readonly ReadyUnit[];
  readonly failed: readonly UnitResult[];
}

async function readyUnits(
  lab: PreparedLab,
  chosen: readonly PreparedUnit[],
  options: UpOptions,
  measured: readonly VerifyRow[],
  look: Look,
): Promise<Looked> {
  const settled = await pooled(chosen, options.parallel ?? defaultParallel(), async (unit) => {
    options.signal?.throwIfAborted();
    return readyUnit(lab.plan, unit, lab.record.labId, {
      repair: options.repair,
      measured,
      look,
      say: options.say,
      ...(options.signal ? { signal: options.signal } : {}),
    });
  });
  const ready: ReadyUnit[] = [];
  const failed: UnitResult[] = [];
  for (const [index, result] of settled.entries()) {
    const unit = chosen[index]?.unit;
    if (result.status === "fulfilled") ready.push(result.value);
    // A team that cannot be worked on stops no other.
    else if (options.signal?.aborted || chosen.length === 1) throw result.reason;
    else if (unit?.kind !== "team") throw await sharedFailure(result.reason);
    else failed.push(failedUnit(unit.stack, await faultsOf(result.reason)));
  }
  return { ready, failed };
}

/** Opens every service; only those that nobody changed are waited for. */
async function openServices(
  { plan, record }: Pick<PreparedLab, "plan" | "record">,
  guests: readonly GuestPlan[],
  left: readonly Drift[],
  say: Say,
): Promise<ServiceCheck[]> {
  const services = guests.flatMap((guest) =>
    accessOf(plan, guest).services.map((service) => ({
      service,
      guest,
      changed: left.some(
        (drift) => drift.team === guest.team && drift.guest === guest.name && drift.stack === service.stack,
      ),
    })),
  );
  say(services.length > 0 ? `opening ${services.length} services as a browser would` : "no service to open");
  const checks = await Promise.all(
    services.map(async ({ service, guest, changed }) =>
      (await checkGuestServices(plan, record, guest, !changed, [service])).map((check) => ({
        ...check,
        changed,
      })),
    ),
  );
  return checks.flat();
}

/**
 * Brings a lab to its plan and opens what it offers: looks at what stands, previews, and begins only when nothing that
 * stands is taken from anybody.
 * @throws FaultError
 */
export async function up(file: StackFile, options: UpOptions): Promise<UpReport> {
  // Who sits where is kept only for a lab that can be.
  const drafted = planLab(file);
  refuseUnbuilt(drafted);
  refuse(unknownTeams(drafted, options));
  await refuseStopped(drafted, file);
  keepRoster(file, options.say);
  const hosts = await hostsFirst(file, drafted, options);
  const lab = await prepareUp(file, options);
  try {
    return await bringUp(file, lab, hosts, options);
  } catch (error) {
    // Images come from the store before a guest's Docker runs: where loading them fails, there was none.
    const loading = error instanceof Error && error.message.includes("-docker-images: ");
    throw await explain(error, estimate(lab.plan, new Set(), false, loading));
  }
}

/** Makes the hosts in clouds, before all that is on them is looked at; nothing where the lab has none. */
async function hostsFirst(file: StackFile, plan: LabPlan, options: UpOptions): Promise<UnitResult[]> {
  const unit = plan.units.find(({ kind }) => kind === "hosts");
  if (!unit) return [];
  const { stack, changes } = await bringUpHosts(file, {
    say: options.say,
    onEvent: (event) => options.onEvent(unit.stack, event),
    replace: options.replace ?? [],
    ...(options.signal ? { signal: options.signal } : {}),
  });
  return [resultOf(stack, changes)];
}

/** Host keys of guests that a run left as they were, as they were seen before. */
async function keysSeen(ready: readonly ReadyUnit[], look: Look): Promise<Map<string, string>> {
  const same = ready.filter(({ guestsStay, direct }) => guestsStay && direct.length === 0);
  const found = await Promise.all(same.map(({ unit }) => look(unit)));
  return new Map(
    found.flatMap(({ guests }) =>
      [...guests].flatMap(([name, seen]): [string, string][] =>
        typeof seen === "string" || seen.hostKey === undefined ? [] : [[name, seen.hostKey]],
      ),
    ),
  );
}

/** Takes its own switches out of the way of others of its plan. */
async function clearWay({ plan, record, subnets }: CheckedLab, say: Say): Promise<void> {
  const inTheWay = (seen: CheckedLab["subnets"]) => switchesInTheWay(plan.switches, seen, record.labId);
  if (inTheWay(subnets).length === 0) return;
  // Some may have gone with what a killed run had left.
  const { subnets: now = [] } = await gatherFacts(plan);
  await clearSwitches(inTheWay(now), record.labId, (host) => platformOf(plan, host), say);
}

/** The units, without what went with machines that were made anew. */
function unitsThatStand({ plan, units }: PreparedLab, say: Say): Promise<PreparedUnit[]> {
  const why = "it was on a machine that is gone, and is made anew";
  return Promise.all(units.map((unit) => forgetOn(plan, unit, hostsMadeAnew(plan, unit), why, say)));
}

async function bringUp(
  file: StackFile,
  lab: CheckedLab,
  hosts: readonly UnitResult[],
  options: UpOptions,
): Promise<UpReport> {
  options.signal?.throwIfAborted();
  refuse(unknownAllowances(lab, options));
  const wanted = unitsOf(
    await unitsThatStand(lab, options.say),
    options.repair?.teams ?? options.teams ?? [],
    options.repair !== undefined,
  );
  const measured = await measureForRepair(file, options);
  const look = lookOnce(lab.plan);
  const parallel = options.parallel ?? defaultParallel();
  const chosen = options.failed ? await unitsNotUp(lab.plan, wanted, look, parallel) : wanted;
  if (chosen.length === 0) options.say("every stack is up: there is nothing to take up again");
  const looked = await readyUnits(lab, chosen, options, measured, look);
  refuse(
    refuseLosses(
      looked.ready.flatMap((unit) => unit.losses),
      options.replace ?? [],
      file.selection,
    ),
  );
  options.signal?.throwIfAborted();
  const freed = new Set(looked.ready.flatMap(({ unit, leaving }) => (unit.kind === "site" ? leaving : [])));
  const platform = platformOf(lab.plan);
  // Where nothing is made, nothing can be in its way.
  if (looked.ready.some(({ needed, direct }) => needed || direct.length > 0))
    await clearWay(lab, options.say);
  let siteRan = false;
  let passed: Promise<boolean> | undefined;
  const run = await runUnits(
    looked.ready,
    async (unit) => {
      // What a team's preview knew of the registry may be of before the site's run.
      if (unit.unit.kind === "team" && siteRan) passed ??= passTrust(file, lab);
      const moved = await passed;
      if (unit.unit.kind === "site")
        await freeSwitches(unit.leaving, lab.record.labId, platform, options.say);
      const direct = [...unit.direct, ...reconnecting(lab.plan, unit, freed)];
      const failed = await mendDirectly(lab.plan, direct, unit.state.resources);
      const replace = [...unit.replace, ...failed];
      if (!unit.needed && failed.length === 0 && !moved) return { same: unit.same };
      siteRan ||= unit.unit.kind === "site";
      await freePorts(lab.plan, unit.holders, options.say);
      return unit.engine.up((event) => options.onEvent(unit.unit.stack, event), options.signal, replace);
    },
    {
      parallel,
      others: looked.failed.length > 0,
      ...(options.signal ? { signal: options.signal } : {}),
    },
  );
  const order = lab.plan.units.map(({ stack }) => stack);
  const units = [...hosts, ...run, ...looked.failed].sort(
    (a, b) => order.indexOf(a.stack) - order.indexOf(b.stack),
  );
  const left = looked.ready.flatMap((unit) => unit.left);
  const done = new Set(units.filter((unit) => !unit.failed).map((unit) => unit.stack));
  const guests = chosen
    .filter(({ unit }) => done.has(unit.stack))
    .flatMap(({ unit }) => unitGuests(lab.plan, unit));
  const [services] = await Promise.all([
    openServices(lab, guests, left, options.say),
    writeSshConfig(lab.plan, await keysSeen(looked.ready, look)),
  ]);
  const planned = new Map(lab.plan.units.map((unit) => [unit.stack, resourcesOf(lab.plan, unit).length]));
  return {
    plan: lab.plan,
    record: lab.record,
    guests,
    units: units.map((unit) => ({ ...unit, planned: planned.get(unit.stack) ?? 0 })),
    services,
    left,
  };
}
