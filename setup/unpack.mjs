import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { run, tail } from "./run.mjs";

/**
 * Unpacks a .tar.gz into a folder that exists.
 * @param {string} archive
 * @param {string} folder
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<void>}
 * @throws {Error} with tar's own words
 */
export async function untar(archive, folder, env) {
  // Not the owners recorded in the archive: as root, tar would otherwise restore them.
  const result = await run("tar", ["-xzf", archive, "-C", folder, "--no-same-owner"], { env, seconds: 300 });
  if (!result.ok)
    throw new Error(
      result.timedOut ? "tar took longer than 300 s" : `tar failed: ${tail(result.output, 1)[0] ?? ""}`,
    );
}

/**
 * Unpacks a .gz that holds one executable.
 * @param {string} archive
 * @param {string} file
 * @returns {Promise<void>}
 * @throws {Error} of zlib or the file system
 */
export async function gunzip(archive, file) {
  await pipeline(createReadStream(archive), createGunzip(), createWriteStream(file, { mode: 0o755 }));
}
