import { EXIT } from "../../course/faults";
import { consent, json, labFile, type Options } from "../context";
import { SCHEMA_VERSION } from "../output";
import { withProgress } from "../run";

/** Provides the images of a lab. */
export async function imagesVerb(options: Options): Promise<number> {
  const file = labFile(options);
  const { labImages } = await import("../../operations/labImages.js");
  const images = await withProgress((progress) =>
    labImages(file, {
      say: (line) => progress.line(line),
      consent: consent(options),
      update: options.update === true,
    }),
  );
  if (options.json) json({ schemaVersion: SCHEMA_VERSION, ok: true, lab: file.lab, images });
  else {
    process.stdout.write(`Images of lab "${file.lab}" (${images.source}):\n`);
    for (const [name, image] of [["guest", images.guest] as const, ...Object.entries(images.course)]) {
      process.stdout.write(`  ${name.padEnd(12)} ${image.reference}  ${image.id.slice(7, 19)}\n`);
    }
  }
  return EXIT.done;
}
