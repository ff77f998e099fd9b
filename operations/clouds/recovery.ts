import { FaultError } from "../../course/faults";
import type { LabPlan, UnitPlan } from "../../course/plan";
import type { StackEngine } from "../engine";
import { stackFiles } from "../recovery/fileBackend";
import { withLock } from "../recovery/lock";
import { accountOf, removeFromCloud, unknownInCloud } from "./leftovers";

/** The stack of cloud hosts, ready to be looked at. */
export interface HostsStack {
  readonly unit: UnitPlan;
  readonly engine: StackEngine;
  /** The lab's id. */
  readonly id: string;
}

/**
 * Removes what carries the lab's own id in a cloud and no state knows: a run was killed between making it and recording it. Looked at once more under the
 * stack's lock, so that nothing is taken from a run that began meanwhile. Where the cloud cannot be asked, that is said, and nobody is held up.
 */
export async function removeUnknownInCloud(
  { lab, hosts }: Pick<LabPlan, "lab" | "hosts">,
  { unit, engine, id }: HostsStack,
  say: (line: string) => void,
): Promise<void> {
  try {
    const account = await accountOf(hosts);
    if (!account) return;
    const look = async () => unknownInCloud(await account.observe(lab), id, (await engine.state()).resources);
    if ((await look()).length === 0) return;
    const remove = async () => {
      for (const { kind, name } of await removeFromCloud(account, await look()))
        say(`recovery: removed ${kind} ${name}: a killed run had made it and not recorded it`);
    };
    const files = stackFiles(unit.stack);
    await (files ? withLock(unit.stack, files.locks, remove) : remove());
  } catch (error) {
    if (!(error instanceof FaultError) || error.faults[0].code === "stack-locked") throw error;
    say(`recovery: what a killed run may have left in the cloud is not known: ${error.faults[0].what}`);
  }
}
