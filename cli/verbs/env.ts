import { EXIT } from "../../course/faults";
import { quote } from "../../course/shell";
import { json, labFile, type Options } from "../context";
import { SCHEMA_VERSION } from "../output";

/** Prints the environment for plain Pulumi. */
export async function envVerb(options: Options): Promise<number> {
  const file = labFile(options);
  const { labEnvironment } = await import("../../operations/environment.js");
  const { stack, stacks, variables } = await labEnvironment(file, options.team?.at(-1));
  // Standard output is for a shell to read.
  if (stacks.length > 1)
    process.stderr.write(`# stack ${stack}, one of ${stacks.length}: --team ID is for a team's\n`);
  if (options.json) json({ schemaVersion: SCHEMA_VERSION, stack, stacks, variables });
  else {
    process.stdout.write(
      Object.entries(variables)
        .map(([key, value]) => `export ${key}=${quote(value)}\n`)
        .join(""),
    );
  }
  return EXIT.done;
}
