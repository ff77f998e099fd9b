import { existsSync, realpathSync } from "node:fs";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";
import { composePath } from "./compose.mjs";
import { lookForDocker } from "./docker.mjs";
import { absentPlugins, findEngine } from "./engine.mjs";
import { labEnvironment } from "./home.mjs";
import { lookForLibvirt } from "./libvirt.mjs";
import { MissingError } from "./missing.mjs";
import { lookForModules } from "./modules.mjs";
import { OLDEST_NODE } from "./node-version.mjs";
import { hasApt } from "./packages.mjs";
import { ROOT } from "./provide.mjs";
import { which } from "./run.mjs";
import { versions } from "./versions.mjs";

/**
 * What of all that set-up provides is there, without providing anything: for `classlab doctor`.
 * @param {object} options
 * @param {string} options.root the checkout
 * @param {NodeJS.ProcessEnv} options.env
 * @param {import('./needs.mjs').Need[]} [options.needs] "libvirt" looks for that, too: asking may start it
 * @param {import('./docker.mjs').System} [options.system] other places in tests
 * @returns {Promise<object>} one JSON document: what was found, what is expected, and whether set-up could provide it
 */
export async function look({ root, env, needs = [], system }) {
  const lab = labEnvironment(root, env);
  const engine = await findEngine(root, lab);
  const docker = await lookForDocker({ env: lab, system }).catch((error) => {
    if (!(error instanceof MissingError)) throw error;
    return { added: {}, missing: error.entry, install: null };
  });
  const compose = composePath(root, lab);
  const libvirt = needs.includes("libvirt") ? await lookForLibvirt({ env: lab, system }) : undefined;
  return {
    node: { version: process.versions.node, oldest: OLDEST_NODE.join(".") },
    ...lookForModules(root),
    engine: {
      // Only the folder in front: the rest is the caller's own.
      folder: engine.path === null || engine.path === lab.PATH ? null : engine.path.split(delimiter)[0],
      there: engine.path !== null,
      version: engine.version,
      passedOver: engine.passedOver ? `${engine.passedOver.what}: ${engine.passedOver.why}` : null,
    },
    plugins: {
      expected: Object.entries(versions.plugins).map(([name, version]) => `${name} ${version}`),
      absent: absentPlugins(lab).map(({ name, version }) => `${name} ${version}`),
    },
    compose: { version: versions.compose, file: compose, there: existsSync(compose) },
    ssh: which("ssh", lab.PATH),
    apt: hasApt(system?.osRelease),
    docker: {
      missing: docker.missing,
      startable: docker.install !== null,
      host: docker.added.DOCKER_HOST ?? null,
    },
    ...(libvirt && {
      libvirt: { missing: libvirt.missing, startable: libvirt.install !== null, kvmShut: libvirt.kvmShut },
    }),
  };
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const found = await look({ root: ROOT, env: process.env, needs: process.argv.slice(2) });
  process.stdout.write(`${JSON.stringify(found)}\n`);
}
