import { isYetToCome } from "../components/farmScript";
import type { Fault } from "../course/faults";
import { readMark } from "../course/mark";
import { guestObjects, unitGuests } from "../course/objects";
import type { DockerStackPlan, GuestPlan, LabPlan, UnitPlan } from "../course/plan";
import type { Found } from "./drift";
import type { StateResource } from "./engine";
import type { GuestContents } from "./guestContents";

/** Names that a message holds; there may be a hundred. */
const NAMED = 3;

function some(names: readonly string[]): string {
  const more = names.length - NAMED;
  return names.slice(0, NAMED).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

function ofStack(
  guest: GuestPlan,
  stack: DockerStackPlan,
  recorded: ReadonlyMap<string, StateResource>,
  contents: GuestContents,
): Fault[] {
  const wanted = guestObjects(guest).filter((object) => {
    if (object.stack !== stack.name) return false;
    const resource = recorded.get(object.resource);
    return resource === undefined || isYetToCome(object.name, resource.inputs?.environment);
  });
  const ports = stack.ports.filter(
    (port) => stack.kind !== "nginx-farm" || wanted.some(({ name }) => name === `${stack.name}-${port}`),
  );
  if (wanted.length === 0) return [];
  const own = contents.objects.filter((object) => readMark(object.labels) === undefined);
  const named = own.filter((object) =>
    wanted.some(({ kind, name }) => kind === object.kind && name === object.name),
  );
  const listening = own.filter(
    (object) =>
      object.state === "running" &&
      !named.includes(object) &&
      object.ports?.some((port) => ports.includes(port)),
  );
  const ways = [
    ...(named.length > 0
      ? [`its name is taken by the learners' own ${some(named.map(({ kind, name }) => `${kind} ${name}`))}`]
      : []),
    ...(listening.length > 0
      ? [`its ports are taken by the learners' own ${some(listening.map(({ name }) => `container ${name}`))}`]
      : []),
  ];
  return ways.map((way) => ({
    code: "object-in-the-way",
    where: `${guest.team}/${guest.name}`,
    what: `${stack.name} is to be made there, and ${way}`,
    fix: "Nothing was changed. Let the learners remove what they no longer need, or leave the team's state as it was",
  }));
}

/**
 * What learners made in a guest and that has a name or a port of a stack that is still to be made: when a team moves on from
 * the start of an exercise to its end, their own containers stand where ours would. They are theirs, and stay.
 */
export function findInTheWayInside(
  plan: LabPlan,
  unit: UnitPlan,
  resources: readonly StateResource[],
  found: Found,
): Fault[] {
  const recorded = new Map(
    resources.flatMap((entry) =>
      entry.id === undefined ? [] : [[`${entry.urn.split("::").at(-1)}`, entry] as const],
    ),
  );
  return unitGuests(plan, unit).flatMap((guest) => {
    const contents = found.guests.get(guest.objectName);
    if (contents === undefined || typeof contents === "string") return [];
    return guest.docker.flatMap((stack) => ofStack(guest, stack, recorded, contents));
  });
}
