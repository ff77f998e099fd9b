import { type Fault, FaultError } from "../course/faults";
import { GUEST_KINDS } from "../course/resources";
import { machinesAnswering } from "./clouds/answering";
import type { CloudAccount, CloudLeftover } from "./clouds/leftovers";
import { prepareAccess } from "./hosts/access";
import type { RemoteMachine } from "./hosts/machine";
import { type CachedImage, findImageCache } from "./imageCache";
import { findImageStore, type ImageStore } from "./imageStore";
import type { Say } from "./images";
import { findMachineImages, type MachineImage } from "./machineImages";
import { findMarked, removeObject } from "./platforms";
import type { ObservedObject } from "./platforms/platform";
import { type HostEnrolment, visitHosts } from "./room/release";
import { readSizes } from "./sizes";
import type { StackFile } from "./stackFile";

/** Containers hold networks and volumes: they go first. */
const ORDER: Readonly<Record<ObservedObject["kind"], number>> = {
  container: 0,
  network: 1,
  volume: 2,
  domain: 3,
  "virtual network": 4,
  "virtual disk": 5,
  "storage pool": 6,
  "virtual machine": 7,
  "NAT network": 8,
  "host-only interface": 9,
  "virtual switch": 10,
  share: 11,
  "virtual hard disk": 12,
  NAT: 13,
  "lab folder": 14,
};

/** Something that stands. Its bytes: what a container wrote outside its volumes, a volume's content, what a virtual disk takes. */
export type Leftover = ObservedObject;

/** What `sweep` found. */
export interface SweepReport {
  /** In the order in which it can be removed. */
  readonly found: readonly Leftover[];
  /** Why sizes could not be told; absent where they could, or nobody asked for any. */
  readonly sizesUnknown?: string;
  /** Hosts of the lab that are still enrolled: `host release` gives them back. */
  readonly enrolled: readonly HostEnrolment[];
  /** In the order in which it can be removed; absent where the lab has no hosts in a cloud that is looked at. */
  readonly clouds?: readonly CloudLeftover[];
  /** Names of labs of which something stands, other than the one asked for. */
  readonly otherLabs: readonly string[];
  /** The image cache, which all labs of the machine share. */
  readonly images: readonly CachedImage[];
  /** The images that this machine's virtual machines begin with, which all labs share. */
  readonly machineImages: readonly MachineImage[];
  /** The store from which guests take the course's images; absent where this machine has none. */
  readonly store?: ImageStore;
}

/**
 * Finds by owner mark, without reading Pulumi state, what stands of a lab, and the image cache beside it.
 * @param lab name of the lab; undefined means every lab
 * @param machines the hosts beside this machine that are looked at
 * @param account the cloud's account that is looked at
 * @throws FaultError when Docker, a host or the cloud cannot be asked
 */
export async function sweep(
  lab: string | undefined,
  machines: readonly RemoteMachine[] = [],
  account?: CloudAccount,
): Promise<SweepReport> {
  const [all, visits, images, machineImages, store, clouds] = await Promise.all([
    findMarked(undefined, machines),
    visitHosts(machines, "check"),
    findImageCache(),
    findMachineImages(),
    findImageStore(),
    account?.observe(lab),
  ]);
  throwFirst(visits.faults);
  const own = inOrder(all.filter((object) => lab === undefined || object.mark.lab === lab));
  // Docker walks through all volumes for it: not for nothing.
  const sizes = own.some(({ kind }) => kind === "container" || kind === "volume")
    ? await readSizes()
    : undefined;
  return {
    found: own.map((object) => {
      const bytes = object.bytes ?? sizes?.bytes.get(object.id);
      return bytes === undefined ? object : { ...object, bytes };
    }),
    ...(sizes?.unknown === undefined ? {} : { sizesUnknown: sizes.unknown }),
    ...(clouds === undefined ? {} : { clouds }),
    enrolled: visits.done.filter(({ standing }) => standing.length > 0),
    otherLabs: [...new Set(all.map((object) => object.mark.lab))]
      .filter((name) => lab !== undefined && name !== lab)
      .sort(),
    images,
    machineImages,
    ...(store === undefined ? {} : { store }),
  };
}

function throwFirst([first, ...rest]: readonly Fault[]): void {
  if (first) throw new FaultError([first, ...rest]);
}

/** States of a container whose processes live. */
const ALIVE = ["running", "paused", "restarting"];

/** Whether an object is a guest that runs: removing it takes something out of somebody's hands. */
export function isRunningGuest(object: ObservedObject): boolean {
  return GUEST_KINDS.includes(object.kind) && ALIVE.includes(object.state ?? "");
}

/** Names of the labs of which guests run, each once. */
export function labsWithRunningGuests(found: readonly ObservedObject[]): string[] {
  return [...new Set(found.filter(isRunningGuest).map((object) => object.mark.lab))].sort();
}

/** Objects in the order in which they can be removed. */
export function inOrder(objects: readonly ObservedObject[]): ObservedObject[] {
  return [...objects].sort((a, b) => ORDER[a.kind] - ORDER[b.kind] || a.name.localeCompare(b.name));
}

/** Whether two observations are of one object: a volume's id is its name, which another may have been given since. */
function isSame(a: ObservedObject, b: ObservedObject): boolean {
  return (
    a.kind === b.kind &&
    a.id === b.id &&
    a.host === b.host &&
    a.mark.lab === b.mark.lab &&
    a.mark.id === b.mark.id
  );
}

/**
 * Removes just what was found and shown, and still carries the mark that it was shown with.
 * @param machines those that were looked at
 * @throws FaultError with Docker's words for each that could not be removed, after the others were
 */
export async function removeLeftovers(
  found: readonly ObservedObject[],
  machines: readonly RemoteMachine[] = [],
): Promise<void> {
  if (found.length === 0) return;
  const standing = await findMarked(undefined, machines);
  const faults: Fault[] = [];
  for (const object of found.filter((entry) => standing.some((other) => isSame(entry, other)))) {
    try {
      await removeObject(object, machines);
    } catch (error) {
      if (!(error instanceof FaultError)) throw error;
      faults.push(...error.faults.map((fault) => ({ ...fault, where: `${object.kind} ${object.name}` })));
    }
  }
  throwFirst(faults);
}

const PLURALS: Readonly<Record<ObservedObject["kind"], readonly [one: string, many: string]>> = {
  container: ["guest", "guests"],
  network: ["switch", "switches"],
  volume: ["disk", "disks"],
  domain: ["guest", "guests"],
  "virtual network": ["switch", "switches"],
  "virtual disk": ["disk", "disks"],
  "storage pool": ["storage pool", "storage pools"],
  "virtual machine": ["guest", "guests"],
  "NAT network": ["switch", "switches"],
  "host-only interface": ["switch", "switches"],
  "virtual switch": ["switch", "switches"],
  share: ["shared folder", "shared folders"],
  "virtual hard disk": ["disk", "disks"],
  NAT: ["NAT", "NATs"],
  "lab folder": ["folder of a lab", "folders of labs"],
};

/**
 * The hosts of a lab beside this machine, reachable by its key, of those in clouds the ones that answer; none where its file cannot be read,
 * which is no reason to find nothing here.
 */
export async function machinesToSweep(read: () => StackFile, say: Say): Promise<RemoteMachine[]> {
  try {
    const file = read();
    const machines = await machinesAnswering(file, say);
    prepareAccess(file.lab, machines);
    return machines;
  } catch (error) {
    if (error instanceof FaultError) return [];
    throw error;
  }
}

/** What stands of a lab, counted: `2 guests, 1 switch, 2 disks`. */
export async function countStanding(file: StackFile): Promise<string> {
  const found = await findMarked(file.lab, await machinesAnswering(file, () => undefined));
  const kinds = [...new Set(inOrder(found).map(({ kind }) => kind))];
  const words = kinds.flatMap((kind) => {
    const count = found.filter((object) => object.kind === kind).length;
    return count === 0 ? [] : [`${count} ${PLURALS[kind][count === 1 ? 0 : 1]}`];
  });
  return words.join(", ") || "nothing of the lab";
}
