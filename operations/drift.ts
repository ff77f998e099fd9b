import { z } from "zod";
import { isYetToCome } from "../components/farmScript";
import { renderAdapterList } from "../components/hypervisors/containers/render";
import { siteFilesLeft } from "../components/hypervisors/containers/siteScript";
import type { Edition } from "../course/editions";
import { imageNames } from "../course/images";
import { readMark } from "../course/mark";
import {
  externalSwitchName,
  guestObjects,
  hostObjects,
  type PlannedObject,
  switchNameOnHost,
  unitGuests,
} from "../course/objects";
import type { AdapterPlan, GuestPlan, LabPlan, UnitPlan } from "../course/plan";
import { GUEST_KINDS, guestLogicalName, isScript, type PlatformKind } from "../course/resources";
import { editedSettings, isMadeAs } from "./domainDrift";
import type { StateResource } from "./engine";
import type { GuestContents, GuestObject } from "./guestContents";
import type { ObservedObject } from "./platforms/platform";
import { toldNames } from "./toldNames";

/** How an object differs from plan and state. */
export type DriftKind = "missing" | "stopped" | "changed" | "foreign" | "unknown";

/** What brings a drifted object back. */
export type Mend =
  /** The engine makes the resource anew. */
  | { readonly how: "replace"; readonly urn: string }
  /** The resource's own idempotent command runs again, outside the engine: nothing else is touched. */
  | {
      readonly how: "run";
      readonly urn: string;
      /** URNs of resources whose commands run after it, in their order. */
      readonly also?: readonly string[];
    }
  | {
      readonly how: "start";
      readonly kind: PlatformKind;
      /** The platform's id of the guest. */
      readonly guest: string;
      /** The guest's resource: the engine makes it anew where it does not start. */
      readonly urn: string;
      /** The name that it gets back first; absent where it has it. */
      readonly rename?: string;
      /** URNs of resources whose commands run once it is started, in their order. */
      readonly also?: readonly string[];
    }
  /** The guest is started anew. */
  | {
      readonly how: "restart";
      readonly kind: PlatformKind;
      readonly guest: string;
      /** URNs of resources whose commands run after it, in their order: they wait for the guest. */
      readonly also: readonly string[];
    };

/** One difference between a lab and its plan and state. */
export interface Drift {
  readonly kind: DriftKind;
  /** `host` for what classlab made on the host, `guest` for what is inside a guest, where learners work. */
  readonly level: "host" | "guest";
  readonly team?: string;
  readonly guest?: string;
  /** The Docker stack that is not whole; absent where none is concerned. */
  readonly stack?: string;
  /** The object, as a reader calls it: `container web`. */
  readonly object: string;
  /** What is so, as a sentence without its full stop. */
  readonly what: string;
  /** Absent for what nobody of ours brings back: it is the learners'. */
  readonly mend?: Mend;
  /** What mending it overwrites; absent where nothing is lost. */
  readonly overwrites?: string;
}

/** A lab's unit as it was found. */
export interface Found {
  /** What carries the lab's mark on the host. */
  readonly objects: readonly ObservedObject[];
  /** Running guests by their platform name; text: why one could not be looked into. */
  readonly guests: ReadonlyMap<string, GuestContents | string>;
}

const NAMES: Readonly<Record<PlannedObject["role"], string>> = {
  switch: "switch",
  disk: "disk",
  guest: "guest",
  registry: "registry",
  container: "container",
  network: "Docker network",
  data: "data volume",
};

function resourceOf(
  resources: readonly StateResource[],
  type: string,
  name: string,
): StateResource | undefined {
  return resources.find(
    (entry) => entry.type === type && !entry.delete && entry.urn.split("::").at(-1) === name,
  );
}

/** The resource of a script by its name, wherever it runs. */
function scriptOf(resources: readonly StateResource[], name: string): StateResource | undefined {
  return resources.find(
    (entry) => isScript(entry.type) && !entry.delete && entry.urn.split("::").at(-1) === name,
  );
}

function whose(guest: GuestPlan | undefined): Pick<Drift, "team" | "guest"> {
  return guest ? { team: guest.team, guest: guest.name } : {};
}

const title = (object: PlannedObject): string => `${NAMES[object.role]} ${object.name}`;

/** Whether an object is the one that a resource made: by the platform's id, or by its name where a script made it. */
function standsFor(resource: StateResource, planned: PlannedObject, object: ObservedObject): boolean {
  return isScript(planned.type)
    ? object.name === planned.name || isMadeAs(object, planned.name)
    : object.id === resource.id;
}

/**
 * A machine that starts anew is at work only when its adapters are where they belong and it is ready: by the commands of those two. A
 * container's network and readiness are looked at by themselves. One that is defined again has its snapshots in its disk, and libvirt is told
 * of them.
 * @param defined whether it is defined again
 */
function afterStart(
  planned: PlannedObject,
  resources: readonly StateResource[],
  defined = false,
): { readonly also?: readonly string[] } {
  const { guest } = planned;
  if (!isScript(planned.type) || planned.role !== "guest" || !guest) return {};
  const also = [
    "adapters",
    "ready",
    ...(defined ? guest.snapshots.map((name) => `snapshot-${name}`) : []),
  ].flatMap((name) => resourceOf(resources, planned.type, `${guestLogicalName(guest)}-${name}`)?.urn ?? []);
  return { also };
}

/** A guest's adapters, each with the name that its switch has on the host. */
function adaptersOnHost(plan: LabPlan, guest: GuestPlan): AdapterPlan[] {
  return guest.adapters.map((adapter) => {
    if (adapter.mode === "disabled") return adapter;
    const { mode, switchObject: objectName } = adapter;
    return { ...adapter, switchObject: switchNameOnHost(plan, { host: guest.host, mode, objectName }) };
  });
}

/** A network that is gone leaves the ends of running machines behind: their adapters are joined to the new one by their own commands. */
function afterSwitch(
  unit: UnitPlan,
  plan: LabPlan,
  planned: PlannedObject,
  resources: readonly StateResource[],
): { readonly also?: readonly string[] } {
  if (!isScript(planned.type) || planned.role !== "switch") return {};
  const also = unitGuests(plan, unit)
    .filter((guest) =>
      adaptersOnHost(plan, guest).some(
        (adapter) => adapter.mode !== "disabled" && adapter.switchObject === planned.name,
      ),
    )
    .flatMap((guest) => scriptOf(resources, `${guestLogicalName(guest)}-adapters`)?.urn ?? []);
  return { also };
}

/** The script of a Windows host, which makes the switch over its card; undefined for all else, which its own resource makes. */
function makerOf(
  plan: LabPlan,
  planned: PlannedObject,
  resources: readonly StateResource[],
): StateResource | undefined {
  if (planned.role !== "switch" || planned.name !== externalSwitchName(plan)) return undefined;
  const host = plan.switches.find(({ key }) => planned.resource === `${key}-network`)?.host;
  return scriptOf(resources, `${host}-hyperv`);
}

/** A guest that a script defined is defined again on its disk; a disk that is gone takes all with it. */
function mendMissing(planned: PlannedObject): "run" | "replace" {
  return isScript(planned.type) && planned.role !== "disk" ? "run" : "replace";
}

const toldSchema = z.object({ ways: z.array(z.string()) });

/** Ways through the packet filter that a switch's script told of. */
function toldWays(stdout: unknown): string[] {
  if (typeof stdout !== "string") return [];
  try {
    return toldSchema.safeParse(JSON.parse(stdout)).data?.ways ?? [];
  } catch {
    return [];
  }
}

/** A libvirt network that rests, or that has lost its ways through the packet filter, as after a restart of the host. */
function switchDrift(
  planned: PlannedObject,
  resource: StateResource,
  object: ObservedObject,
  after: { readonly also?: readonly string[] },
): Drift[] {
  const mend = { how: "run", urn: resource.urn } as const;
  const common = { level: "host", object: title(planned), mend } as const;
  if (object.state === "inactive") {
    const what = `${title(planned)} is inactive`;
    return [{ ...common, kind: "stopped", what, mend: { ...mend, ...after } }];
  }
  const lost = toldWays(resource.outputs?.stdout).filter((way) => object.ways?.includes(way) === false);
  if (lost.length === 0) return [];
  const what = `the packet filter does not let ${title(planned)} reach ${lost.join(", ")} any more`;
  return [{ ...common, kind: "missing", what }];
}

/** States of a virtual machine that does not run, in the words of libvirt and VirtualBox. */
const IS_OFF: readonly string[] = ["shut off", "poweroff", "aborted"];

/** A guest that goes by another name. libvirt and VirtualBox rename only what does not run. */
function renamedDrift(
  planned: PlannedObject,
  resource: StateResource,
  object: ObservedObject,
  resources: readonly StateResource[],
): Drift {
  const common = {
    kind: "changed",
    level: "host",
    ...whose(planned.guest),
    object: title(planned),
    what: `${title(planned)} was renamed to ${object.name} by hand`,
  } as const;
  if (object.kind !== "container" && !IS_OFF.includes(object.state ?? "")) return common;
  return {
    ...common,
    mend: {
      how: "start",
      kind: object.kind,
      guest: object.id,
      rename: planned.name,
      urn: resource.urn,
      ...afterStart(planned, resources),
    },
  };
}

/** A virtual machine whose definition was edited: left as it is, until it is to be repaired. */
function editedDrift(
  planned: PlannedObject,
  resource: StateResource,
  object: ObservedObject,
  resources: readonly StateResource[],
): Drift[] {
  const edited = isScript(planned.type) ? editedSettings(resource, object) : [];
  if (edited.length === 0) return [];
  return [
    {
      kind: "changed",
      level: "guest",
      ...whose(planned.guest),
      object: title(planned),
      what: `${title(planned)} was edited by hand: ${edited.join("; ")}`,
      // A machine of VirtualBox is its disk, too: it is changed where it stands.
      mend:
        object.kind === "virtual machine"
          ? { how: "run", urn: resource.urn, ...afterStart(planned, resources) }
          : { how: "replace", urn: resource.urn },
      overwrites: "what runs in the guest is started anew; its disk is kept",
    },
  ];
}

/** Snapshots that libvirt does not know any more. What was taken away on purpose is the learners' own doing: neither is mended unasked. */
function snapshotDrift(guest: GuestPlan, resources: readonly StateResource[], found: Found): Drift[] {
  const machine = found.objects.find(({ kind, name }) => kind === "domain" && name === guest.objectName);
  const known = machine?.snapshots;
  if (!known) return [];
  return guest.snapshots.flatMap((snapshot): Drift[] => {
    const resource = scriptOf(resources, `${guestLogicalName(guest)}-snapshot-${snapshot}`);
    if (!resource || known.includes(snapshot)) return [];
    return [
      {
        kind: "missing",
        level: "guest",
        ...whose(guest),
        object: `snapshot ${snapshot}`,
        what: `libvirt does not know snapshot ${snapshot} of it any more; where its disk still has it, that one is brought back, else it is taken anew`,
        mend: { how: "run", urn: resource.urn },
      },
    ];
  });
}

/** Copies that learners made of the lab's machines, with their mark. */
function copies(unit: UnitPlan, objects: readonly ObservedObject[]): Drift[] {
  return objects
    .filter(({ copied, mark }) => copied === true && mark.stack === unit.stack)
    .map(({ kind, name, mark, state }) => ({
      kind: "foreign",
      level: "guest",
      ...(mark.team === undefined ? {} : { team: mark.team }),
      object: `${kind} ${name}`,
      what: `${kind} ${name} is a copy of one of the lab's guests, and the learner's own (${state ?? "unknown"})`,
    }));
}

function hostDrift(
  plan: LabPlan,
  unit: UnitPlan,
  resources: readonly StateResource[],
  found: Found,
): Drift[] {
  return hostObjects(plan, unit).flatMap((planned): Drift[] => {
    const resource = resourceOf(resources, planned.type, planned.resource);
    // What state does not know yet is for the engine to make.
    if (!resource) return [];
    const common = { level: "host", ...whose(planned.guest), object: title(planned) } as const;
    const object = found.objects.find(
      (entry) => entry.kind === planned.kind && standsFor(resource, planned, entry),
    );
    if (!object) {
      const mend: Mend =
        mendMissing(planned) === "run"
          ? {
              how: "run",
              urn: makerOf(plan, planned, resources)?.urn ?? resource.urn,
              ...afterStart(planned, resources, true),
              ...afterSwitch(unit, plan, planned, resources),
            }
          : { how: "replace", urn: resource.urn };
      return [{ ...common, kind: "missing", what: `${title(planned)} is missing`, mend }];
    }
    if (planned.role === "switch") {
      return switchDrift(planned, resource, object, afterSwitch(unit, plan, planned, resources));
    }
    if (planned.role !== "guest" && planned.role !== "registry") return [];
    if (object.name !== planned.name) return [renamedDrift(planned, resource, object, resources)];
    if (object.state === "running") return editedDrift(planned, resource, object, resources);
    return [
      ...editedDrift(planned, resource, object, resources),
      {
        ...common,
        kind: "stopped",
        what: `${title(planned)} is ${object.state ?? "stopped"}`,
        mend: {
          how: "start",
          kind: object.kind,
          guest: object.id,
          urn: resource.urn,
          ...afterStart(planned, resources),
        },
      },
    ];
  });
}

function adapterDrift(
  plan: LabPlan,
  guest: GuestPlan,
  resources: readonly StateResource[],
  found: Found,
  host: readonly Drift[],
): Drift[] {
  const resource = scriptOf(resources, `${guestLogicalName(guest)}-adapters`);
  const machine = found.objects.find(
    (entry) => GUEST_KINDS.includes(entry.kind) && entry.name === guest.objectName,
  );
  if (!resource || !machine) return [];
  const listed = renderAdapterList(adaptersOnHost(plan, guest)).split("\n").filter(Boolean);
  // Several adapters may be on one switch over a card, each in a VLAN of its own: that one of them is there is all that is told.
  const wanted = listed.filter(
    (entry, index) => listed.findIndex((other) => other.split(" ")[0] === entry.split(" ")[0]) === index,
  );
  const present = Object.entries(machine.networks ?? {})
    .filter(([name]) => name !== "none")
    // A platform that gives no addresses tells the switches alone.
    .map(([name, address]) =>
      address === "" ? (wanted.find((entry) => entry.startsWith(`${name} `)) ?? name) : `${name} ${address}`,
    );
  const missing = wanted.filter((entry) => !present.includes(entry));
  const extra = present.filter((entry) => !wanted.includes(entry));
  const common = { ...whose(guest), object: "adapters", mend: { how: "run", urn: resource.urn } } as const;
  // A switch that is made anew brings its adapters with it.
  const lost = missing.filter(
    (entry) => !host.some((drift) => drift.object === `switch ${entry.split(" ")[0]}`),
  );
  return [
    ...(lost.length > 0
      ? [
          {
            ...common,
            kind: "missing" as const,
            level: "host" as const,
            what: `not connected to ${lost.join(", ")}`,
          },
        ]
      : []),
    ...(extra.length > 0
      ? [
          {
            ...common,
            kind: "changed" as const,
            level: "guest" as const,
            what: `also connected to ${extra.join(", ")}`,
            overwrites: `its connection to ${extra.join(", ")}`,
          },
        ]
      : []),
  ];
}

/** Objects in a guest that carry no mark are the learners' own. */
const isOurs = (object: GuestObject): boolean => readMark(object.labels) !== undefined;

function plannedInGuest(
  guest: GuestPlan,
  resources: readonly StateResource[],
  contents: GuestContents,
): Drift[] {
  return guestObjects(guest).flatMap((planned): Drift[] => {
    const resource = resourceOf(resources, planned.type, planned.resource);
    if (!resource) return [];
    const script = planned.type.startsWith("command:");
    if (script && isYetToCome(planned.name, resource.inputs?.environment)) return [];
    const named = contents.objects.find(
      (entry) => entry.kind === planned.kind && entry.name === planned.name,
    );
    const object = script
      ? named && isOurs(named)
        ? named
        : undefined
      : contents.objects.find((entry) => entry.kind === planned.kind && entry.id === resource.id);
    const common = {
      level: "guest",
      ...whose(guest),
      ...(planned.stack === undefined ? {} : { stack: planned.stack }),
      object: title(planned),
      mend: { how: script ? "run" : "replace", urn: resource.urn },
    } as const;
    if (!object) {
      if (named && !isOurs(named)) {
        const { mend: _none, ...rest } = common;
        const what = `${title(planned)} is missing, and one of the learner's own has its name`;
        return [{ ...rest, kind: "foreign", what }];
      }
      const overwrites =
        planned.role === "data" ? { overwrites: "nothing: its content is lost already" } : {};
      return [{ ...common, kind: "missing", what: `${title(planned)} is missing`, ...overwrites }];
    }
    if (planned.kind !== "container" || object.state === "running") return [];
    const what = `${title(planned)} is ${object.state ?? "stopped"}`;
    return [
      {
        ...common,
        kind: "stopped",
        what,
        ...(script ? {} : { overwrites: "changes made in the container outside its volumes" }),
      },
    ];
  });
}

function learnersOwn(guest: GuestPlan, contents: GuestContents): Drift[] {
  return contents.objects
    .filter((object) => object.kind === "container" && !isOurs(object))
    .map((object) => ({
      kind: "foreign",
      level: "guest",
      ...whose(guest),
      object: `container ${object.name}`,
      what: `container ${object.name} is the learner's own (${object.state ?? "unknown"})`,
    }));
}

function imageDrift(
  edition: Edition,
  guest: GuestPlan,
  resources: readonly StateResource[],
  contents: GuestContents,
): Drift[] {
  const resource = scriptOf(resources, `${guestLogicalName(guest)}-docker-images`);
  if (!resource) return [];
  const missing = imageNames(edition)
    .filter(({ tags }) => tags.some((tag) => !contents.images.includes(tag)))
    .map(({ name }) => name);
  if (missing.length === 0) return [];
  return [
    {
      kind: "missing",
      level: "guest",
      ...whose(guest),
      object: "course images",
      what: `course image(s) ${missing.join(", ")} are missing`,
      mend: { how: "run", urn: resource.urn },
    },
  ];
}

/** What the last run left because a learner had made or changed it: told, never mended. */
function siteDrift(guest: GuestPlan, resources: readonly StateResource[]): Drift[] {
  const resource = scriptOf(resources, `${guestLogicalName(guest)}-settings`);
  return siteFilesLeft(resource?.outputs?.stdout).map((path) => ({
    kind: "changed",
    level: "guest",
    ...whose(guest),
    object: `file ${path}`,
    what: `${path} is the learner's own: the settings of the site are not in it`,
  }));
}

function insideDrift(
  edition: Edition,
  guest: GuestPlan,
  resources: readonly StateResource[],
  contents: GuestContents | string | undefined,
): Drift[] {
  if (contents === undefined) return [];
  if (typeof contents === "string") {
    const machine = resources.find(
      ({ urn, delete: leaving }) =>
        !leaving && urn.split("::").at(-1) === `${guestLogicalName(guest)}-machine`,
    );
    return [
      {
        kind: "changed",
        level: "guest",
        ...whose(guest),
        object: "Docker Engine",
        what: `it cannot be looked into: ${contents}`,
        ...(machine ? { mend: { how: "replace", urn: machine.urn } } : {}),
        overwrites: "what runs in the guest is started anew; its disk is kept",
      },
    ];
  }
  return [
    ...plannedInGuest(guest, resources, contents),
    ...imageDrift(edition, guest, resources, contents),
    ...learnersOwn(guest, contents),
  ];
}

/**
 * Compares a unit with what was found of it: pure. A disk that is missing counts as its guest missing, and a guest that
 * is not there is not looked into.
 */
export function findDrift(
  plan: LabPlan,
  unit: UnitPlan,
  resources: readonly StateResource[],
  found: Found,
): Drift[] {
  const host = hostDrift(plan, unit, resources, found);
  const guests = unitGuests(plan, unit);
  return [
    ...host,
    ...copies(unit, found.objects),
    ...guests.flatMap((guest) => snapshotDrift(guest, resources, found)),
    ...guests.flatMap((guest) => adapterDrift(plan, guest, resources, found, host)),
    ...guests.flatMap((guest) => siteDrift(guest, resources)),
    ...guests.flatMap((guest) =>
      insideDrift(plan.edition, guest, resources, found.guests.get(guest.objectName)),
    ),
  ];
}

/** What a run takes over with its content when it makes it again under its name, and never removes as unknown. */
const KEPT_KINDS: readonly PlatformKind[] = [
  "volume",
  "virtual disk",
  "storage pool",
  "virtual hard disk",
  "NAT",
  "lab folder",
];

/** Names of objects that scripts made, as each told them. */
function namesMade(resources: readonly StateResource[]): Set<string> {
  return new Set(
    resources.flatMap(({ type, outputs }) => (isScript(type) ? toldNames(outputs?.stdout) : [])),
  );
}

/**
 * What carries the unit's mark on the host and is in no state: left by a run that was killed between making an object
 * and recording it. Volumes are not among them: made again under their name they are taken over with their content.
 */
export function findUnknown(
  stack: string,
  id: string,
  resources: readonly StateResource[],
  objects: readonly ObservedObject[],
): ObservedObject[] {
  const known = new Set(resources.flatMap((entry) => (entry.id === undefined ? [] : [entry.id])));
  const made = namesMade(resources);
  return objects.filter(
    (object) =>
      !KEPT_KINDS.includes(object.kind) &&
      !object.copied &&
      object.mark.id === id &&
      object.mark.stack === stack &&
      !known.has(object.id) &&
      !made.has(object.name) &&
      ![...made].some((name) => isMadeAs(object, name)),
  );
}

/**
 * Stacks of a guest whose containers a script made and state has, be they still planned or not: a team that moves on leaves
 * some behind, and those are removed by the script itself, once the whole run is allowed.
 */
function scriptStacks(guest: GuestPlan, resources: readonly StateResource[]): string[] {
  const prefix = `${guestLogicalName(guest)}-docker-`;
  const suffix = "-containers";
  return resources.flatMap(({ urn, id }) => {
    const name = urn.split("::").at(-1) ?? "";
    return id !== undefined && name.startsWith(prefix) && name.endsWith(suffix)
      ? [name.slice(prefix.length, -suffix.length)]
      : [];
  });
}

/** The same inside a guest; what a script stands for is known by its resource, not one by one. */
export function findUnknownInside(
  guest: GuestPlan,
  id: string,
  resources: readonly StateResource[],
  contents: GuestContents,
): GuestObject[] {
  const known = new Set(resources.flatMap((entry) => (entry.id === undefined ? [] : [entry.id])));
  const byScript = new Set(
    guestObjects(guest)
      .filter((planned) => planned.type.startsWith("command:"))
      .map((planned) => planned.name),
  );
  const stacks = scriptStacks(guest, resources);
  return contents.objects.filter(
    (object) =>
      object.kind !== "volume" &&
      readMark(object.labels)?.id === id &&
      !known.has(object.id) &&
      !byScript.has(object.name) &&
      !stacks.some((stack) => object.name.startsWith(`${stack}-`)),
  );
}
