import module from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { EXIT_MISSING, report } from "./missing.mjs";
import { readArguments } from "./needs.mjs";
import { provide, ROOT } from "./provide.mjs";

/**
 * Provides what the command needs, then begins it in this process: it sets the exit code, and the process ends when it has done.
 * @param {string[]} argv without node and script
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<void>}
 */
export async function launch(argv, env) {
  const { verb, needs, yes, json, selection } = readArguments(argv);
  const say = (line) => process.stderr.write(`${line}\n`);
  const provided = await provide({ root: ROOT, needs, yes, say, env });
  if (provided.missing.length === 0) return await begin(argv, provided.env);
  // The plan needs neither engine nor Docker, and shows what there would be.
  const planned =
    verb === "up" && !json && !provided.missing.some(({ code }) => code === "modules" || code === "build");
  process.on("exit", () => {
    report(provided.missing, json);
    process.exitCode = EXIT_MISSING;
  });
  if (planned) await begin(["plan", ...selection], provided.env);
}

async function begin(argv, env) {
  const main = join(ROOT, "dist", "cli", "main.js");
  // Compiling its modules is a quarter of what a short command takes; Node.js 22 and newer keep what came of it.
  module.enableCompileCache?.(join(ROOT, ".engine", "compile-cache"));
  process.argv = [process.execPath, main, ...argv];
  Object.assign(process.env, env);
  await import(pathToFileURL(main).href);
}
