import type { PlatformKind } from "../course/resources";
import type { Drift } from "./drift";
import type { StateResource } from "./engine";
import { platformOfKind } from "./platforms";
import { run } from "./process";

/** Longest that a resource's own command may take when it is run again. */
const RUN_DEADLINE = 10 * 60_000;

function text(resource: StateResource, input: string): string | undefined {
  const value = resource.inputs?.[input];
  return typeof value === "string" ? value : undefined;
}

/**
 * Runs a resource's own idempotent command again, as the state recorded it: a resource that stands for many objects is
 * mended so, the objects that are well untouched, and the state stays true.
 * @returns false when it cannot be run or fails; the engine then makes the resource anew
 */
async function runAgain(resource: StateResource): Promise<boolean> {
  const command = text(resource, "update") ?? text(resource, "create");
  const stdin = text(resource, "stdin");
  // A script with secrets is encrypted in the state, and stays so.
  if (command === undefined || stdin === undefined) return false;
  return (await run("/bin/sh", ["-c", command], { stdin, deadline: RUN_DEADLINE })).code === 0;
}

/** Starts what was stopped. @returns false when it does not start; the engine then makes it anew */
async function start(kind: PlatformKind, guest: string, name: string | undefined): Promise<boolean> {
  try {
    if (name !== undefined) await platformOfKind(kind).rename(guest, name);
    await platformOfKind(kind).start(guest);
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
  drifts: readonly Drift[],
  resources: readonly StateResource[],
): Promise<string[]> {
  const left: string[] = [];
  const runs = new Set<string>();
  for (const { mend } of drifts) {
    if (mend?.how === "restart") {
      await platformOfKind(mend.kind).restart(mend.guest);
      runs.add(mend.urn);
    }
    if (mend?.how === "run") for (const urn of [mend.urn, ...(mend.also ?? [])]) runs.add(urn);
    if (mend?.how === "start") {
      if (await start(mend.kind, mend.guest, mend.rename)) for (const urn of mend.also ?? []) runs.add(urn);
      else left.push(mend.urn);
    }
  }
  for (const urn of runs) {
    const resource = resources.find((entry) => entry.urn === urn);
    if (!resource || !(await runAgain(resource))) left.push(urn);
  }
  return left;
}
