import { guestAccess } from "../course/access";
import { type Fault, FaultError } from "../course/faults";
import { guestsOf, type LabPlan } from "../course/plan";
import type { LabRecord } from "../course/record";
import { resourcesOf } from "../course/resources";
import { estimate } from "./doctor/estimate";
import type { Drift } from "./drift";
import { explain } from "./explain";
import type { Say } from "./images";
import { mendDirectly } from "./mend";
import { type PreparedLab, prepareUp } from "./prepare";
import { type Allowance, refuseLosses } from "./protect";
import { type ReadyUnit, type Repair, readyUnit } from "./readyUnit";
import { type OnUnitEvent, runUnits, type UnitResult } from "./runUnits";
import { checkServices, type ServiceCheck } from "./services";
import { writeSshConfig } from "./sshConfig";
import type { StackFile } from "./stackFile";
import { verify } from "./verify";
import type { VerifyRow } from "./verify/report";

/** What `up` reports. */
export interface UpReport {
  readonly plan: LabPlan;
  readonly record: LabRecord;
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
  /** Guests that may be replaced or deleted though they stand. */
  readonly replace?: readonly Allowance[];
  readonly signal?: AbortSignal;
}

function unknownNames(lab: PreparedLab, options: UpOptions): Fault[] {
  const teams = lab.plan.teams.map((team) => team.id);
  const guests = guestsOf(lab.plan).map((guest) => `${guest.team}/${guest.name}`);
  // A guest that leaves the plan is known by the state alone.
  const standing = lab.units.flatMap(({ state }) =>
    state.resources.flatMap(({ type, inputs }) =>
      type === "classlab:index:GuestVm" ? [String(inputs?.team), `${inputs?.team}/${inputs?.guest}`] : [],
    ),
  );
  const unknown = (option: string, given: readonly string[], known: readonly string[]): Fault[] =>
    given
      .filter((name) => !known.includes(name))
      .map((name) => ({
        code: "unknown-team",
        where: `${option} ${name}`,
        what: "the lab has no such team or guest",
        expected: `one of ${[...new Set(known)].join(", ")}`,
      }));
  return [
    ...unknown("--team", options.repair?.teams ?? [], teams),
    ...unknown("--replace", options.replace ?? [], [...teams, ...guests, ...standing]),
  ];
}

function refuse(faults: readonly Fault[]): void {
  const [first, ...more] = faults;
  if (first) throw new FaultError([first, ...more]);
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

async function readyUnits(
  lab: PreparedLab,
  options: UpOptions,
  measured: readonly VerifyRow[],
): Promise<ReadyUnit[]> {
  const ready: ReadyUnit[] = [];
  for (const unit of lab.units) {
    ready.push(
      await readyUnit(lab.plan, unit, lab.record.labId, {
        repair: options.repair,
        measured,
        say: options.say,
        ...(options.signal ? { signal: options.signal } : {}),
      }),
    );
  }
  return ready;
}

/** Opens every service; only those that nobody changed are waited for. */
async function openServices(plan: LabPlan, left: readonly Drift[], say: Say): Promise<ServiceCheck[]> {
  const services = guestsOf(plan).flatMap((guest) =>
    guestAccess(guest).services.map((service) => ({
      service,
      changed: left.some(
        (drift) => drift.team === guest.team && drift.guest === guest.name && drift.stack === service.stack,
      ),
    })),
  );
  say(services.length > 0 ? `opening ${services.length} services as a browser would` : "no service to open");
  const checks = await Promise.all(
    services.map(async ({ service, changed }) =>
      (await checkServices([service], !changed)).map((check) => ({ ...check, changed })),
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
  const lab = await prepareUp(file, options);
  try {
    return await bringUp(file, lab, options);
  } catch (error) {
    throw await explain(error, estimate(lab.plan, new Set(), false));
  }
}

async function bringUp(file: StackFile, lab: PreparedLab, options: UpOptions): Promise<UpReport> {
  options.signal?.throwIfAborted();
  refuse(unknownNames(lab, options));
  const ready = await readyUnits(lab, options, await measureForRepair(file, options));
  refuse(
    refuseLosses(
      ready.flatMap((unit) => unit.losses),
      options.replace ?? [],
      file.selection,
    ),
  );
  options.signal?.throwIfAborted();
  const units = await runUnits(ready, async (unit) => {
    const failed = await mendDirectly(unit.direct, unit.state.resources);
    const replace = [...unit.replace, ...failed];
    if (!unit.needed && failed.length === 0) return { same: unit.same };
    return unit.engine.up((event) => options.onEvent(unit.unit.stack, event), options.signal, replace);
  });
  await writeSshConfig(lab.plan);
  const left = ready.flatMap((unit) => unit.left);
  const services = await openServices(lab.plan, left, options.say);
  const planned = new Map(lab.plan.units.map((unit) => [unit.stack, resourcesOf(lab.plan, unit).length]));
  return {
    plan: lab.plan,
    record: lab.record,
    units: units.map((unit) => ({ ...unit, planned: planned.get(unit.stack) ?? 0 })),
    services,
    left,
  };
}
