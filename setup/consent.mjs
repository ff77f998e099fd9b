import { createInterface } from "node:readline/promises";

/**
 * Whether changes to this machine are agreed to: `--yes` and CI are consent; on a terminal the user is asked; where nobody
 * can be asked, nobody has agreed.
 * @param {object} options
 * @param {boolean} [options.yes]
 * @param {NodeJS.ProcessEnv} options.env
 * @param {string} options.question what exactly will be done, without a question mark's answer, e.g. "Install docker.io?"
 * @returns {Promise<'yes' | 'no' | 'nobody'>}
 */
export async function consent({ yes, env, question }) {
  if (yes || isCi(env)) return "yes";
  if (!process.stdin.isTTY || !process.stdout.isTTY) return "nobody";
  // On stderr, like all that set-up says: stdout belongs to the command itself.
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const gone = new Promise((resolve) => terminal.once("close", () => resolve("")));
  try {
    const answer = await Promise.race([terminal.question(`${question} [y/N] `), gone]);
    return /^\s*y(es)?\s*$/i.test(answer) ? "yes" : "no";
  } finally {
    terminal.close();
  }
}

/**
 * Whether this is a CI run, by the variable that hosted services set.
 * @param {NodeJS.ProcessEnv} env
 * @returns {boolean}
 */
export function isCi(env) {
  return Boolean(env.CI) && env.CI !== "false" && env.CI !== "0";
}
