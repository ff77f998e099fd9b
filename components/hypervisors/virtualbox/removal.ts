import { isKnown } from "./controller";
import { machineUuid } from "./machine";
import { isThere } from "./off";
import { powerOffSteps } from "./power";
import { DVDS } from "./questions";
import type { VirtualBoxSettings } from "./settings";
import { type Step, step } from "./steps";

/**
 * Removes a guest with its disk and snapshots. Only the machine of the UUID that is made of the lab's id: one of the same name stays. VirtualBox
 * refuses while a linked clone of it is there, which goes first.
 */
export function machineRemoval(
  objectName: string,
  settings: Pick<VirtualBoxSettings, "mark" | "os" | "seed">,
): Step[] {
  return machineRemovalOf(machineUuid(settings.mark, objectName), settings);
}

/** The same for a machine whose UUID is known, whatever it is called by now. */
export function machineRemovalOf(uuid: string, settings: Pick<VirtualBoxSettings, "os" | "seed">): Step[] {
  const { seed } = settings;
  return [
    ...powerOffSteps(uuid),
    step("machine removed", { when: [isThere(uuid)], args: ["unregistervm", uuid, "--delete"] }),
    ...(seed === undefined
      ? []
      : [
          step("seed let go", {
            when: [isKnown(DVDS, seed, settings)],
            args: ["closemedium", "dvd", seed],
          }),
        ]),
  ];
}
