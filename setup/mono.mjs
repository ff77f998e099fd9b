import { installPackages } from "./packages.mjs";
import { which } from "./run.mjs";

const PACKAGES = ["mono-mcs", "mono-runtime"];

/**
 * Packages with Mono's compiler and what runs its programs, where this machine lacks them.
 * @param {NodeJS.ProcessEnv} env
 * @returns {import('./packages.mjs').Packages}
 */
export function monoPackages(env) {
  const there = which("mcs", env.PATH) !== null && which("mono", env.PATH) !== null;
  return { names: there ? [] : PACKAGES };
}

/**
 * Provides a compiler of C# for the tests: what joins a Windows host with its guests is a program that Windows compiles.
 * @param {object} options
 * @param {(line: string) => void} options.say
 * @param {NodeJS.ProcessEnv} options.env
 * @returns {Promise<import('./missing.mjs').Missing | null>} null when it is there
 */
export async function provideMono({ say, env }) {
  const { names } = monoPackages(env);
  return names.length === 0 ? null : await installPackages(names, { say, env });
}
