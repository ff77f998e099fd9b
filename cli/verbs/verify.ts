import { EXIT } from "../../course/faults";
import { json, labFile, type Options } from "../context";
import { withProgress } from "../run";

/** Measures whether a lab is what its plan says, and reports it. */
export async function verifyVerb(options: Options): Promise<number> {
  const file = labFile(options);
  const { verify } = await import("../../operations/verify/index.js");
  const report = await withProgress((progress, signal) =>
    verify(file, {
      teams: options.team ?? [],
      exercises: options.exercise ?? [],
      ...(options.timeout === undefined ? {} : { timeout: options.timeout }),
      say: (line) => progress.line(line),
      signal,
    }),
  );
  if (options.json) json(report);
  else
    for (const row of report.rows)
      if (row.outcome !== "as-expected")
        process.stdout.write(`${row.outcome} ${row.title}: ${row.measured} [${row.cause}]\n`);
  return report.ok ? EXIT.done : EXIT.different;
}
