import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PROJECT } from "../workFolder";

/** Where Pulumi's file backend keeps what belongs to one stack. */
export interface StackFiles {
  /** The checkpoint. */
  readonly state: string;
  /** The checkpoint before the last one, written by the engine itself. */
  readonly backup: string;
  /** Folder with a copy of the checkpoint for each run. */
  readonly backups: string;
  /** Folder with the checkpoint at the end of each run, beside what the run did. */
  readonly history: string;
  /** Folder with the lock files of the runs under way. */
  readonly locks: string;
}

/**
 * The files of a stack in a file backend; undefined for other backends, which mend themselves or have tools of their
 * own. The layout is the engine's (pulumi/pulumi, pkg/backend/diy).
 */
export function stackFiles(stack: string, backend = process.env.PULUMI_BACKEND_URL): StackFiles | undefined {
  if (!backend?.startsWith("file:///")) return undefined;
  const root = join(fileURLToPath(backend), ".pulumi");
  const state = join(root, "stacks", PROJECT, `${stack}.json`);
  return {
    state,
    backup: `${state}.bak`,
    backups: join(root, "backups", PROJECT, stack),
    history: join(root, "history", PROJECT, stack),
    locks: join(root, "locks", "organization", PROJECT, stack),
  };
}
