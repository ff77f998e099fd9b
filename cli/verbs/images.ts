import { EXIT } from "../../course/faults";
import { consent, json, labFile, type Options } from "../context";
import { renderImages, SCHEMA_VERSION } from "../output";
import { withProgress } from "../run";

/** Provides the images of a lab. */
export async function imagesVerb(options: Options): Promise<number> {
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
