import { delimiter } from "node:path";
import { which } from "./run.mjs";

/**
 * How to run a command as root here.
 * @param {NodeJS.ProcessEnv} env
 * @param {string[]} command
 * @returns {{ command: string, args: string[], terminal: boolean } | null} null when the user is not root and there is no sudo;
 *   `terminal`: a password may be asked for
 */
export function asRoot(env, command) {
  if (process.getuid() === 0) return { command: command[0], args: command.slice(1), terminal: false };
  const sudo = which("sudo", env.PATH);
  if (sudo === null) return null;
  const terminal = Boolean(process.stdin.isTTY);
  return { command: sudo, args: terminal ? command : ["-n", ...command], terminal };
}

/**
 * An environment whose search path has the folders where daemons are; a plain user's lacks them.
 * @param {NodeJS.ProcessEnv} env
 * @param {import('./docker.mjs').System} system
 * @returns {NodeJS.ProcessEnv} a copy
 */
export function withAdminFolders(env, system) {
  return { ...env, PATH: [env.PATH ?? "", ...system.admin].join(delimiter) };
}
