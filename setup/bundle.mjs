import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { sha256 } from "./checksum.mjs";
import { MissingError } from "./missing.mjs";

/**
 * @typedef {{ file: string, name: string, version: string, sha256: string }} BundleFile
 * @typedef {{ folder: string, platform: string, files: BundleFile[] }} Bundle
 */

/**
 * The folders in which a bundle is looked for, in order.
 * @param {string} root the checkout
 * @param {NodeJS.ProcessEnv} env
 * @returns {string[]}
 */
export function bundleFolders(root, env) {
  const beside = dirname(resolve(root));
  const folders = [join(root, "bundle"), join(beside, "bundle"), join(beside, "shared", "bundle")];
  return env.CLASSLAB_BUNDLE ? [resolve(env.CLASSLAB_BUNDLE), ...folders] : folders;
}

/**
 * The first bundle there is.
 * @param {string} root the checkout
 * @param {NodeJS.ProcessEnv} env
 * @returns {Bundle | null}
 * @throws {MissingError} "engine" when CLASSLAB_BUNDLE names no bundle, or a bundle.json cannot be read
 */
export function findBundle(root, env) {
  for (const folder of bundleFolders(root, env)) {
    const list = join(folder, "bundle.json");
    let text;
    try {
      text = readFileSync(list, "utf8");
    } catch (error) {
      const named = env.CLASSLAB_BUNDLE && folder === resolve(env.CLASSLAB_BUNDLE);
      if (!named && (error.code === "ENOENT" || error.code === "ENOTDIR")) continue;
      throw bad(
        list,
        error.code === "ENOENT" ? "CLASSLAB_BUNDLE names a folder without a bundle.json" : error.message,
      );
    }
    let content;
    try {
      content = JSON.parse(text);
    } catch (error) {
      throw bad(list, error.message);
    }
    const complete = (file) =>
      ["file", "name", "version", "sha256"].every((key) => typeof file?.[key] === "string") &&
      /^[^/\\]+$/.test(file.file);
    if (
      typeof content?.platform !== "string" ||
      !Array.isArray(content.files) ||
      !content.files.every(complete)
    ) {
      throw bad(list, 'it needs "platform" and "files", each with "file", "name", "version" and "sha256"');
    }
    return { folder, platform: content.platform, files: content.files };
  }
  return null;
}

function bad(list, why) {
  return new MissingError({
    code: "engine",
    what: `The bundle ${list} cannot be used`,
    why,
    todo: "mend or remove it, or name another folder by CLASSLAB_BUNDLE",
  });
}

/**
 * A file of the bundle, its checksum verified.
 * @param {Bundle | null} bundle
 * @param {string} name as in bundle.json
 * @param {string} version
 * @param {string} platform e.g. "linux-x64"
 * @returns {Promise<string | null>} its path; null when the bundle holds none of that version for that platform
 * @throws {MissingError} "bundle-checksum": a file that is not what its list says is reported, never silently passed over
 */
export async function bundleFile(bundle, name, version, platform) {
  if (bundle === null || bundle.platform !== platform) return null;
  const entry = bundle.files.find((file) => file.name === name && file.version === version);
  if (entry === undefined) return null;
  const path = join(bundle.folder, entry.file);
  let found;
  try {
    found = await sha256(path);
  } catch (error) {
    found = error.code === "ENOENT" ? "no such file" : error.message;
  }
  if (found === entry.sha256.toLowerCase()) return path;
  throw new MissingError({
    code: "bundle-checksum",
    what: `${path} is damaged or was changed`,
    why: `expected the SHA-256 ${entry.sha256}, found ${found}`,
    todo: "copy the file into the bundle again, or remove the bundle folder to use the official download",
  });
}
