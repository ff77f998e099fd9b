import { EXIT, formatFaults } from "../../course/faults";
import { json, labFile, type Options } from "../context";
import { renderStatus, SCHEMA_VERSION } from "../output";

/** Shows guests and services as they are, and how the lab differs from its plan. */
export async function statusVerb(options: Options): Promise<number> {
  const file = labFile(options);
  const { status } = await import("../../operations/status.js");
  const report = await status(file, (line) => process.stderr.write(`${line}\n`));
  if (options.json) {
    const { plan, ...rest } = report;
    json({ schemaVersion: SCHEMA_VERSION, lab: plan.lab, ...rest });
  } else process.stdout.write(renderStatus(report, file.selection));
  if (report.running) process.stderr.write(`${formatFaults([report.running])}\n`);
  return report.running ? EXIT.locked : report.ok ? EXIT.done : EXIT.failed;
}
