import { groupBy } from "../../course/groupBy";
import { guestsOf, type LabPlan } from "../../course/plan";
import { platformOf } from ".";
import type { PlatformGuest } from "./platform";

/**
 * The guests of a lab as their platforms show them, by name; one that is absent is left out.
 * @throws FaultError when a platform does not answer
 */
export async function guestsStanding(plan: LabPlan): Promise<Map<string, PlatformGuest>> {
  const byHost = groupBy(guestsOf(plan), (guest) => guest.host);
  const found = await Promise.all(
    [...byHost].map(([host, guests]) =>
      platformOf(plan, host).guests(guests.map(({ objectName }) => objectName)),
    ),
  );
  return new Map(found.flatMap((guests) => [...guests]));
}
