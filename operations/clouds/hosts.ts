import { tunnelKind } from "../../course/clouds/tunnel";
import { type Fault, FaultError } from "../../course/faults";
import { isCloud } from "../../course/hosts";
import type { LabPlan, UnitPlan } from "../../course/plan";
import { resourcesOf } from "../../course/resources";
import type { Changes, EngineEvent, PlannedStep, StackEngine, StackState, StateResource } from "../engine";
import { ownKey, prepareAccess } from "../hosts/access";
import { placeBastionStream } from "../hosts/bastionStream";
import { machinesOf } from "../hosts/machine";
import type { Say } from "../images";
import { planLab } from "../plan";
import { type Allowance, refuseLosses } from "../protect";
import { recoverStacks } from "../recovery";
import type { StackFile } from "../stackFile";
import { writeUnitFiles } from "../unitFiles";
import { knownId, makeId, openUnits, type PreparedUnit } from "../units";
import { prepareWorkFolder, workFolder } from "../workFolder";
import { bringKey } from "./bringKey";
import { refusedWithoutHosts } from "./faults";
import { hostsLost, lostGuests } from "./lost";
import { removeUnknownInCloud } from "./recovery";
import { factsOf, type StandingHost, standingHosts } from "./standing";
import { stateTooNear } from "./state";
import { stoppedHosts } from "./stopped";

/** What making a lab's hosts reports. */
export interface HostsReport {
  readonly plan: LabPlan;
  readonly stack: string;
  readonly changes: Changes;
  /** What a run would do; empty after one. */
  readonly steps: readonly PlannedStep[];
  /** Resources that the plan lists. */
  readonly planned: number;
  /** The hosts that stand. */
  readonly hosts: readonly StandingHost[];
  /** Hosts that the cloud has stopped, as faults; none where it cannot be asked. */
  readonly stopped: readonly Fault[];
}

/** Options of {@link bringUpHosts}. */
export interface HostsOptions {
  readonly say: Say;
  readonly onEvent: (event: EngineEvent) => void;
  /** Only show what would be done. */
  readonly preview?: boolean;
  /** Guests that may be made anew though their disks are gone with a machine. */
  readonly replace?: readonly Allowance[];
  readonly signal?: AbortSignal;
}

/** Machines of both clouds. */
const MACHINE_TYPES: readonly string[] = ["aws:ec2/instance:Instance", "azure-native:compute:VirtualMachine"];

/** Logical names of machines that a state had and another has no more. */
export function machinesGone(before: readonly StateResource[], after: readonly StateResource[]): string[] {
  const standing = new Set(after.map(({ urn }) => urn));
  return before
    .filter(({ type, urn }) => MACHINE_TYPES.includes(type) && !standing.has(urn))
    .map(({ urn }) => urn.split("::").at(-1) ?? urn);
}

/** The stack of a lab's hosts in clouds. @throws FaultError where it has none */
function hostsUnitOf(file: StackFile, plan: LabPlan): UnitPlan {
  const unit = plan.units.find(({ kind }) => kind === "hosts");
  if (!unit) throw refusedWithoutHosts(file.lab);
  return unit;
}

/**
 * Refuses to look at hosts that are stopped: another way to one is tried before it counts, and nobody would answer.
 * @param stopped a fault for each of them
 * @throws FaultError `host-stopped`, those that would be looked at
 */
async function refuseSilent(
  engine: StackEngine,
  stopped: readonly Fault[],
  signal: AbortSignal | undefined,
): Promise<void> {
  if (stopped.length === 0) return;
  const { steps } = await engine.preview(signal);
  const waited = new Set(
    steps.filter(({ op }) => op === "update").map(({ urn }) => `host ${urn.split("::").at(-1)}`),
  );
  const [first, ...more] = stopped.filter(({ where }) => waited.has(`${where}-ready`));
  if (first) throw new FaultError([first, ...more]);
}

/** The stack of a lab's hosts, ready to run. */
async function prepareHosts(
  file: StackFile,
  plan: LabPlan,
  unit: UnitPlan,
  say: Say,
): Promise<PreparedUnit & { readonly id: string }> {
  await recoverStacks([unit.stack], say);
  const folder = prepareWorkFolder(file.lab);
  const units = await openUnits({ units: [unit] }, folder, true);
  const [prepared] = units;
  if (!prepared) throw new Error(`stack ${unit.stack} was not opened`);
  await bringKey(plan.lab, prepared.engine, prepared.state);
  ownKey(plan.lab);
  // A new host is waited for through its tunnel, too.
  placeBastionStream(plan.hosts.map(({ config }) => (isCloud(config) ? tunnelKind(config) : undefined)));
  const id = (await knownId(units)) ?? (await makeId(units));
  writeUnitFiles(file, { plan, units }, { id });
  return { ...prepared, id };
}

/**
 * A machine that is gone took its guests along, and is made anew only when that is known.
 * @param state of the stack of hosts, as the cloud has it
 * @throws FaultError `would-replace`, a fault each guest
 */
async function refuseLost(
  file: StackFile,
  plan: LabPlan,
  { resources }: StackState,
  allowed: readonly Allowance[],
): Promise<void> {
  const machines = new Set(
    resources.filter(({ type }) => MACHINE_TYPES.includes(type)).map(({ urn }) => urn.split("::").at(-1)),
  );
  const stands = (host: string) => machines.has(`${host}-machine`);
  if (plan.hosts.every(({ name, config }) => !isCloud(config) || stands(name))) return;
  const others = plan.units.filter(({ kind }) => kind !== "hosts");
  const units = await openUnits({ units: others }, workFolder(file.lab), false);
  const losses = units.flatMap((unit) => lostGuests(plan, unit, hostsLost(plan, unit, stands)));
  const [first, ...more] = refuseLosses(losses, allowed, file.selection);
  if (first) throw new FaultError([first, ...more]);
}

/**
 * Makes a lab's hosts in clouds, without guests, or shows what would be made.
 * @throws FaultError
 */
export async function bringUpHosts(file: StackFile, options: HostsOptions): Promise<HostsReport> {
  const plan = planLab(file);
  const unit = hostsUnitOf(file, plan);
  if (!options.preview) {
    const place = { backend: process.env.PULUMI_BACKEND_URL, folder: workFolder(file.lab) };
    const [near, ...more] = stateTooNear(plan.hosts, place);
    if (near) throw new FaultError([near, ...more]);
  }
  const { engine, state, id } = await prepareHosts(file, plan, unit, options.say);
  options.signal?.throwIfAborted();
  const stopped = await stoppedHosts(plan, file.selection);
  const common = { plan, stack: unit.stack, planned: resourcesOf(plan, unit).length, stopped };
  if (options.preview) {
    const { changes, steps } = await engine.preview(options.signal, [], true);
    const { resources } = await engine.state();
    return { ...common, changes, steps, hosts: standingHosts(resources) };
  }
  await removeUnknownInCloud(plan, { unit, engine, id }, options.say);
  // Nobody asks a cloud what became of a machine that state has, unless it is asked for.
  if (state.resources.length > 0) await engine.refresh(() => undefined, options.signal);
  const seen = await engine.state();
  await refuseLost(file, plan, seen, options.replace ?? []);
  for (const machine of machinesGone(state.resources, seen.resources))
    options.say(`machine ${machine} is gone: somebody removed it, and its disk with it; it is made anew`);
  await refuseSilent(engine, stopped, options.signal);
  const changes = await engine.up(options.onEvent, options.signal);
  const { resources } = await engine.state();
  const hosts = standingHosts(resources);
  // Existing hosts of a mixed class are in the same list.
  const machines = machinesOf(planLab(file, factsOf(hosts)));
  prepareAccess(
    plan.lab,
    machines.filter(({ remote }) => remote.hostKey !== undefined),
    true,
  );
  return { ...common, changes, steps: [], hosts };
}
