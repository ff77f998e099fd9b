import { SYSTEM } from "./docker.mjs";
import { MissingError } from "./missing.mjs";
import { installPackages } from "./packages.mjs";
import { withAdminFolders } from "./root.mjs";
import { which } from "./run.mjs";

/**
 * Provides an SSH client: Pulumi's Docker provider reaches the guests' engines with it.
 * @param {object} options
 * @param {boolean} [options.yes] consent was given
 * @param {(line: string) => void} options.say
 * @param {NodeJS.ProcessEnv} options.env
 * @param {string} [options.osRelease] the file that names the distribution
 * @returns {Promise<void>}
 * @throws {MissingError} "packages"
 */
export async function provideSsh({ yes, say, env, osRelease }) {
  if (which("ssh", env.PATH) !== null) return;
  const missing = await installPackages(["openssh-client"], { yes, say, env, osRelease });
  if (missing !== null) throw new MissingError(missing);
}

/**
 * The package of an SSH server, which is not to be started by it, where this machine has none.
 * @param {NodeJS.ProcessEnv} env
 * @param {import('./docker.mjs').System} [system]
 * @returns {import('./packages.mjs').Packages}
 */
export function sshServerPackages(env, system = SYSTEM) {
  return which("sshd", withAdminFolders(env, system).PATH) === null
    ? { names: ["openssh-server"], hold: ["ssh"] }
    : { names: [] };
}

/**
 * Provides an SSH server's program, which tests start on a stand-in host; none is started on this machine.
 * @param {object} options
 * @param {boolean} [options.yes] consent was given
 * @param {(line: string) => void} options.say
 * @param {NodeJS.ProcessEnv} options.env
 * @returns {Promise<import('./missing.mjs').Missing | null>} null when it is there
 */
export async function provideSshServer({ yes, say, env }) {
  const { names, ...how } = sshServerPackages(env);
  return names.length === 0 ? null : await installPackages(names, { yes, say, env, ...how });
}
