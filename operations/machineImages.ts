import { lstatSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { cachedImage } from "../components/hypervisors/libvirt/cache";
import { IMAGES } from "../components/hypervisors/libvirt/pool";
import { type Fault, FaultError } from "../course/faults";
import { disksOn, removeImage } from "./machineCache";

/** An image that virtual machines of this machine begin with; all labs share them. */
export interface MachineImage {
  /** Its hash, or the name of what a run that was killed left half made. */
  readonly name: string;
  /** When it was made, ISO 8601 in UTC. */
  readonly created: string;
  /** Bytes that it takes of the disk. */
  readonly bytes: number;
  /** Paths of the disks that begin with it. */
  readonly usedBy: readonly string[];
}

/** Where they are. @param images folder below which all disks are */
const cacheIn = (images: string): string => join(images, "classlab-cache");

function foldersIn(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort();
  } catch {
    // No virtual machine was made on this machine yet.
    return [];
  }
}

/**
 * The machine images of this machine.
 * @param images folder below which all disks are; another one in tests
 * @throws Error when disks cannot be looked at, which are root's
 */
export async function findMachineImages(images = IMAGES): Promise<MachineImage[]> {
  const found: MachineImage[] = [];
  for (const name of foldersIn(cacheIn(images))) {
    const folder = join(cacheIn(images), name);
    const files = readdirSync(folder).map((file) => lstatSync(join(folder, file)));
    found.push({
      name,
      created: statSync(folder).mtime.toISOString(),
      bytes: files.reduce((sum, { blocks }) => sum + blocks * 512, 0),
      usedBy: await disksOn(cachedImage(name), images),
    });
  }
  return found;
}

/**
 * Removes machine images; one that a disk begins with by now stays.
 * @param images folder below which all disks are; another one in tests
 * @returns those that were removed
 * @throws FaultError for each that could not be removed, after the others were
 */
export async function removeMachineImages(
  doomed: readonly MachineImage[],
  images = IMAGES,
): Promise<MachineImage[]> {
  const removed: MachineImage[] = [];
  const faults: Fault[] = [];
  for (const image of doomed) {
    if ((await disksOn(cachedImage(image.name), images)).length > 0) continue;
    try {
      await removeImage(join(cacheIn(images), image.name));
      removed.push(image);
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      faults.push({ code: "engine-failed", where: `machine image ${image.name}`, what });
    }
  }
  const [first, ...rest] = faults;
  if (first) throw new FaultError([first, ...rest]);
  return removed;
}
