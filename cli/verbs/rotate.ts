import { EXIT } from "../../course/faults";
import { consent, json, labFile, type Options } from "../context";
import { renderRotate, SCHEMA_VERSION } from "../output";
import { withProgress } from "../run";

/** Makes teams' secrets anew. */
export async function rotateVerb(options: Options): Promise<number> {
  const file = labFile(options);
  const { rotate } = await import("../../operations/rotate.js");
  const report = await withProgress((progress, signal) =>
    rotate(file, {
      teams: options.all ? "all" : (options.team ?? []),
      say: (line) => progress.line(line),
      onEvent: (_stack, event) => progress.event(event),
      consent: consent(options),
      signal,
    }),
  );
  const { plan, ...rest } = report;
  const ok = report.services.every((service) => service.ok) && report.units.every((unit) => !unit.failed);
  if (options.json) json({ schemaVersion: SCHEMA_VERSION, ok, lab: plan.lab, ...rest });
  else process.stdout.write(renderRotate(report));
  return ok ? EXIT.done : EXIT.failed;
}
