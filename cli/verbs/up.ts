import { EXIT } from "../../course/faults";
import { consent, json, labFile, type Options } from "../context";
import { renderUp, upJson } from "../output";
import { withProgress } from "../run";

/** Brings a lab to its plan. */
export async function upVerb(options: Options): Promise<number> {
  const file = labFile(options);
  const { up } = await import("../../operations/up.js");
  const report = await withProgress((progress, signal) =>
    up(file, {
      say: (line) => progress.line(line),
      onEvent: (_stack, event) => progress.event(event),
      consent: consent(options),
      signal,
    }),
  );
  if (options.json) json(upJson(report));
  else process.stdout.write(renderUp(report, file.selection));
  return report.services.every((service) => service.ok) ? EXIT.done : EXIT.failed;
}
