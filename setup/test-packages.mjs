import { browserPackages } from "./browser.mjs";
import { cloudInitPackages } from "./cloud-init.mjs";
import { dockerPackages, lookForDocker, SYSTEM } from "./docker.mjs";
import { libvirtPackages, lookForLibvirt } from "./libvirt.mjs";
import { monoPackages } from "./mono.mjs";
import { hasApt, installPackages } from "./packages.mjs";
import { schemaPackages } from "./schemas.mjs";
import { sshServerPackages } from "./ssh.mjs";

/**
 * Installs all packages of the distribution that the whole of the tests needs at once, where nobody is asked. It is for speed alone: what
 * comes afterwards provides each thing by itself, and tells what it could not.
 * @param {object} options
 * @param {(line: string) => void} options.say
 * @param {NodeJS.ProcessEnv} options.env
 * @param {import('./docker.mjs').System} [options.system]
 * @returns {Promise<void>}
 */
export async function installTestPackages({ say, env, system = SYSTEM }) {
  const { osRelease } = system;
  if (!hasApt(osRelease)) return;
  const [docker, libvirt] = await Promise.all([
    // A Docker context that cannot be used is told when Docker is provided.
    lookForDocker({ env, system }).catch(() => ({ install: null })),
    lookForLibvirt({ env, system }),
  ]);
  const all = [
    docker.install?.length ? dockerPackages(system) : { names: [] },
    libvirtPackages(libvirt.install ?? [], system),
    sshServerPackages(env, system),
    schemaPackages(env, system),
    cloudInitPackages(env),
    monoPackages(env),
    browserPackages(env),
  ];
  const each = (part) => [...new Set(all.flatMap((packages) => packages[part] ?? []))];
  const names = each("names");
  if (names.length > 0)
    await installPackages(names, { say, env, osRelease, hold: each("hold"), optional: each("optional") });
}
