import type { HostPlan } from "./hosts";
import type { DockerStackPlan, GuestPlan, LabPlan, UnitPlan } from "./plan";
import {
  guestLogicalName,
  hostNamed,
  logicalType,
  makesRegistry,
  type ObjectKind,
  type PlatformKind,
  REGISTRY,
  SCRIPT,
  scriptOn,
  targetOfHost,
} from "./resources";
import type { Target } from "./support";
import type { SwitchPlan } from "./switches";

/** What an object is to the lab. */
export type ObjectRole = "switch" | "disk" | "guest" | "registry" | "container" | "network" | "data";

/** An object that a unit's stack will make on the host or in a guest, and the resource that stands for it. */
export interface PlannedObject<Kind extends PlatformKind = PlatformKind> {
  readonly role: ObjectRole;
  readonly kind: Kind;
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

function stackObjects(guest: GuestPlan, stack: DockerStackPlan): PlannedObject<ObjectKind>[] {
  const prefix = `${guestLogicalName(guest)}-docker-${stack.name}`;
  const object = (
    role: ObjectRole,
    kind: ObjectKind,
    name: string,
    suffix: string,
  ): PlannedObject<ObjectKind> => ({
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

/** The target that a guest runs on. */
export function targetOfGuest(
  plan: Pick<LabPlan, "hosts" | "target">,
  guest: Pick<GuestPlan, "host">,
): Target {
  return targetOfHost(plan, guest.host);
}

/** What objects of the host are on a target. A script's resource stands for an object by its name alone. */
interface HostKinds {
  readonly switch: PlatformKind;
  readonly disk: PlatformKind;
  readonly guest: PlatformKind;
  readonly diskName: (guest: GuestPlan) => string;
  /** Name of what a guest's clones are made of. */
  readonly baseName: (guest: GuestPlan) => string;
  readonly typeOf: (role: "switch" | "disk" | "guest", host: HostPlan | undefined) => string;
}

const ON_CONTAINERS: HostKinds = {
  switch: "network",
  disk: "volume",
  guest: "container",
  diskName: (guest) => `${guest.objectName}-disk`,
  baseName: (guest) => `${guest.objectName}-base`,
  typeOf: (role) => logicalType(({ switch: "network", disk: "volume", guest: "container" } as const)[role]),
};

const ON_LIBVIRT: HostKinds = {
  switch: "virtual network",
  disk: "virtual disk",
  guest: "domain",
  diskName: (guest) => `${guest.objectName}-disk.qcow2`,
  baseName: (guest) => `${guest.objectName}-base.qcow2`,
  typeOf: (_role, host) => scriptOn(host),
};

const ON_HYPERV: HostKinds = {
  switch: "virtual switch",
  disk: "virtual hard disk",
  guest: "virtual machine",
  diskName: (guest) => guest.objectName,
  baseName: (guest) => `${guest.objectName}.vhdx`,
  typeOf: (_role, host) => scriptOn(host),
};

const KINDS: Partial<Record<Target, HostKinds>> = { libvirt: ON_LIBVIRT, hyperv: ON_HYPERV };

const kindsOn = (target: Target): HostKinds => KINDS[target] ?? ON_CONTAINERS;

/**
 * Name of the switch over a Windows host's network card. A card carries one, so that the classroom LAN and its VLANs are ports of the
 * same; no other switch's, since names of switches have no underscore.
 */
export function externalSwitchName({ lab }: Pick<LabPlan, "lab">): string {
  return `${lab}_lan`;
}

/** Name on its platform of what a planned switch is there. */
export function switchNameOnHost(
  plan: Pick<LabPlan, "lab" | "hosts" | "target">,
  { host, mode, objectName }: Pick<SwitchPlan, "host" | "mode" | "objectName">,
): string {
  return targetOfHost(plan, host) === "hyperv" && mode === "bridged" ? externalSwitchName(plan) : objectName;
}

/** Switches that are objects of VirtualBox's; the others are there with the adapters on them. */
const VIRTUALBOX_SWITCHES: Partial<Record<SwitchPlan["mode"], PlatformKind>> = {
  "nat-network": "NAT network",
  "host-only": "host-only interface",
};

function switchObjects(plan: LabPlan, entry: SwitchPlan): PlannedObject[] {
  const target = targetOfHost(plan, entry.host);
  const host = hostNamed(plan, entry.host);
  const object = (kind: PlatformKind, type: string): PlannedObject => ({
    role: "switch",
    kind,
    name: switchNameOnHost(plan, entry),
    type,
    resource: `${entry.key}-network`,
  });
  if (target !== "virtualbox") {
    const kinds = kindsOn(target);
    return [object(kinds.switch, kinds.typeOf("switch", host))];
  }
  const kind = VIRTUALBOX_SWITCHES[entry.mode];
  return kind === undefined ? [] : [object(kind, scriptOn(host))];
}

/** A machine of VirtualBox with its disk in its folder, and what clones are made of within it. */
function virtualBoxMachine(guest: GuestPlan, host: HostPlan | undefined): PlannedObject {
  return {
    role: "guest",
    kind: "virtual machine",
    name: guest.objectName,
    type: scriptOn(host),
    resource: `${guestLogicalName(guest)}-machine`,
    guest,
  };
}

function machineObjects(plan: LabPlan, guest: GuestPlan): PlannedObject[] {
  const target = targetOfGuest(plan, guest);
  const host = hostNamed(plan, guest.host);
  if (target === "virtualbox") return [virtualBoxMachine(guest, host)];
  const kinds = kindsOn(target);
  const name = guestLogicalName(guest);
  return [
    {
      role: "disk",
      kind: kinds.disk,
      name: kinds.diskName(guest),
      type: kinds.typeOf("disk", host),
      resource: `${name}-disk`,
      guest,
    },
    {
      role: "guest",
      kind: kinds.guest,
      name: guest.objectName,
      type: kinds.typeOf("guest", host),
      resource: `${name}-machine`,
      guest,
    },
    ...(guest.clones.length > 0
      ? [
          {
            role: "disk" as const,
            kind: kinds.disk,
            name: kinds.baseName(guest),
            type: kinds.typeOf("disk", host),
            resource: `${name}-base`,
            guest,
          },
        ]
      : []),
  ];
}

/** The class's own registry, where this unit makes it. */
function registryObjects(plan: LabPlan, unit: UnitPlan): PlannedObject[] {
  const server = plan.registry?.server;
  if (!server || !makesRegistry(plan, unit)) return [];
  const object = (
    role: "registry" | "data",
    kind: ObjectKind,
    suffix: string,
    name: string,
  ): PlannedObject => ({
    role,
    kind,
    name,
    type: logicalType(kind),
    resource: `${REGISTRY}-${suffix}`,
  });
  return [
    object("data", "volume", "data", `${server.objectName}-data`),
    object("registry", "container", "container", server.objectName),
  ];
}

/** Objects of a unit on the host itself: switches, the registry, disks, guests. */
export function hostObjects(plan: LabPlan, unit: UnitPlan): PlannedObject[] {
  return [
    ...plan.switches
      .filter((entry) => unit.switches.includes(entry.key))
      .flatMap((entry) => switchObjects(plan, entry)),
    ...registryObjects(plan, unit),
    ...unitGuests(plan, unit).flatMap((guest) => machineObjects(plan, guest)),
  ];
}

/** Objects inside a guest: what its Docker stacks are made of. */
export function guestObjects(guest: GuestPlan): PlannedObject<ObjectKind>[] {
  return guest.docker.flatMap((stack) => stackObjects(guest, stack));
}
