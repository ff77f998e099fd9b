import { isFault } from "../course/faults";
import type { ImageSet } from "../course/images";
import { LAB_RECORD_TYPE } from "../course/record";
import { ensureImages, type Say } from "./images";
import { openExisting, prepareExisting, prepareUp } from "./prepare";
import type { StackFile } from "./stackFile";

/** Options of {@link labImages}. */
export interface LabImagesOptions {
  readonly say: Say;
  /** Whether distribution packages may be installed without asking. */
  readonly consent: boolean;
  /** Decide anew where images come from, and which. */
  readonly update: boolean;
  readonly signal?: AbortSignal;
}

/** A lab's images after {@link labImages}. */
export interface LabImages {
  readonly images: ImageSet;
  /** What the lab had before, when it stands and they were decided anew. */
  readonly before: ImageSet | undefined;
}

type Source = Parameters<typeof ensureImages>[0];

/** Makes images available. Who asks for them gets them, also for a lab whose guests need none. */
function provide(file: StackFile, source: Source, { say, consent }: LabImagesOptions): Promise<ImageSet> {
  const { edition, registry, site } = file.config;
  return ensureImages(source, {
    say,
    consent,
    edition,
    network: site.network,
    registry: registry?.run !== undefined,
  });
}

async function standing(file: StackFile): Promise<ImageSet | undefined> {
  try {
    return (await openExisting(file)).record?.images;
  } catch (error) {
    if (!isFault(error, "stack-absent")) throw error;
    return undefined;
  }
}

/** Decides anew, and keeps the decision in the state of a lab that stands: the next `up` goes by it. */
async function decideAnew(file: StackFile, options: LabImagesOptions): Promise<LabImages> {
  const before = await standing(file);
  const lab = await prepareUp(file, { ...options, updateImages: true });
  options.signal?.throwIfAborted();
  for (const { engine, state } of lab.units) {
    const kept = state.resources.find((resource) => resource.type === LAB_RECORD_TYPE);
    if (kept) await engine.keepRecord(kept.urn, options.signal);
  }
  return { images: lab.record.images ?? (await provide(file, file.config.images.source, options)), before };
}

/**
 * Provides a lab's images without making the lab. A lab that stands keeps its decision unless `update` is set; the new
 * one is kept at once, and takes effect with the next `up`.
 * @throws FaultError
 */
export async function labImages(file: StackFile, options: LabImagesOptions): Promise<LabImages> {
  if (options.update) return decideAnew(file, options);
  let source: Source = file.config.images.source;
  try {
    source = (await prepareExisting(file)).record.images?.source ?? source;
  } catch (error) {
    if (!isFault(error, "stack-absent")) throw error;
  }
  return { images: await provide(file, source, options), before: undefined };
}
