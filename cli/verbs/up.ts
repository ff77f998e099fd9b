import { EXIT } from "../../course/faults";
import { consent, json, labFile, type Options } from "../context";
import { renderUp, upJson, upLocked, upSucceeded } from "../output";
import { withProgress } from "../run";
import { hostsVerb } from "./hosts";
import { previewVerb } from "./preview";
import { verifyVerb } from "./verify";

/** Brings a lab to its plan. */
export async function upVerb(options: Options): Promise<number> {
  if (options.hosts) return hostsVerb(options);
  if (options.preview) return previewVerb(options);
  const file = labFile(options);
  const { up } = await import("../../operations/up.js");
  const { countStanding } = await import("../../operations/sweep.js");
  const report = await withProgress(
    (progress, signal) =>
      up(file, {
        say: (line) => progress.line(line),
        onEvent: (_stack, event) => progress.event(event),
        consent: consent(options),
        ...(options.repair ? { repair: { teams: options.team ?? [] } } : { teams: options.team ?? [] }),
        failed: options.failed === true,
        ...(options.parallel === undefined ? {} : { parallel: options.parallel }),
        replace: options.replace ?? [],
        signal,
      }),
    () => countStanding(file),
  );
  if (options.json) json(upJson(report));
  else process.stdout.write(renderUp(report, file.selection));
  if (!upSucceeded(report)) return upLocked(report) ? EXIT.locked : EXIT.failed;
  // One document on standard output: that of up.
  return options.verify ? verifyVerb({ ...options, json: false }, options.json === true) : EXIT.done;
}
