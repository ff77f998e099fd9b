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
 * Provides an SSH server's program, which tests start on a stand-in host; none is started on this machine.
 * @param {object} options
 * @param {boolean} [options.yes] consent was given
 * @param {(line: string) => void} options.say
 * @param {NodeJS.ProcessEnv} options.env
 * @returns {Promise<import('./missing.mjs').Missing | null>} null when it is there
 */
export async function provideSshServer({ yes, say, env }) {
  if (which("sshd", withAdminFolders(env, SYSTEM).PATH) !== null) return null;
  return await installPackages(["openssh-server"], { yes, say, env, hold: ["ssh"] });
}
