import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { PROJECT } from "../workFolder";

/** Where Pulumi's file backend keeps what belongs to one stack. */
export interface StackFiles {
  /** The checkpoint. */
  readonly state: string;
  /** The checkpoint before the last one, written by the engine itself. */
  readonly backup: string;
  /** Folder with a copy of the checkpoint for each run. */
  readonly backups: string;
  /** Folder with the lock files of the runs under way. */
  readonly locks: string;
}

/** A percent sign that begins no code stands for itself. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/**
 * The folder of a file backend; undefined for every other, and for one that is relative to where an engine is started.
 * The engine itself takes `~`, a query and codes as `%20` (tried with 3.259).
 * @param url the backend's address
 */
export function backendFolder(url: string | undefined): string | undefined {
  if (!url?.startsWith("file://")) return undefined;
  const path = decoded(url.slice("file://".length).replace(/\?.*$/, "")).replace(/^~(?=\/|$)/, homedir());
  return isAbsolute(path) ? path : undefined;
}

/**
 * The files of a stack in a file backend; undefined for other backends, which mend themselves or have tools of their
 * own. The layout is the engine's (pulumi/pulumi, pkg/backend/diy).
 */
export function stackFiles(stack: string, backend = process.env.PULUMI_BACKEND_URL): StackFiles | undefined {
  const folder = backendFolder(backend);
  if (folder === undefined) return undefined;
  const root = join(folder, ".pulumi");
  const state = join(root, "stacks", PROJECT, `${stack}.json`);
  return {
    state,
    backup: `${state}.bak`,
    backups: join(root, "backups", PROJECT, stack),
    locks: join(root, "locks", "organization", PROJECT, stack),
  };
}
