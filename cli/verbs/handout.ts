import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { handoutsOf } from "../../course/composeFiles";
import { EXIT } from "../../course/faults";
import { refuseUnknownTeams } from "../chosenTeams";
import { json, labFile, type Options } from "../context";
import { writeAsked } from "../files";
import { SCHEMA_VERSION } from "../output";

/** Writes what teams are handed out: the Compose files of their stacks. */
export async function handoutVerb(options: Options): Promise<number> {
  const { planLab } = await import("../../operations/plan.js");
  const plan = planLab(labFile(options));
  const asked = options.team ?? [];
  refuseUnknownTeams(
    plan.teams.map(({ id }) => id),
    asked,
  );
  const folder = options.out ?? "handouts";
  const files = plan.teams
    .filter(({ id }) => asked.length === 0 || asked.includes(id))
    .flatMap((team) => handoutsOf(plan, team))
    .map(({ path, text }) => ({ file: join(folder, ...path.split("/")), text }));
  for (const { file, text } of files) {
    // What stands in the way of a folder is told by the file that cannot be written into it.
    try {
      mkdirSync(dirname(file), { recursive: true });
    } catch {}
    writeAsked("--out", file, text);
  }
  if (options.json) json({ schemaVersion: SCHEMA_VERSION, files: files.map(({ file }) => file) });
  else {
    process.stdout.write(files.map(({ file }) => `${file}\n`).join(""));
    process.stderr.write(
      files.length > 0 ? "" : "No team of the lab has a Docker stack to write a file of.\n",
    );
  }
  return EXIT.done;
}
