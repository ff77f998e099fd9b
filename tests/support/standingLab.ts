import { renderAdapterList } from "../../components/hypervisors/containers/render";
import { COURSE_IMAGES } from "../../course/images";
import { markLabels } from "../../course/mark";
import { guestObjects, hostObjects, unitGuests } from "../../course/objects";
import type { GuestPlan, LabPlan, UnitPlan } from "../../course/plan";
import { GUEST_KINDS, resourcesOf } from "../../course/resources";
import type { Found } from "../../operations/drift";
import type { StateResource } from "../../operations/engine";
import type { GuestContents } from "../../operations/guestContents";
import type { ObservedObject } from "../../operations/platforms/platform";
import { RECORD } from "./devPlan";

/** URN of a resource of a unit, as far as classlab reads it. */
export function urnOf(unit: UnitPlan, type: string, name: string): string {
  return `urn:pulumi:${unit.stack}::classlab::${type}::${name}`;
}

/** Platform ids in a whole lab: a volume's is its name. */
const idOf = (kind: string, name: string): string => (kind === "volume" ? name : `id-of-${name}`);

/** The state of a unit that is up: every planned resource, the objects' with their ids. */
export function wholeState(plan: LabPlan, unit: UnitPlan): StateResource[] {
  const objects = [...hostObjects(plan, unit), ...unitGuests(plan, unit).flatMap(guestObjects)];
  return resourcesOf(plan, unit).map(({ type, name }) => {
    const object = objects.find((entry) => entry.type === type && entry.resource === name);
    const script = type.startsWith("command:");
    const id = object && !script ? idOf(object.kind, object.name) : script ? `script-${name}` : undefined;
    return { urn: urnOf(unit, type, name), type, ...(id === undefined ? {} : { id }) };
  });
}

function contentsOf(plan: LabPlan, unit: UnitPlan, guest: GuestPlan): GuestContents {
  const labels = markLabels({ lab: plan.lab, id: RECORD.labId, stack: unit.stack, team: guest.team });
  return {
    objects: guestObjects(guest).map(({ kind, name }) => ({
      kind,
      id: idOf(kind, name),
      name,
      labels,
      ...(kind === "container" ? { state: "running" } : {}),
    })),
    images: COURSE_IMAGES.flatMap(({ name, tags }) => [RECORD.images.course[name].reference, ...tags]),
  };
}

/** A unit of which everything stands as planned and recorded. */
export function wholeUnit(plan: LabPlan, unit: UnitPlan): Found {
  const guests = unitGuests(plan, unit);
  return {
    objects: hostObjects(plan, unit).map(({ kind, name, guest }): ObservedObject => {
      const team = guest === undefined ? {} : { team: guest.team };
      const networks = guest
        ? Object.fromEntries(
            renderAdapterList(guest.adapters)
              .split("\n")
              .filter(Boolean)
              .map((entry) => [entry.split(" ")[0], entry.split(" ")[1] ?? ""]),
          )
        : {};
      return {
        kind,
        id: idOf(kind, name),
        name,
        created: "2026-11-24T10:00:00.000Z",
        mark: { lab: plan.lab, id: RECORD.labId, stack: unit.stack, ...team },
        ...(GUEST_KINDS.includes(kind) ? { state: "running", networks } : {}),
      };
    }),
    guests: new Map(guests.map((guest) => [guest.objectName, contentsOf(plan, unit, guest)])),
  };
}
