import { z } from "zod";
import { LAB_KEY_TYPE } from "../../course/resourceTypes";
import type { StackEngine, StackState, StateResource } from "../engine";
import { keepOwnKey, ownPublicKey } from "../hosts/access";

/** The lab's own key as the state keeps it: both lines public, the key itself a secret. */
const keptSchema = z.looseObject({ authorizedKey: z.string() });
/** A secret as a state with secrets shown has it (https://www.pulumi.com/docs/iac/concepts/secrets). */
const shownSchema = z.looseObject({ privateKey: z.looseObject({ plaintext: z.string() }) });

const outputsOf = (resources: readonly StateResource[]) =>
  resources.find(({ type }) => type === LAB_KEY_TYPE)?.outputs;

/**
 * Brings the key that opens a lab's hosts in clouds from the state of their stack to this machine, where another operator made them: with a key of
 * this machine's own the next run would make every host anew.
 */
export async function bringKey(lab: string, engine: StackEngine, { resources }: StackState): Promise<void> {
  const wanted = keptSchema.safeParse(outputsOf(resources)).data?.authorizedKey;
  if (wanted === undefined || ownPublicKey(lab) === wanted) return;
  const shown = shownSchema.safeParse(outputsOf(await engine.revealed())).data;
  if (shown) keepOwnKey(lab, { privateKey: JSON.parse(shown.privateKey.plaintext), publicKey: wanted });
}
