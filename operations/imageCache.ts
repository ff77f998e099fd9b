import { z } from "zod";
import { type Fault, FaultError } from "../course/faults";
import { docker } from "./docker";
import { type DockerFilters, idSchema, inspectDocker, listDocker } from "./dockerApi";
import { isoMoment } from "./quantities";

/** An image that classlab built or pulled on this machine; all labs share them. */
export interface CachedImage {
  /** `sha256:…` */
  readonly id: string;
  /** Its names of ours, `classlab/name:tag`; none for what a build that was cut off left. */
  readonly references: readonly string[];
  /** When it was made, ISO 8601 in UTC; empty where Docker does not say. */
  readonly created: string;
  /** Bytes with all layers below it. */
  readonly bytes: number;
  /** Digests of its layers, the lowest first. */
  readonly layers: readonly string[];
  /** Ids of the containers of this machine, running or not, that stand on it. */
  readonly usedBy: readonly string[];
}

const imageSchema = z.looseObject({
  Id: z.string(),
  RepoTags: z.array(z.string()).nullish(),
  RepoDigests: z.array(z.string()).nullish(),
  Created: z.string().default(""),
  Size: z.number().default(0),
  RootFS: z.looseObject({ Layers: z.array(z.string()).nullish() }).nullish(),
});
type Image = z.output<typeof imageSchema>;

const containerSchema = z.looseObject({ Id: z.string(), ImageID: z.string() });

const OURS = "classlab/";

const layersOf = (image: Image): readonly string[] => image.RootFS?.Layers ?? [];

/** Whether layers begin with all those of another image. */
function standsOn(layers: readonly string[], base: readonly string[]): boolean {
  return base.length <= layers.length && base.every((layer, index) => layers[index] === layer);
}

/**
 * Whether an image is of the cache: by a name of ours. What others built on our images inherits the label, so that it
 * alone says something only of images without any name.
 */
function isCached(image: Image): boolean {
  const tags = image.RepoTags ?? [];
  const named = [...tags, ...(image.RepoDigests ?? [])].some((name) => !name.startsWith("<none>"));
  return !named || tags.some((tag) => tag.startsWith(OURS));
}

async function imageIds(filters: DockerFilters): Promise<string[]> {
  return (await listDocker(idSchema, "images", filters)).map(({ Id }) => Id);
}

/** What a container stands on. */
interface Use {
  readonly container: string;
  readonly layers: readonly string[];
}

/** What the containers of this machine stand on, whoever made them. */
async function readUses(): Promise<Use[]> {
  const containers = await listDocker(containerSchema, "containers");
  const images = await inspectDocker(imageSchema, "images", [
    ...new Set(containers.map(({ ImageID }) => ImageID)),
  ]);
  const layers = new Map(images.map((image) => [image.Id, layersOf(image)]));
  return containers.map(({ Id, ImageID }) => ({ container: Id, layers: layers.get(ImageID) ?? [] }));
}

/** The image cache of this machine's Docker, in the order in which it can be removed: what stands on others first. */
export async function findImageCache(): Promise<CachedImage[]> {
  const [labelled, named, uses] = await Promise.all([
    imageIds({ label: ["classlab.image"] }),
    imageIds({ reference: [`${OURS}*`] }),
    readUses(),
  ]);
  const images = await inspectDocker(imageSchema, "images", [...new Set([...labelled, ...named])]);
  return images
    .filter(isCached)
    .map((image) => ({
      id: image.Id,
      references: (image.RepoTags ?? []).filter((tag) => tag.startsWith(OURS)),
      created: isoMoment(image.Created),
      bytes: image.Size,
      layers: layersOf(image),
      usedBy: uses.flatMap((use) => (standsOn(use.layers, layersOf(image)) ? [use.container] : [])),
    }))
    .sort(
      (a, b) =>
        b.layers.length - a.layers.length || (a.references[0] ?? "~").localeCompare(b.references[0] ?? "~"),
    );
}

/**
 * Bytes that images take together: what one shares with another of them counts once. Layers that two share without an
 * image of their own count twice, so it is at most so much.
 */
export function cacheBytes(images: readonly CachedImage[]): number {
  const sorted = [...images].sort((a, b) => a.layers.length - b.layers.length);
  return sorted.reduce((sum, image, index) => {
    const below = sorted.slice(0, index).filter((other) => standsOn(image.layers, other.layers));
    return sum + Math.max(0, image.bytes - Math.max(0, ...below.map((other) => other.bytes)));
  }, 0);
}

/**
 * Removes images by our own names; another's name for the same image keeps its layers. Nothing is forced:
 * Docker refuses what a container uses.
 * @returns those that were removed
 * @throws FaultError with Docker's words for each that could not be removed, after the others were
 */
export async function removeCached(images: readonly CachedImage[]): Promise<CachedImage[]> {
  const removed: CachedImage[] = [];
  const faults: Fault[] = [];
  for (const image of images) {
    const result = await docker([
      "image",
      "rm",
      ...(image.references.length > 0 ? image.references : [image.id]),
    ]);
    if (result.code === 0 || /no such image/i.test(result.stderr)) removed.push(image);
    else {
      faults.push({
        code: "engine-failed",
        where: `image ${image.references[0] ?? image.id}`,
        what: result.stderr.trim().split("\n").at(-1) ?? `exit code ${result.code}`,
      });
    }
  }
  const [first, ...rest] = faults;
  if (first) throw new FaultError([first, ...rest]);
  return removed;
}
