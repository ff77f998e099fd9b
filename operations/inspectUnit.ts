import { targetOfGuest, unitGuests } from "../course/objects";
import type { LabPlan, UnitPlan } from "../course/plan";
import { GUEST_KINDS, looksAfterDocker } from "../course/resources";
import { channelTo } from "./channel";
import type { Found } from "./drift";
import { type GuestContents, guestContents } from "./guestContents";
import { machinesOf } from "./hosts/machine";
import { findMarked } from "./platforms";
import type { ObservedObject } from "./platforms/platform";

/** Looks into the guests of a unit that run. */
async function lookInside(
  plan: LabPlan,
  unit: UnitPlan,
  objects: readonly ObservedObject[],
): Promise<Map<string, GuestContents | string>> {
  const looked = unitGuests(plan, unit).filter((guest) =>
    looksAfterDocker(targetOfGuest(plan, guest), guest),
  );
  const running = looked.filter((guest) =>
    objects.some(
      (object) =>
        GUEST_KINDS.includes(object.kind) && object.name === guest.objectName && object.state === "running",
    ),
  );
  return new Map(
    await Promise.all(
      running.map(async (guest) => [guest.objectName, await guestContents(channelTo(plan, guest))] as const),
    ),
  );
}

/** Looks at a unit: what stands of it, on the host and in its guests. No state is read. */
export type Look = (unit: UnitPlan) => Promise<Found>;

/**
 * Looks at each unit of a lab once, and for what stands on the host once for all of them: for a run that only looks so far.
 */
export function lookOnce(plan: LabPlan): Look {
  const onLibvirt = plan.hosts.some(({ kind, target }) => kind === "this-machine" && target === "libvirt");
  let objects: Promise<ObservedObject[]> | undefined;
  const seen = new Map<string, Promise<Found>>();
  const look = async (unit: UnitPlan): Promise<Found> => {
    objects ??= findMarked(plan.lab, machinesOf(plan), onLibvirt ? {} : { libvirt: "of-labs" });
    const standing = await objects;
    return { objects: standing, guests: await lookInside(plan, unit, standing) };
  };
  return (unit) => {
    const found = seen.get(unit.stack) ?? look(unit);
    seen.set(unit.stack, found);
    return found;
  };
}

/** Finds what stands of a unit now, on the host and in its guests, without reading any state. */
export function inspectUnit(plan: LabPlan, unit: UnitPlan): Promise<Found> {
  return lookOnce(plan)(unit);
}
