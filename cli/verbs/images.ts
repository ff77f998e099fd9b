import type { CloudRelease } from "../../course/cloudImages";
import { EXIT } from "../../course/faults";
import { consent, json, labFile, type Options } from "../context";
import { renderImages, SCHEMA_VERSION } from "../output";
import { withProgress } from "../run";

/** Fetches Ubuntu's own cloud image, for no lab. */
async function fetchUbuntu(release: CloudRelease, asJson: boolean): Promise<number> {
  const { fetchCloudImage } = await import("../../operations/cloudImage/index.js");
  const image = await withProgress((progress, signal) =>
    fetchCloudImage(release, {
      say: (line) => progress.line(line),
      doing: (step, percent) => progress.doing(step, percent),
      signal,
    }),
  );
  if (asJson) json({ schemaVersion: SCHEMA_VERSION, ok: true, ...image });
  else
    process.stdout.write(
      `${image.file}\nUbuntu ${release}, ${image.cached ? "in the cache already" : "downloaded"}: SHA-256 ${image.sha256}, signed by ${image.signedBy}\n`,
    );
  return EXIT.done;
}

/** Provides the images of a lab. */
export async function imagesVerb(options: Options): Promise<number> {
  if (options.ubuntu) return fetchUbuntu(options.ubuntu, options.json === true);
  const file = labFile(options);
  const { labImages } = await import("../../operations/labImages.js");
  const report = await withProgress((progress, signal) =>
    labImages(file, {
      say: (line) => progress.line(line),
      consent: consent(options),
      update: options.update === true,
      signal,
    }),
  );
  if (options.json) json({ schemaVersion: SCHEMA_VERSION, ok: true, lab: file.lab, ...report });
  else process.stdout.write(renderImages(file.lab, report, file.selection));
  return EXIT.done;
}
