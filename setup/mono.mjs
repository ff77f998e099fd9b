import { installPackages } from "./packages.mjs";
import { which } from "./run.mjs";

/** Debian's packages of Mono's compiler and of what runs its programs. */
const PACKAGES = ["mono-mcs", "mono-runtime"];

/**
 * Provides a compiler of C# for the tests: what joins a Windows host with its guests is a program that Windows compiles.
 * @param {object} options
 * @param {(line: string) => void} options.say
 * @param {NodeJS.ProcessEnv} options.env
 * @returns {Promise<import('./missing.mjs').Missing | null>} null when it is there
 */
export async function provideMono({ say, env }) {
  if (which("mcs", env.PATH) !== null && which("mono", env.PATH) !== null) return null;
  return await installPackages(PACKAGES, { say, env });
}
