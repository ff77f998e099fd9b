import { resolve } from "node:path";
import { EXIT } from "../../course/faults";
import { json, labFile, type Options } from "../context";
import { SCHEMA_VERSION } from "../output";

/** Writes what teams take to their PCs. */
export async function handoutVerb(options: Options): Promise<number> {
  const { planLab } = await import("../../operations/plan.js");
  const { writeHandout } = await import("../../operations/handout.js");
  const plan = planLab(labFile(options));
  const written = writeHandout(plan, resolve(options.out ?? `handout-${plan.lab}`), options.team ?? []);
  if (options.json) json({ schemaVersion: SCHEMA_VERSION, ok: true, teams: written });
  else
    for (const { team, folder, files } of written)
      process.stdout.write(
        `${team}  ${folder}: ${files.length > 0 ? files.join(", ") : "nothing for its host"}\n`,
      );
  return EXIT.done;
}
