import { join } from "node:path";
import { runNode } from "./child.mjs";
import { EXIT_MISSING, report } from "./missing.mjs";
import { readArguments } from "./needs.mjs";
import { provide, ROOT } from "./provide.mjs";

/**
 * Provides what the command needs, then runs it.
 * @param {string[]} argv without node and script
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>} the exit code
 */
export async function launch(argv, env) {
  const { verb, needs, yes, json, selection } = readArguments(argv);
  const say = (line) => process.stderr.write(`${line}\n`);
  const main = join(ROOT, "dist", "cli", "main.js");
  const provided = await provide({ root: ROOT, needs, yes, say, env });
  if (provided.missing.length === 0) return await runNode([main, ...argv], { env: provided.env });
  // The plan needs neither engine nor Docker, and shows what there would be.
  const planned =
    verb === "up" && !json && !provided.missing.some(({ code }) => code === "modules" || code === "build");
  if (planned) await runNode([main, "plan", ...selection], { env: provided.env });
  report(provided.missing, json);
  return EXIT_MISSING;
}
