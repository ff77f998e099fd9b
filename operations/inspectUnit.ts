import { containerChannel } from "../components/hypervisors/containers/channel";
import { unitGuests } from "../course/objects";
import type { LabPlan, UnitPlan } from "../course/plan";
import type { Found } from "./drift";
import { type GuestContents, guestContents } from "./guestContents";
import { findMarked, type ObservedObject } from "./observe";

/** Looks into the guests of a unit that run. */
async function lookInside(
  plan: LabPlan,
  unit: UnitPlan,
  objects: readonly ObservedObject[],
): Promise<Map<string, GuestContents | string>> {
  const running = unitGuests(plan, unit).filter((guest) =>
    objects.some(
      (object) =>
        object.kind === "container" && object.name === guest.objectName && object.state === "running",
    ),
  );
  return new Map(
    await Promise.all(
      running.map(
        async (guest) => [guest.objectName, await guestContents(containerChannel(guest, plan.lab))] as const,
      ),
    ),
  );
}

/** Finds what stands of a unit, on the host and in its guests, without reading any state. */
export async function inspectUnit(plan: LabPlan, unit: UnitPlan): Promise<Found> {
  const objects = await findMarked(plan.lab);
  return { objects, guests: await lookInside(plan, unit, objects) };
}
