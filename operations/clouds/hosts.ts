import { type Fault, FaultError } from "../../course/faults";
import { isCloud, type RemoteHost } from "../../course/hosts";
import type { LabPlan, UnitPlan } from "../../course/plan";
import { resourcesOf } from "../../course/resources";
import { rosterKey } from "../../course/roster/teams";
import type { Changes, EngineEvent, PlannedStep, StateResource } from "../engine";
import { ownKey, prepareAccess } from "../hosts/access";
import { machinesOf, type RemoteMachine } from "../hosts/machine";
import type { Say } from "../images";
import { planLab } from "../plan";
import { knownId, makeId, openUnits, type PreparedUnit } from "../prepare";
import { recoverStacks } from "../recovery";
import type { StackFile } from "../stackFile";
import { prepareWorkFolder, workFolder, writeStackFile } from "../workFolder";
import { refusedWithoutHosts } from "./faults";
import { removeUnknownInCloud } from "./recovery";
import { stateTooNear } from "./state";
import { stoppedHosts } from "./stopped";

/** A host in a cloud that stands, and how it is reached. */
export interface StandingHost extends RemoteMachine {
  readonly remote: RemoteHost & { readonly hostKey: string };
  readonly team: string;
}

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
  readonly signal?: AbortSignal;
}

/** Components of cloud hosts, whose outputs tell how each is reached. */
const HOST_TYPES: readonly string[] = ["classlab:index:Ec2Host", "classlab:index:AzureHost"];

/** The hosts that a state has, as they are reached. */
export function standingHosts(lab: string, resources: readonly StateResource[]): StandingHost[] {
  return resources.flatMap(({ type, urn, inputs, outputs }): StandingHost[] => {
    const name = urn.split("::").at(-1) ?? "";
    const { address, port, user, hostKey } = outputs ?? {};
    const told =
      typeof address === "string" &&
      typeof port === "number" &&
      typeof user === "string" &&
      typeof hostKey === "string";
    if (!HOST_TYPES.includes(type) || !told) return [];
    const remote = {
      system: "linux" as const,
      address,
      port,
      user,
      hostKey,
      asRoot: user === "root" ? "" : "sudo -n ",
    };
    // What runs on such a host is a later step: libvirt, as on every host with Linux.
    return [{ name, lab, target: "libvirt", team: String(inputs?.team), remote }];
  });
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

/** The stack of a lab's hosts in clouds. @throws FaultError where it has none, or none that this version makes */
function hostsUnitOf(file: StackFile, plan: LabPlan): UnitPlan {
  const unit = plan.units.find(({ kind }) => kind === "hosts");
  if (!unit) throw refusedWithoutHosts(file.lab);
  const [first, ...more] = plan.hosts
    .filter(({ name }) => unit.hosts.includes(name))
    .flatMap(({ name, config }): Fault[] => {
      if (!isCloud(config)) return [];
      const bastion = config.kind === "azure" && config.bastion;
      if (config.os === "linux" && !bastion) return [];
      return [
        {
          code: "target-not-built",
          where: `host ${name}`,
          what: `a host of kind ${config.kind} ${bastion ? "behind Bastion" : `with ${config.os}`} can be planned, but this version does not make it`,
          expected: "os: linux, reached from allowedCidrs",
          fix: "classlab plan shows the lab all the same",
        },
      ];
    });
  if (first) throw new FaultError([first, ...more]);
  return unit;
}

/** The stack of a lab's hosts, ready to run. */
async function prepareHosts(
  file: StackFile,
  plan: LabPlan,
  unit: UnitPlan,
  say: Say,
): Promise<PreparedUnit & { readonly id: string }> {
  ownKey(plan.lab);
  await recoverStacks([unit.stack], say);
  const folder = prepareWorkFolder(file.lab);
  const units = await openUnits({ units: [unit] }, folder, true);
  const [prepared] = units;
  if (!prepared) throw new Error(`stack ${unit.stack} was not opened`);
  const id = (await knownId(units)) ?? (await makeId(units));
  writeStackFile(file, unit, undefined, prepared.state.salt, rosterKey(plan), id);
  return { ...prepared, id };
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
    return { ...common, changes, steps, hosts: standingHosts(plan.lab, resources) };
  }
  await removeUnknownInCloud(plan, { unit, engine, id }, options.say);
  // Nobody asks a cloud what became of a machine that state has, unless it is asked for.
  if (state.resources.length > 0) {
    await engine.refresh(() => undefined, options.signal);
    const gone = machinesGone(state.resources, (await engine.state()).resources);
    for (const machine of gone)
      options.say(`machine ${machine} is gone: somebody removed it, and its disk with it; it is made anew`);
  }
  const changes = await engine.up(options.onEvent, options.signal);
  const { resources } = await engine.state();
  const hosts = standingHosts(plan.lab, resources);
  // Existing hosts of a mixed class are in the same list.
  const existing = machinesOf(plan).filter(({ remote }) => remote.hostKey !== undefined);
  prepareAccess(plan.lab, [...existing, ...hosts]);
  return { ...common, changes, steps: [], hosts };
}
