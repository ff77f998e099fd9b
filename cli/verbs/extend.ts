import { EXIT, FaultError } from "../../course/faults";
import { confirm, json, labFile, type Options } from "../context";
import { costWords, extendJson, renderExtend } from "../extendOutput";
import { withProgress } from "../run";

/** Moves the end of a lab in clouds. */
export async function extendVerb(options: Options): Promise<number> {
  const file = labFile(options);
  const { extend, planExtension } = await import("../../operations/clouds/extend.js");
  const { until, hours } = options;
  if (until === undefined && hours === undefined)
    throw new FaultError([
      {
        code: "calendar-invalid",
        where: "extend",
        what: "it is not said until when",
        expected: "--until 2027-01-19T18:00, or --hours 2",
      },
    ]);
  const wish = hours === undefined ? { until: until ?? "" } : { hours };
  const planned = planExtension(file, wish, new Date().toISOString());
  const what = `Move the end of lab "${file.lab}" from ${planned.before} to ${planned.end}`;
  await confirm(`${what}, ${costWords(planned)}?`, options);
  await withProgress((progress, signal) =>
    extend(file, planned, {
      say: (line) => progress.line(line),
      onEvent: (event) => progress.event(event),
      signal,
    }),
  );
  if (options.json) json(extendJson(file.lab, planned, file.path));
  else process.stdout.write(renderExtend(planned, file.path, file.selection));
  return EXIT.done;
}
