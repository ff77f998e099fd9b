import { chmodSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { bundleFile } from "./bundle.mjs";
import { DownloadError, downloadFile, downloadText } from "./download.mjs";
import { workFolder } from "./lock.mjs";
import { gunzip } from "./unpack.mjs";
import { versions } from "./versions.mjs";

/**
 * Where Docker Compose for the guest image is kept. It runs in guests, so it is a Linux build on every system.
 * @param {string} root the checkout
 * @param {NodeJS.ProcessEnv} env CLASSLAB_COMPOSE names another one
 * @returns {string}
 */
export function composePath(root, env) {
  return (
    env.CLASSLAB_COMPOSE || join(root, ".engine", `docker-compose-v${versions.compose}`, "docker-compose")
  );
}

/**
 * Provides Docker Compose: from the bundle, else the official release.
 * @param {object} options
 * @param {string} options.root the checkout
 * @param {import('./bundle.mjs').Bundle | null} options.bundle
 * @param {(line: string) => void} options.say
 * @param {string} options.file as from `composePath`
 * @returns {Promise<void>}
 * @throws {import('./missing.mjs').MissingError} "bundle-checksum"
 * @throws {Error} with the cause of anything else
 */
export async function installCompose({ root, bundle, say, file }) {
  const version = versions.compose;
  const folder = workFolder(join(root, ".engine"), "work-");
  const made = join(folder, "docker-compose");
  try {
    const archive = await bundleFile(bundle, "docker-compose", version, `linux-${process.arch}`);
    if (archive !== null) {
      say(`Unpacking Docker Compose ${version} from the bundle ...`);
      await gunzip(archive, made);
    } else {
      say(`Downloading Docker Compose ${version} ...`);
      const machine = process.arch === "x64" ? "x86_64" : process.arch === "arm64" ? "aarch64" : process.arch;
      const url = `https://github.com/docker/compose/releases/download/v${version}/docker-compose-linux-${machine}`;
      const sum = /^[0-9a-f]{64}/.exec(await downloadText(`${url}.sha256`))?.[0];
      if (sum === undefined) throw new DownloadError(`${url}.sha256 holds no SHA-256`);
      await downloadFile(url, made, sum);
    }
    chmodSync(made, 0o755);
    const target = dirname(file);
    if (existsSync(target)) rmSync(target, { recursive: true });
    mkdirSync(dirname(target), { recursive: true });
    renameSync(folder, target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
