import { z } from "zod";
import { guestsOf, type LabPlan } from "../course/plan";
import { guestLogicalName, hostNamed, REMOTE_SCRIPT } from "../course/resources";
import type { StateResource } from "./engine";
import { machineOf, type RemoteMachine } from "./hosts/machine";
import { runWhere } from "./hosts/ssh";
import { runOnWindows } from "./hosts/windows";
import type { ProcessResult } from "./process";

/** Longest that a resource's own command may take when it is run again. */
const RUN_DEADLINE = 10 * 60_000;

const environmentSchema = z.record(z.string(), z.string());

function text(resource: StateResource, input: string): string | undefined {
  const value = resource.inputs?.[input];
  return typeof value === "string" ? value : undefined;
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

/**
 * Runs a script resource's own idempotent command as the state recorded it, where the engine would.
 * @param inputs the command's names in the resource, the first that it has
 * @returns undefined when it has none that can be run: a script with secrets is encrypted in the state, and stays so
 */
export async function runOwnCommand(
  plan: LabPlan,
  resource: StateResource,
  inputs: readonly ("create" | "update" | "delete")[],
  signal?: AbortSignal,
): Promise<ProcessResult | undefined> {
  const command = inputs.map((input) => text(resource, input)).find((line) => line !== undefined);
  const stdin = text(resource, "stdin");
  if (command === undefined || stdin === undefined) return undefined;
  const machine = resource.type === REMOTE_SCRIPT ? machineBehind(plan, resource) : undefined;
  if (machine?.remote.system === "windows") return runOnWindows(machine, command, stdin, RUN_DEADLINE);
  const env = environmentSchema.safeParse(resource.inputs?.environment).data ?? {};
  const stopped = signal ? { signal } : {};
  return runWhere(machine)("/bin/sh", ["-c", command], { stdin, env, deadline: RUN_DEADLINE, ...stopped });
}
