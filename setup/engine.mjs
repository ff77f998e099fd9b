import { chmodSync, existsSync, mkdirSync, realpathSync, renameSync, rmSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { bundleFile } from "./bundle.mjs";
import { DownloadError, downloadFile, downloadText } from "./download.mjs";
import { workFolder } from "./lock.mjs";
import { MissingError } from "./missing.mjs";
import { run, tail, which } from "./run.mjs";
import { untar } from "./unpack.mjs";
import { versions } from "./versions.mjs";

/**
 * Looks for a Pulumi engine that can be used: on PATH and of a tested version, else the checkout's own. Installs nothing.
 * @param {string} root the checkout
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ path: string | null, version: string, passedOver: ReturnType<typeof inspect> | null }>} `path`: the value for
 *   PATH, null when there is none; `passedOver`: the one on PATH that cannot be used
 */
export async function findEngine(root, env) {
  const version = versions.engine.install;
  const own = ownEngine(root);
  const path = env.PATH ?? "";
  const onPath = which("pulumi", path);
  const found = onPath === null ? null : await inspect(onPath, own, env);
  if (found?.tested) return { path, version: found.version ?? version, passedOver: null };
  const there = existsSync(join(own, "pulumi"));
  return { path: there ? `${own}${delimiter}${path}` : null, version, passedOver: found };
}

function ownEngine(root) {
  return join(root, ".engine", `pulumi-${versions.engine.install}`);
}

/**
 * Provides the Pulumi engine: on PATH and of a tested version, else the checkout's own, else from the bundle, else the
 * official download.
 * @param {object} options
 * @param {string} options.root the checkout
 * @param {() => import('./bundle.mjs').Bundle | null} options.bundle asked only when something has to come from it
 * @param {(line: string) => void} options.say
 * @param {NodeJS.ProcessEnv} options.env with PULUMI_HOME, so that nothing of the user's own is touched
 * @param {(work: () => Promise<void>) => Promise<void>} options.locked runs the installation under a lock
 * @returns {Promise<{ path: string, version: string }>} `path`: the value for PATH
 * @throws {MissingError} "engine", "engine-version" or "bundle-checksum"
 */
export async function provideEngine({ root, bundle, say, env, locked }) {
  const version = versions.engine.install;
  const own = ownEngine(root);
  const { path, passedOver, ...found } = await findEngine(root, env);
  if (passedOver) say(`${passedOver.what} is passed over: ${passedOver.why}.`);
  if (path !== null) return { path, version: found.version };
  await locked(async () => {
    if (existsSync(join(own, "pulumi"))) return;
    try {
      await install({ root, own, version, bundle: bundle(), say, env });
    } catch (error) {
      if (error instanceof MissingError) throw error;
      throw new MissingError(nothingToBeHad(passedOver, version, error.message));
    }
  });
  return { path: `${own}${delimiter}${env.PATH ?? ""}`, version };
}

async function inspect(file, own, env) {
  const folders = [dirname(file), dirname(realpathSync(file))];
  // Our own: its version is in the folder's name, so nothing has to be started.
  if (folders.includes(own) || (existsSync(own) && folders.includes(realpathSync(own))))
    return { tested: true };
  const result = await run(file, ["version"], { env, seconds: 20 });
  const version = /v?(\d+\.\d+\.\d+\S*)/.exec(result.stdout)?.[1];
  if (!result.ok || version === undefined) {
    return {
      tested: false,
      code: "engine",
      what: `The Pulumi engine ${file}`,
      why: "it does not tell its version",
    };
  }
  const what = `The Pulumi engine ${version} on PATH`;
  if (!versions.engine.tested.includes(version)) {
    const why = `classlab was tested with ${versions.engine.tested.join(", ")}`;
    return { tested: false, code: "engine-version", what, why };
  }
  if (!folders.some((folder) => existsSync(join(folder, "pulumi-language-nodejs")))) {
    return { tested: false, code: "engine", what, why: "there is no pulumi-language-nodejs beside it" };
  }
  return { tested: true, version };
}

function nothingToBeHad(found, version, cause) {
  const todo =
    `install Pulumi ${version} (https://www.pulumi.com/docs/install/versions/), or name a folder that holds the offline bundle by ` +
    "CLASSLAB_BUNDLE, then run the same command again";
  if (found) {
    const why = `${found.why}, and ${version} cannot be had: ${cause}`;
    return { code: found.code, what: `${found.what} cannot be used`, why, todo };
  }
  return {
    code: "engine",
    what: `The Pulumi engine ${version} cannot be had`,
    why: `it is neither on PATH nor in a bundle, and ${cause}`,
    todo,
  };
}

async function install({ root, own, version, bundle, say, env }) {
  const folder = workFolder(join(root, ".engine"), "work-");
  try {
    const platform = `${process.platform}-${process.arch}`;
    let archive = await bundleFile(bundle, "pulumi", version, platform);
    if (archive !== null) say(`Unpacking the Pulumi engine ${version} from the bundle ...`);
    else {
      say(`Downloading the Pulumi engine ${version} ...`);
      archive = join(folder, "engine.tar.gz");
      const name = `pulumi-v${version}-${platform}.tar.gz`;
      const sums = await downloadText(
        `https://github.com/pulumi/pulumi/releases/download/v${version}/pulumi-${version}-checksums.txt`,
      );
      const sum = new RegExp(`^([0-9a-f]{64})\\s+\\*?${name.replaceAll(".", "\\.")}$`, "m").exec(sums)?.[1];
      if (sum === undefined) throw new DownloadError(`there is no official build for ${platform}`);
      await downloadFile(`https://get.pulumi.com/releases/sdk/${name}`, archive, sum);
    }
    const unpacked = join(folder, "unpacked");
    mkdirSync(unpacked);
    await untar(archive, unpacked, env);
    const made = join(unpacked, "pulumi");
    for (const file of ["pulumi", "pulumi-language-nodejs"]) {
      if (!existsSync(join(made, file))) throw new Error(`${archive} holds no pulumi/${file}`);
    }
    const result = await run(join(made, "pulumi"), ["version"], { env, seconds: 60 });
    if (!result.ok)
      throw new Error(
        `the engine does not run on this machine: ${tail(result.output, 1)[0] ?? "it ended without a word"}`,
      );
    rmSync(own, { recursive: true, force: true });
    renameSync(made, own);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The plugins that are not in $PULUMI_HOME/plugins yet.
 * @param {NodeJS.ProcessEnv} env with PULUMI_HOME
 * @returns {{ name: string, version: string, folder: string }[]}
 */
export function absentPlugins(env) {
  return Object.entries(versions.plugins)
    .map(([name, version]) => ({
      name,
      version,
      folder: join(env.PULUMI_HOME, "plugins", `resource-${name}-v${version}`),
    }))
    .filter(
      ({ name, folder }) =>
        !existsSync(join(folder, `pulumi-resource-${name}`)) || existsSync(`${folder}.partial`),
    );
}

/**
 * Provides one plugin: from the bundle, else by the engine's own download.
 * @param {object} options
 * @param {{ name: string, version: string, folder: string }} options.plugin
 * @param {import('./bundle.mjs').Bundle | null} options.bundle
 * @param {boolean} options.engine whether there is an engine to download with
 * @param {(line: string) => void} options.say
 * @param {NodeJS.ProcessEnv} options.env with PULUMI_HOME and the engine on PATH
 * @returns {Promise<void>}
 * @throws {MissingError} "bundle-checksum"
 * @throws {Error} with the cause of anything else
 */
export async function installPlugin({ plugin, bundle, engine, say, env }) {
  const { name, version, folder } = plugin;
  const archive = await bundleFile(bundle, name, version, `${process.platform}-${process.arch}`);
  if (archive === null) {
    if (!engine) throw new Error("there is no engine to download it with");
    return await downloadPlugin(plugin, say, env);
  }
  say(`Unpacking the Pulumi plugin ${name} ${version} from the bundle ...`);
  const aside = workFolder(env.PULUMI_HOME, "work-");
  try {
    await untar(archive, aside, env);
    const program = join(aside, `pulumi-resource-${name}`);
    if (!existsSync(program)) throw new Error(`${archive} holds no pulumi-resource-${name}`);
    chmodSync(program, 0o755);
    mkdirSync(dirname(folder), { recursive: true });
    rmSync(folder, { recursive: true, force: true });
    renameSync(aside, folder);
    rmSync(`${folder}.partial`, { force: true });
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

async function downloadPlugin({ name, version }, say, env) {
  const args = ["plugin", "install", "resource", name, `v${version}`];
  const file = `pulumi-resource-${name}-v${version}-${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}.tar.gz`;
  // Asked first, also because the engine would try an unreachable site for minutes.
  let sum;
  try {
    const release = JSON.parse(
      await downloadText(`https://api.github.com/repos/pulumi/pulumi-${name}/releases/tags/v${version}`),
    );
    sum = release.assets.find((asset) => asset.name === file)?.digest?.replace(/^sha256:/, "");
  } catch (error) {
    // GitHub answers a limited number of such questions an hour from one address, which a classroom shares.
    if (!(error instanceof DownloadError) || error.status === undefined) throw error;
  }
  if (sum !== undefined) args.push("--checksum", sum);
  else say(`GitHub names no checksum for ${file} now: the engine's own download is trusted to HTTPS alone.`);
  say(`Downloading the Pulumi plugin ${name} ${version} ...`);
  const result = await run("pulumi", args, { env, seconds: 600 });
  if (!result.ok)
    throw new Error(
      result.timedOut
        ? "its download took longer than 10 minutes"
        : (tail(result.output, 1)[0] ?? "pulumi plugin install failed"),
    );
}
