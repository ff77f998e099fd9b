import { EXIT } from "../../course/faults";
import { confirm, json, labFile, type Options } from "../context";
import { renderDown, SCHEMA_VERSION } from "../output";
import { withProgress } from "../run";

/** Takes a lab down. */
export async function downVerb(options: Options): Promise<number> {
  const file = labFile(options);
  await confirm(`Remove everything of lab "${file.lab}", what learners made in it included?`, options);
  const { down } = await import("../../operations/down.js");
  const { countStanding } = await import("../../operations/sweep.js");
  const report = await withProgress(
    (progress, signal) =>
      down(file, {
        say: (line) => progress.line(line),
        onEvent: (_stack, event) => progress.event(event),
        signal,
      }),
    () => countStanding(file),
  );
  if (options.json)
    json({ schemaVersion: SCHEMA_VERSION, ok: report.left.length === 0, lab: file.lab, ...report });
  else process.stdout.write(renderDown(file.lab, file.selection, report));
  return report.left.length === 0 ? EXIT.done : EXIT.leftovers;
}
