import { join } from "node:path";
import { provideBrowser } from "./browser.mjs";
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
  // Chosen tests that open no page need no browser.
  const paths = argv.filter((word) => word.includes("tests/"));
  if (paths.length === 0 || paths.some((path) => path.includes("browser"))) {
    const browser = await provideBrowser({ say, env: provided.env });
    if (browser.path) provided.env.CLASSLAB_CHROMIUM = browser.path;
    else {
      report([browser.missing], false);
      if (isCi(env)) return EXIT_MISSING;
      say("Tests that open pages are skipped.");
      provided.env.CLASSLAB_TEST_SKIP = `${provided.env.CLASSLAB_TEST_SKIP ?? ""} browser`;
    }
  }
  return await runNode([join(ROOT, "node_modules", "jest", "bin", "jest.js"), ...argv], {
    env: provided.env,
    cwd: ROOT,
  });
}
