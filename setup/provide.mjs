import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findBundle } from "./bundle.mjs";
import { composePath, installCompose } from "./compose.mjs";
import { provideDocker } from "./docker.mjs";
import { absentPlugins, installPlugin, provideEngine } from "./engine.mjs";
import { labEnvironment, makeHome } from "./home.mjs";
import { provideLibvirt } from "./libvirt.mjs";
import { withLock } from "./lock.mjs";
import { EXIT_MISSING, MissingError, report } from "./missing.mjs";
import { provideModules } from "./modules.mjs";
import { provideSsh } from "./ssh.mjs";

/** The checkout that this file belongs to. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Provides what a command needs on this machine, so far as it can be had. Quick when nothing is missing.
 * @param {object} options
 * @param {string} options.root the checkout
 * @param {import('./needs.mjs').Need[]} options.needs
 * @param {boolean} [options.yes] consent to changing the machine was given
 * @param {(line: string) => void} options.say takes progress, line by line
 * @param {NodeJS.ProcessEnv} options.env the environment as the user set it
 * @param {import('./docker.mjs').System} [options.system] where the system keeps its things; other places in tests
 * @returns {Promise<{ env: NodeJS.ProcessEnv, missing: import('./missing.mjs').Missing[] }>} `env` is the environment for the
 *   CLI and for plain Pulumi; `missing` is empty when all was provided
 * @throws {Error} only for what is not about something missing, such as a full disk
 */
export async function provide({ root, needs, yes, say, env, system }) {
  const lab = labEnvironment(root, env);
  const missing = [];
  const attempt = async (work) => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof MissingError)) throw error;
      if (!missing.some(({ code, what }) => code === error.entry.code && what === error.entry.what))
        missing.push(error.entry);
      return undefined;
    }
  };
  if (needs.includes("modules")) await attempt(() => provideModules({ root, say, env }));
  if (needs.includes("engine")) {
    makeHome(env, lab);
    await attempt(() => provideEngineParts({ root, say, lab, attempt }));
  }
  const compose = composePath(root, env);
  if (existsSync(compose)) lab.CLASSLAB_COMPOSE = compose;
  if (needs.includes("docker")) {
    await attempt(() => provideSsh({ yes, say, env, osRelease: system?.osRelease }));
    Object.assign(lab, await attempt(() => provideDocker({ yes, say, env, system })));
  }
  if (needs.includes("libvirt")) await attempt(() => provideLibvirt({ yes, say, env, system }));
  return { env: lab, missing };
}

async function provideEngineParts({ root, say, lab, attempt }) {
  const locks = join(root, ".engine", "locks");
  const waiting = (pid) => say(`Waiting for process ${pid}, which is preparing the same checkout.`);
  const locked = (work) =>
    withLock(locks, "engine", { waiting }, work).catch((error) => {
      if (error.code !== "ELOCKED") throw error;
      throw new MissingError({
        code: "engine",
        what: "The Pulumi engine cannot be prepared",
        why: error.message,
        todo: "wait for that process or end it, then run the same command again",
      });
    });
  // Read when something has to come from it, once.
  let found;
  const bundle = () => {
    found ??= { value: findBundle(root, lab) };
    return found.value;
  };
  const engine = await attempt(() => provideEngine({ root, bundle, say, env: lab, locked }));
  if (engine !== undefined) {
    lab.PATH = engine.path;
    // Who runs it need not start it once more to ask.
    lab.CLASSLAB_ENGINE_VERSION = engine.version;
  }
  if (absentPlugins(lab).length > 0) {
    await attempt(() =>
      locked(() => providePlugins({ bundle, say, env: lab, engine: engine !== undefined, attempt })),
    );
  }
  const file = composePath(root, lab);
  if (existsSync(file)) return;
  if (lab.CLASSLAB_COMPOSE) {
    throw new MissingError({
      code: "compose",
      what: "Docker Compose cannot be used",
      why: `CLASSLAB_COMPOSE names ${file}, which does not exist`,
      todo: "correct or unset that variable, then run the same command again",
    });
  }
  await locked(async () => {
    if (existsSync(file)) return;
    await installCompose({ root, bundle: bundle(), say, file }).catch((error) => {
      throw error instanceof MissingError
        ? error
        : fault("compose", "Docker Compose for the guests cannot be had", error);
    });
  });
}

async function providePlugins({ bundle, say, env, engine, attempt }) {
  for (const plugin of absentPlugins(env)) {
    await attempt(async () => {
      await installPlugin({ plugin, bundle: bundle(), engine, say, env }).catch((error) => {
        throw error instanceof MissingError
          ? error
          : fault("plugin", `The Pulumi plugin ${plugin.name} ${plugin.version} cannot be had`, error);
      });
    });
  }
}

function fault(code, what, error) {
  return new MissingError({
    code,
    what,
    why: `it is in no bundle, and ${error.message}`,
    todo: "go online, or name a folder that holds the offline bundle by CLASSLAB_BUNDLE, then run the same command again",
  });
}

// `node setup/provide.mjs [--yes] NEED...`: for doctor, which knows what of it the lab needs.
if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const { missing } = await provide({
    root: ROOT,
    needs: process.argv.slice(2).filter((word) => !word.startsWith("-")),
    yes: process.argv.includes("--yes"),
    say: (line) => process.stderr.write(`${line}\n`),
    env: process.env,
  });
  report(missing, false);
  process.exit(missing.length === 0 ? 0 : EXIT_MISSING);
}
