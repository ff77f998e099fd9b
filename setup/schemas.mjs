import { existsSync } from "node:fs";
import { provideCloudInit } from "./cloud-init.mjs";
import { SYSTEM } from "./docker.mjs";
import { installPackages } from "./packages.mjs";
import { withAdminFolders } from "./root.mjs";
import { which } from "./run.mjs";

/** Programs that check a document or sign one, by the package of Debian and Ubuntu that has them. */
const PROGRAMS = { "libxml2-utils": "xmllint", "netplan.io": "netplan", gnupg: "gpg", gpgv: "gpgv" };

/**
 * Packages with which documents are checked, those that this machine lacks.
 * @param {NodeJS.ProcessEnv} env
 * @param {import('./docker.mjs').System} [system]
 * @returns {import('./packages.mjs').Packages}
 */
export function schemaPackages(env, system = SYSTEM) {
  const { PATH } = withAdminFolders(env, system);
  const absent = Object.keys(PROGRAMS).filter((name) => which(PROGRAMS[name], PATH) === null);
  return { names: existsSync(system.schemas) ? absent : ["libvirt0", ...absent] };
}

/**
 * Provides what the tests check documents of virtual machines with: libvirt's schemas and what reads them, signatures, cloud-init and
 * netplan.
 * @param {object} options
 * @param {string} options.root the checkout
 * @param {(line: string) => void} options.say
 * @param {NodeJS.ProcessEnv} options.env
 * @param {import('./docker.mjs').System} [options.system]
 * @returns {Promise<{ path: string | undefined, missing: import('./missing.mjs').Missing[] }>} `path`: PATH with all that is there
 */
export async function provideSchemas({ root, say, env, system = SYSTEM }) {
  const { PATH } = withAdminFolders(env, system);
  const { names } = schemaPackages(env, system);
  const { osRelease } = system;
  const tools = names.length > 0 ? await installPackages(names, { say, env, osRelease }) : null;
  const cloudInit = await provideCloudInit({ root, say, env: { ...env, PATH }, system });
  const missing = [tools, cloudInit.missing].filter((entry) => entry !== null && entry !== undefined);
  return { path: cloudInit.path ?? PATH, missing };
}
