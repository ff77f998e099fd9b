import type { SubnetInUse } from "../course/facts";
import { overlaps, parseSubnet } from "../course/network";
import { isScript } from "../course/resources";
import type { SwitchPlan } from "../course/switches";
import type { PlannedStep, StateResource } from "./engine";
import type { Platform } from "./platforms/platform";
import { toldNames } from "./toldNames";

const NETWORK = "docker:index/network:Network";
const REMOVING = ["delete", "replace", "delete-replaced"];

/** The platform's name of a switch, by its resource: Docker's own, or a script that tells it. */
function switchName({ type, urn, inputs, outputs }: StateResource): string | undefined {
  if (type === NETWORK) return typeof inputs?.name === "string" ? inputs.name : undefined;
  if (!isScript(type) || !urn.endsWith("-network")) return undefined;
  return toldNames(outputs?.stdout)[0];
}

/** Names of the switches that stand and that a run's steps would remove, be it to make them anew: pure. */
export function switchesLeaving(
  steps: readonly PlannedStep[],
  resources: readonly StateResource[],
): string[] {
  const urns = new Set(
    steps
      .filter(({ op, type }) => (type === NETWORK || isScript(type)) && REMOVING.includes(op))
      .map(({ urn }) => urn),
  );
  return resources.flatMap((resource) => {
    const name = urns.has(resource.urn) && !resource.delete ? switchName(resource) : undefined;
    return name === undefined ? [] : [name];
  });
}

/** A switch that stands, by its name on the platform, and the host that it is on; absent where that was not asked. */
export interface StandingSwitch {
  readonly name: string;
  readonly host?: string;
}

/**
 * The lab's own standing switches that have a subnet which the plan gives to another switch of the same host: pure. Docker makes no
 * second network over a subnet, and the engine removes only after it made (and, of another stack, in a run of its own).
 * @param id the lab's own
 */
export function switchesInTheWay(
  planned: readonly SwitchPlan[],
  standing: readonly SubnetInUse[],
  id: string,
): StandingSwitch[] {
  return standing.flatMap(({ own, subnet, host }) =>
    own?.id === id &&
    planned.some(
      (entry) =>
        (host === undefined || entry.host === host) &&
        entry.objectName !== own.objectName &&
        overlaps(parseSubnet(entry.subnet), parseSubnet(subnet)),
    )
      ? [{ name: own.objectName, ...(host === undefined ? {} : { host }) }]
      : [],
  );
}

/**
 * Removes the lab's own switches that are in the way of others of its plan; the run makes those anew that the plan keeps.
 * @param platformOn platform of a host by its name
 * @throws FaultError when a stranger is on one
 */
export async function clearSwitches(
  switches: readonly StandingSwitch[],
  id: string,
  platformOn: (host?: string) => Platform,
  say: (line: string) => void,
): Promise<void> {
  for (const { name, host } of switches) {
    const platform = platformOn(host);
    const guests = await platform.freeSwitch(name, id);
    await platform.removeSwitch(name);
    say(`switch ${name} gives its subnet to another: ${guests} guest(s) leave it and run on`);
  }
}

/**
 * Takes the lab's guests off switches that are about to be removed: a network with somebody on it cannot be. Guests of other
 * stacks are meant, whose adapters this stack does not have; they run on, and their own stacks connect them again.
 * @param id the lab's own; strangers stay where they are
 */
export async function freeSwitches(
  switches: readonly string[],
  id: string,
  platform: Platform,
  say: (line: string) => void,
): Promise<void> {
  for (const name of switches) {
    const guests = await platform.freeSwitch(name, id);
    if (guests > 0) say(`switch ${name} is made anew: ${guests} guest(s) leave it and run on`);
  }
}
