import { z } from "zod";
import { FaultError } from "../course/faults";
import { guestsOf, type LabPlan } from "../course/plan";
import { guestLogicalName, hostNamed, type PlatformKind, REMOTE_SCRIPT } from "../course/resources";
import type { Drift } from "./drift";
import type { StateResource } from "./engine";
import { inTheWayFault } from "./engineFault";
import { machineOf, type RemoteMachine } from "./hosts/machine";
import { runWhere } from "./hosts/ssh";
import { runOnWindows } from "./hosts/windows";
import { platformOfKind } from "./platforms";
import type { Platform } from "./platforms/platform";

/** Longest that a resource's own command may take when it is run again. */
const RUN_DEADLINE = 10 * 60_000;

const environmentSchema = z.record(z.string(), z.string());

function text(resource: StateResource, input: string): string | undefined {
  const value = resource.inputs?.[input];
  return typeof value === "string" ? value : undefined;
}

/**
 * Runs a resource's own idempotent command again, as the state recorded it: a resource that stands for many objects is
 * mended so, the objects that are well untouched, and the state stays true.
 * @returns false when it cannot be run or fails; the engine then makes the resource anew
 */
async function runAgain(plan: LabPlan, resource: StateResource): Promise<boolean> {
  const command = text(resource, "update") ?? text(resource, "create");
  const stdin = text(resource, "stdin");
  // A script with secrets is encrypted in the state, and stays so.
  if (command === undefined || stdin === undefined) return false;
  const machine = resource.type === REMOTE_SCRIPT ? machineBehind(plan, resource) : undefined;
  if (machine?.remote.system === "windows") return runOnWindows(machine, command, stdin, RUN_DEADLINE);
  const onHost = runWhere(machine);
  const env = environmentSchema.safeParse(resource.inputs?.environment).data ?? {};
  const ended = await onHost("/bin/sh", ["-c", command], { stdin, env, deadline: RUN_DEADLINE });
  if (ended.code === 0) return true;
  // What somebody else stands in the way of, making it anew does not bring either: it would take what stands.
  const told = inTheWayFault(ended.stderr);
  if (told) throw new FaultError([told]);
  return false;
}

/** The host that a resource's script runs on: by the guest, switch or host whose name the resource's begins with. */
function machineBehind(plan: LabPlan, { urn }: StateResource): RemoteMachine | undefined {
  const name = urn.split("::").at(-1) ?? "";
  const begins = (start: string) => name.startsWith(`${start}-`);
  const host =
    guestsOf(plan).find((guest) => begins(guestLogicalName(guest)))?.host ??
    plan.switches.find(({ key }) => begins(key))?.host ??
    plan.hosts.find(({ name: own }) => begins(own))?.name;
  return machineOf(plan.lab, host === undefined ? plan.hosts[0] : hostNamed(plan, host));
}

/** The platform of a guest by its name there. */
function platformOfGuest(plan: LabPlan, kind: PlatformKind, name: string): Platform {
  const host = guestsOf(plan).find(({ objectName }) => objectName === name)?.host;
  return platformOfKind(kind, host === undefined ? undefined : machineOf(plan.lab, hostNamed(plan, host)));
}

/** Starts what was stopped. @returns false when it does not start; the engine then makes it anew */
async function start(platform: Platform, guest: string, name: string | undefined): Promise<boolean> {
  try {
    if (name !== undefined) await platform.rename(guest, name);
    await platform.start(guest);
    return true;
  } catch {
    return false;
  }
}

/**
 * Mends what can be mended without the engine.
 * @returns URNs of what the engine has to make anew instead
 */
export async function mendDirectly(
  plan: LabPlan,
  drifts: readonly Drift[],
  resources: readonly StateResource[],
): Promise<string[]> {
  const left: string[] = [];
  // What runs in a guest comes after it is ready again.
  const runs = new Set<string>();
  for (const { mend } of drifts) {
    if (mend?.how === "restart") {
      await platformOfGuest(plan, mend.kind, mend.guest).restart(mend.guest);
      for (const urn of mend.also) runs.add(urn);
    }
    if (mend?.how === "start") {
      const platform = platformOfGuest(plan, mend.kind, mend.rename ?? mend.guest);
      if (await start(platform, mend.guest, mend.rename)) for (const urn of mend.also ?? []) runs.add(urn);
      else left.push(mend.urn);
    }
  }
  for (const { mend } of drifts)
    if (mend?.how === "run") for (const urn of [mend.urn, ...(mend.also ?? [])]) runs.add(urn);
  for (const urn of runs) {
    const resource = resources.find((entry) => entry.urn === urn);
    if (!resource || !(await runAgain(plan, resource))) left.push(urn);
  }
  return left;
}
