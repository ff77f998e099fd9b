import { consent, json, labFile, type Options } from "../context";
import { doctorJson, renderDoctor } from "../doctorOutput";
import { withProgress } from "../run";

/** Looks at all that a lab needs of this machine, and mends what is safe to mend when asked to. */
export async function doctorVerb(options: Options): Promise<number> {
  const file = labFile(options);
  const { doctor, doctorExitCode } = await import("../../operations/doctor/index.js");
  const report = options.fix
    ? await withProgress((progress) =>
        doctor(file, { fix: { say: (line) => progress.line(line), consent: consent(options) } }),
      )
    : await doctor(file);
  const code = doctorExitCode(report);
  if (options.json) json(doctorJson(report));
  else process.stdout.write(renderDoctor(report, file.selection, process.stdout.isTTY === true));
  return code;
}
