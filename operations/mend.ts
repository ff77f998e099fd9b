import { FaultError } from "../course/faults";
import { guestsOf, type LabPlan } from "../course/plan";
import { hostNamed, type PlatformKind } from "../course/resources";
import type { Drift } from "./drift";
import type { StateResource } from "./engine";
import { inTheWayFault } from "./engineFault";
import { machineOf } from "./hosts/machine";
import { runOwnCommand } from "./ownCommand";
import { platformOfKind } from "./platforms";
import type { Platform } from "./platforms/platform";

/**
 * Runs a resource's own idempotent command again: a resource that stands for many objects is mended so, the objects that are
 * well untouched, and the state stays true.
 * @returns false when it cannot be run or fails; the engine then makes the resource anew
 */
async function runAgain(plan: LabPlan, resource: StateResource): Promise<boolean> {
  const ended = await runOwnCommand(plan, resource, ["update", "create"]);
  if (ended === undefined) return false;
  if (ended.code === 0) return true;
  // What somebody else stands in the way of, making it anew does not bring either: it would take what stands.
  const told = inTheWayFault(ended.stderr);
  if (told) throw new FaultError([told]);
  return false;
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
