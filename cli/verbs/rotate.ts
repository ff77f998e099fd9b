import { EXIT } from "../../course/faults";
import { consent, json, labFile, type Options } from "../context";
import { renderRegistryRotation, renderRotate, SCHEMA_VERSION } from "../output";
import { withProgress } from "../run";

/** Has a new authority sign for the class's own registry. */
async function rotateAuthority(file: ReturnType<typeof labFile>, options: Options): Promise<number> {
  const { rotateRegistry } = await import("../../operations/rotateRegistry.js");
  const report = await withProgress((progress, signal) =>
    rotateRegistry(file, {
      say: (line) => progress.line(line),
      onEvent: (_stack, event) => progress.event(event),
      consent: consent(options),
      signal,
    }),
  );
  const { plan, done, units } = report;
  if (options.json) json({ schemaVersion: SCHEMA_VERSION, ok: done, lab: plan.lab, units });
  else process.stdout.write(renderRegistryRotation(report));
  return done ? EXIT.done : EXIT.failed;
}

/** Makes teams' secrets anew. */
export async function rotateVerb(options: Options): Promise<number> {
  const file = labFile(options);
  if (options.registry) return rotateAuthority(file, options);
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
