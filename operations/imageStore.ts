import { createHash } from "node:crypto";
import { z } from "zod";
import { IMAGE_STORE } from "../components/imageStore";
import { type ImageSet, imageNames } from "../course/images";
import { MARK_KEYS } from "../course/mark";
import { docker, dockerOutput } from "./docker";
import { type DockerFilters, idSchema, listDocker, makeVolume } from "./dockerApi";
import { courseNames, feedCourseImages, guestContainer } from "./guestEngine";
import { type ProcessResult, run } from "./process";
import { saysDiskFull } from "./trouble";

/** The image store as it stands on this machine. */
export interface ImageStore {
  /** Name of its volume. */
  readonly volume: string;
  /** Ids of containers and names of labs' disks that need it: those that see it, and disks whose images' files are in it. */
  readonly usedBy: readonly string[];
}

const MAKE_DEADLINE = 10 * 60_000;

/** The name of a set: another one for other images or other names of theirs, or for guests of another image. */
function storeSet(images: ImageSet): string {
  const names = imageNames(images.edition).flatMap(({ name, tags }) => [
    ...Object.values(images.course[name]),
    ...tags,
  ]);
  const parts = [images.guest.id, ...names];
  return createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 12);
}

/** Words that run the image store's own program in a short-lived container of the guests' image. */
function storeWords(images: ImageSet, ...words: readonly string[]): string[] {
  return guestContainer(
    images,
    ["-v", `${IMAGE_STORE.volume}:${IMAGE_STORE.folder}`],
    ["classlab-images", ...words],
  );
}

/** Makes the store's volume where there is none: Docker would make one without a mark for the first guest. */
export async function keepStoreVolume(): Promise<void> {
  await makeVolume(IMAGE_STORE.volume, { "classlab.image": "store" });
}

const volumeSchema = z.looseObject({ Name: z.string() });

async function volumeNames(filters: DockerFilters): Promise<string[]> {
  return (await listDocker(volumeSchema, "volumes", filters)).map(({ Name }) => Name);
}

/** The image store, or undefined where this machine's Docker has none. */
export async function findImageStore(): Promise<ImageStore | undefined> {
  const { volume } = IMAGE_STORE;
  const [volumes, containers, disks] = await Promise.all([
    volumeNames({ name: [`^${volume}$`] }),
    listDocker(idSchema, "containers", { volume: [volume] }),
    volumeNames({ label: [MARK_KEYS.lab] }),
  ]);
  return volumes.length === 0 ? undefined : { volume, usedBy: [...containers.map(({ Id }) => Id), ...disks] };
}

/** Removes the store; Docker refuses while a container sees it. */
export async function removeImageStore({ volume }: ImageStore): Promise<void> {
  await dockerOutput(["volume", "rm", volume], { gone: true });
}

function makeSet(images: ImageSet, set: string): Promise<ProcessResult> {
  const pipeline = feedCourseImages(images, storeWords(images, "make", set, ...courseNames(images)));
  return run("sh", ["-c", pipeline], { deadline: MAKE_DEADLINE });
}

/**
 * Has a lab's images in the store of this machine, from which each new guest takes them over without loading any. No lab
 * needs it: a guest that finds none loads the images, so that what stops this is told and nothing more.
 */
export async function ensureImageStore(images: ImageSet, say: (line: string) => void): Promise<void> {
  const set = storeSet(images);
  await keepStoreVolume();
  if ((await docker(storeWords(images, "has", set))).code === 0) return;
  // Sets that nobody can need any more; the disks of guests are told by their mark.
  if ((await findImageStore())?.usedBy.length === 0) await docker(storeWords(images, "clear"));
  say("image store: loading the course's images for all guests");
  const started = performance.now();
  const made = await makeSet(images, set);
  if (made.code === 0) {
    say(`image store: made in ${Math.round((performance.now() - started) / 1000)} s`);
  } else {
    const told = made.stderr.trim().split("\n");
    // Where one end of the pipe fails the other complains, too.
    const words = (told.find(saysDiskFull) ?? told.at(-1)) || `exit code ${made.code}`;
    say(`image store: not made, each guest loads the images by itself (${words})`);
  }
}
