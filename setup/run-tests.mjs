import { join } from "node:path";
import { runNode } from "./child.mjs";
import { isCi } from "./consent.mjs";
import { EXIT_MISSING, report } from "./missing.mjs";
import { provide, ROOT } from "./provide.mjs";

/**
 * Provides what the tests need, then runs them all. In CI everything has to be there; elsewhere the tests that need the
 * engine and Docker are skipped where those cannot be had.
 * @param {string[]} argv more arguments for jest
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>} the exit code
 */
export async function runTests(argv, env) {
  const say = (line) => process.stderr.write(`${line}\n`);
  const provided = await provide({ root: ROOT, needs: ["modules", "engine", "docker"], say, env });
  if (provided.missing.length > 0) {
    report(provided.missing, false);
    if (isCi(env) || provided.missing.some(({ code }) => code === "modules" || code === "build"))
      return EXIT_MISSING;
    say("Tests that need the engine and Docker are skipped.");
    provided.env.CLASSLAB_TEST_SKIP = "docker";
  }
  return await runNode([join(ROOT, "node_modules", "jest", "bin", "jest.js"), "-i", ...argv], {
    env: provided.env,
    cwd: ROOT,
  });
}
