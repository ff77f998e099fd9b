import type { ImageSet } from "../course/images";
import { ensureImages, type Say } from "./images";
import { prepareExisting, prepareUp } from "./prepare";
import { isFault } from "./runUnits";
import type { StackFile } from "./stackFile";

/**
 * Provides a lab's images without making the lab. A lab that stands keeps its decision unless `update` is set; the
 * new one takes effect with the next `up`.
 */
export async function labImages(
  file: StackFile,
  options: { readonly say: Say; readonly consent: boolean; readonly update: boolean },
): Promise<ImageSet> {
  if (options.update) return (await prepareUp(file, { ...options, updateImages: true })).record.images;
  let source: Parameters<typeof ensureImages>[0] = file.config.images.source;
  try {
    source = (await prepareExisting(file)).record.images.source;
  } catch (error) {
    if (!isFault(error, "stack-absent")) throw error;
  }
  return ensureImages(source, options.say, options.consent);
}
