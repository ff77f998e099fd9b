import type { PlannedStep, StateResource } from "./engine";
import { detachOwn } from "./observe";

const NETWORK = "docker:index/network:Network";
const REMOVING = ["delete", "replace", "delete-replaced"];

/** Names of the switches that stand and that a run's steps would remove, be it to make them anew: pure. */
export function switchesLeaving(
  steps: readonly PlannedStep[],
  resources: readonly StateResource[],
): string[] {
  const urns = new Set(
    steps.filter(({ op, type }) => type === NETWORK && REMOVING.includes(op)).map(({ urn }) => urn),
  );
  return resources.flatMap(({ urn, inputs, delete: leaving }) =>
    urns.has(urn) && !leaving && typeof inputs?.name === "string" ? [inputs.name] : [],
  );
}

/**
 * Takes the lab's guests off switches that are about to be removed: a network with somebody on it cannot be. Guests of other
 * stacks are meant, whose adapters this stack does not have; they run on, and their own stacks connect them again.
 * @param id the lab's own; strangers stay where they are
 */
export async function freeSwitches(
  switches: readonly string[],
  id: string,
  say: (line: string) => void,
): Promise<void> {
  for (const name of switches) {
    const guests = await detachOwn(name, id);
    if (guests > 0) say(`switch ${name} is made anew: ${guests} guest(s) leave it and run on`);
  }
}
