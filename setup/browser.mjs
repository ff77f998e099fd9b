import { installPackages } from "./packages.mjs";
import { which } from "./run.mjs";

/** Programs that are the browser of the tests, the first that is there. */
const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/**
 * The distribution's browser, and letters for Japanese, where this machine has no browser.
 * @param {NodeJS.ProcessEnv} env
 * @returns {import('./packages.mjs').Packages}
 */
export function browserPackages(env) {
  return env.CLASSLAB_CHROMIUM || find(env)
    ? { names: [] }
    : { names: ["chromium"], optional: ["fonts-vlgothic"] };
}

const find = (env) => NAMES.map((name) => which(name, env.PATH)).find((path) => path !== null);

/**
 * Provides a browser for the tests of pages: one that is there, else the distribution's Chromium, and letters for Japanese.
 * @param {object} options
 * @param {(line: string) => void} options.say
 * @param {NodeJS.ProcessEnv} options.env
 * @returns {Promise<{ path: string } | { missing: import('./missing.mjs').Missing }>}
 */
export async function provideBrowser({ say, env }) {
  const there = env.CLASSLAB_CHROMIUM || find(env);
  if (there) return { path: there };
  const { names, ...how } = browserPackages(env);
  const missing = await installPackages(names, { say, env, ...how });
  if (missing !== null) return { missing };
  const path = find(env);
  if (path) return { path };
  return {
    missing: {
      code: "packages",
      what: "there is no browser for the tests of pages",
      why: "the package chromium brought no program of that name",
      todo: "install Chromium or Chrome and name it in CLASSLAB_CHROMIUM",
    },
  };
}
