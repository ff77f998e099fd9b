import { EXIT } from "../../course/faults";
import type { VerifyReport } from "../../operations/verify/report";
import { json, labFile, type Options } from "../context";
import { writeAsked } from "../files";
import { withProgress } from "../run";

/** Prints a report, and writes it to the files that were asked for. @returns the exit code */
async function reportVerify(report: VerifyReport, options: Options, quiet: boolean): Promise<number> {
  const { renderVerify } = await import("../verify/terminal.js");
  if (options.json) json(report);
  else if (quiet) process.stderr.write(renderVerify(report));
  else process.stdout.write(renderVerify(report));
  if (options.junit !== undefined) {
    const { renderJunit } = await import("../verify/junit.js");
    writeAsked("--junit", options.junit, renderJunit(report));
  }
  if (options.html !== undefined) {
    const { renderVerifyPage } = await import("../verify/html.js");
    writeAsked("--html", options.html, renderVerifyPage(report, options.language ?? "en"));
  }
  return report.ok ? EXIT.done : EXIT.different;
}

/**
 * Measures whether a lab is what its plan says, and reports it.
 * @param quiet whether the report goes to standard error, because standard output has another document
 */
export async function verifyVerb(options: Options, quiet = false): Promise<number> {
  const file = labFile(options);
  // A report that cannot be written is known before anything is measured.
  for (const [option, target] of [
    ["--junit", options.junit],
    ["--html", options.html],
  ] as const)
    if (target !== undefined) writeAsked(option, target, "");
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
  return reportVerify(report, options, quiet);
}
