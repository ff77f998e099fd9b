import { EXIT } from "../../course/faults";
import { json, labFile, type Options } from "../context";
import { renderStatus, SCHEMA_VERSION } from "../output";

/** Shows guests and services as they are. */
export async function statusVerb(options: Options): Promise<number> {
  const { status } = await import("../../operations/status.js");
  const report = await status(labFile(options));
  if (options.json)
    json({ schemaVersion: SCHEMA_VERSION, ok: report.ok, lab: report.plan.lab, guests: report.guests });
  else process.stdout.write(renderStatus(report));
  return report.ok ? EXIT.done : EXIT.failed;
}
