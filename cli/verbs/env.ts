import { EXIT } from "../../course/faults";
import { quote } from "../../course/shell";
import { json, labFile, type Options } from "../context";
import { SCHEMA_VERSION } from "../output";

/** Prints the environment for plain Pulumi. */
export async function envVerb(options: Options): Promise<number> {
  const file = labFile(options);
  const { labEnvironment } = await import("../../operations/environment.js");
  const variables = await labEnvironment(file);
  if (options.json) json({ schemaVersion: SCHEMA_VERSION, variables });
  else {
    process.stdout.write(
      Object.entries(variables)
        .map(([key, value]) => `export ${key}=${quote(value)}\n`)
        .join(""),
    );
  }
  return EXIT.done;
}
