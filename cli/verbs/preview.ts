import { EXIT } from "../../course/faults";
import { json, labFile, type Options } from "../context";
import { renderSteps, SCHEMA_VERSION } from "../output";
import { withProgress } from "../run";

/** Shows what a run would do to a lab, and does nothing. */
export async function previewVerb(options: Options): Promise<number> {
  const file = labFile(options);
  const { previewLab } = await import("../../operations/preview.js");
  const report = await withProgress((progress, signal) =>
    previewLab(file, { say: (line) => progress.line(line), signal }),
  );
  const units = report.units.map(({ stack, changes, planned, steps }) => ({
    stack,
    changes,
    planned,
    steps,
  }));
  if (options.json) json({ schemaVersion: SCHEMA_VERSION, ok: true, lab: file.lab, units });
  else
    process.stdout.write(
      units
        .flatMap(({ stack, planned, steps }) => [
          ...renderSteps(steps),
          `stack ${stack}: ${planned} resources in the plan`,
          "",
        ])
        .join("\n"),
    );
  return EXIT.done;
}
