// The JSON Schema of what `classlab plan --json` prints, from the types themselves and their comments.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import TJS from "typescript-json-schema";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * @returns {object} the schema, draft-07
 */
export function planJsonSchema() {
  const program = TJS.getProgramFromFiles(
    [join(root, "course/report.ts")],
    {
      strict: true,
      skipLibCheck: true,
      esModuleInterop: true,
      target: "es2022",
      module: "commonjs",
      types: [],
    },
    root,
  );
  const schema = TJS.generateSchema(program, "PlanDocument", {
    required: true,
    noExtraProps: true,
    ignoreErrors: true,
  });
  if (!schema) throw new Error("the types of the plan give no schema");
  return { title: "classlab plan", ...schema };
}
