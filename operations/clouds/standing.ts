import { z } from "zod";
import { tunnelSchema } from "../../course/clouds/tunnel";
import type { CloudHostFact, LabFacts } from "../../course/facts";
import { type Fault, FaultError } from "../../course/faults";
import { isCloud } from "../../course/hosts";
import type { LabPlan } from "../../course/plan";
import { StackEngine, type StateResource } from "../engine";
import type { Say } from "../images";
import { recoverStacks } from "../recovery";
import { prepareWorkFolder } from "../workFolder";
import { bringKey } from "./bringKey";
import { HOST_TYPES } from "./hostTypes";

/** A host in a cloud that stands, and how it is reached. */
export interface StandingHost extends CloudHostFact {
  /** Its name in the lab. */
  readonly name: string;
  readonly team: string;
}

/** What a host's component tells of itself; one that did not come to stand tells less. */
const outputsSchema = z.object({
  address: z.string(),
  port: z.number(),
  user: z.string(),
  hostKey: z.string(),
  instanceId: z.string().optional(),
  vmId: z.string().optional(),
  tunnel: tunnelSchema.optional(),
});

/** The hosts that the state of their stack has, as they are reached. */
export function standingHosts(resources: readonly StateResource[]): StandingHost[] {
  return resources.flatMap(({ type, urn, inputs, outputs }): StandingHost[] => {
    const told = HOST_TYPES.includes(type) ? outputsSchema.safeParse(outputs).data : undefined;
    if (!told) return [];
    const { instanceId, vmId, tunnel, ...reached } = told;
    const machine = instanceId ?? vmId;
    if (machine === undefined) return [];
    const name = urn.split("::").at(-1) ?? "";
    return [{ name, team: String(inputs?.team), ...reached, machine, ...(tunnel ? { tunnel } : {}) }];
  });
}

/** What a plan needs to know of hosts that stand. */
export function factsOf(hosts: readonly StandingHost[]): Pick<LabFacts, "hosts"> {
  return { hosts: Object.fromEntries(hosts.map(({ name, team: _team, ...fact }) => [name, fact])) };
}

/**
 * What is known of a lab's hosts in clouds that stand: their addresses and keys are in the state of their stack alone.
 * @param plan the lab's, of whatever facts
 * @param say told what was mended of a killed run in it; without it nothing is mended
 * @returns nothing for a lab without such hosts
 */
export async function hostsStanding(
  { lab, units }: Pick<LabPlan, "lab" | "units">,
  say?: Say,
): Promise<Pick<LabFacts, "hosts">> {
  const unit = units.find(({ kind }) => kind === "hosts");
  if (!unit) return {};
  if (say) await recoverStacks([unit.stack], say);
  const opened = await StackEngine.open(unit.stack, prepareWorkFolder(lab), false);
  if (!opened) return factsOf([]);
  await bringKey(lab, opened.engine, opened.state);
  return factsOf(standingHosts(opened.state.resources));
}

/** Refuses to work on guests whose hosts in clouds do not stand. @throws FaultError `host-unreachable`, a fault each host */
export function requireStanding(plan: Pick<LabPlan, "hosts">, selection: string): void {
  const [first, ...more] = plan.hosts
    .filter(({ config, standing }) => isCloud(config) && !standing)
    .map(
      ({ name }): Fault => ({
        code: "host-unreachable",
        where: `host ${name}`,
        what: "it does not stand in its cloud",
        fix: `Make it: npx classlab up ${selection}`,
      }),
    );
  if (first) throw new FaultError([first, ...more]);
}
