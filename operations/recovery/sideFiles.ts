import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { StackFiles } from "./fileBackend";

function isCutOff(path: string): boolean {
  try {
    JSON.parse(readFileSync(path, "utf8"));
    return false;
  } catch {
    return true;
  }
}

const list = (folder: string): string[] =>
  existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];

/**
 * Removes what an engine that was killed while it wrote left beside a stack's files: attribute files that were cut off
 * (`.attrs` of the file store, gocloud.dev/blob/fileblob; with one the engine says "failed to load checkpoint: EOF",
 * without one it takes defaults), and files under a temporary name. Only to be called while the stack's lock is held.
 * @returns how many files were removed
 */
export function removeCutOffSideFiles(files: StackFiles): number {
  const stack = basename(files.state, ".json");
  const beside = list(dirname(files.state)).filter((path) =>
    [`${stack}.json`, `${stack}.pulumi-tags`].some((name) => basename(path).startsWith(`${name}.`)),
  );
  const all = [...beside, ...list(files.backups), ...list(files.history)];
  const broken = all.filter((path) => path.endsWith(".tmp") || (path.endsWith(".attrs") && isCutOff(path)));
  for (const path of broken) rmSync(path, { force: true });
  return broken.length;
}
