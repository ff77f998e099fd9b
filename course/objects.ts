import type { DockerStackPlan, GuestPlan, LabPlan, UnitPlan } from "./plan";
import { guestLogicalName, logicalType, type ObjectKind } from "./resources";

/** What an object is to the lab. */
export type ObjectRole = "switch" | "disk" | "guest" | "container" | "network" | "data";

/** An object that a unit's stack will make on the host or in a guest, and the resource that stands for it. */
export interface PlannedObject {
  readonly role: ObjectRole;
  readonly kind: ObjectKind;
  /** Name on the platform. */
  readonly name: string;
  /** Type token of its resource. */
  readonly type: string;
  /** Logical name of its resource; one resource may stand for many objects. */
  readonly resource: string;
  /** The guest that it is, or belongs to; absent for a switch. */
  readonly guest?: GuestPlan;
  /** Name of the Docker stack that it belongs to; absent outside guests. */
  readonly stack?: string;
}

const SCRIPT = "command:local:Command";

function stackObjects(guest: GuestPlan, stack: DockerStackPlan): PlannedObject[] {
  const prefix = `${guestLogicalName(guest)}-docker-${stack.name}`;
  const object = (role: ObjectRole, kind: ObjectKind, name: string, suffix: string): PlannedObject => ({
    role,
    kind,
    name,
    type: logicalType(kind),
    resource: `${prefix}-${suffix}`,
    guest,
    stack: stack.name,
  });
  switch (stack.kind) {
    case "nginx":
    case "php-apache":
      return [object("container", "container", stack.name, "container")];
    case "nginx-farm":
      return stack.ports.map((port) => ({
        ...object("container", "container", `${stack.name}-${port}`, "containers"),
        type: SCRIPT,
      }));
    case "wordpress":
      return [
        object("network", "network", stack.name, "network"),
        object("data", "volume", `${stack.name}-data`, "data"),
        object("container", "container", `${stack.name}-database`, "database"),
        object("container", "container", stack.name, "site"),
      ];
  }
}

/** The guests that a unit's stack holds. */
export function unitGuests(plan: LabPlan, unit: UnitPlan): GuestPlan[] {
  return plan.teams.filter((team) => unit.teams.includes(team.id)).flatMap((team) => team.guests);
}

/** Objects of a unit on the host itself: switches, disks, guests. */
export function hostObjects(plan: LabPlan, unit: UnitPlan): PlannedObject[] {
  const switches = plan.switches
    .filter((entry) => unit.switches.includes(entry.key))
    .map(
      (entry): PlannedObject => ({
        role: "switch",
        kind: "network",
        name: entry.objectName,
        type: logicalType("network"),
        resource: `${entry.key}-network`,
      }),
    );
  const guests = unitGuests(plan, unit).flatMap((guest): PlannedObject[] => [
    {
      role: "disk",
      kind: "volume",
      name: `${guest.objectName}-disk`,
      type: logicalType("volume"),
      resource: `${guestLogicalName(guest)}-disk`,
      guest,
    },
    {
      role: "guest",
      kind: "container",
      name: guest.objectName,
      type: logicalType("container"),
      resource: `${guestLogicalName(guest)}-machine`,
      guest,
    },
  ]);
  return [...switches, ...guests];
}

/** Objects inside a guest: what its Docker stacks are made of. */
export function guestObjects(guest: GuestPlan): PlannedObject[] {
  return guest.docker.flatMap((stack) => stackObjects(guest, stack));
}
