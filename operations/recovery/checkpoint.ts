import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { FaultError } from "../../course/faults";
import type { StackFiles } from "./fileBackend";

const operationSchema = z.looseObject({
  type: z.string(),
  resource: z.looseObject({ urn: z.string() }),
});

const checkpointSchema = z.looseObject({
  version: z.number(),
  checkpoint: z.looseObject({
    latest: z
      .looseObject({
        resources: z.array(z.unknown()).optional(),
        pending_operations: z.array(operationSchema).optional(),
      })
      .nullish(),
  }),
});

/** A checkpoint file's content as the engine writes it. */
type Checkpoint = z.output<typeof checkpointSchema>;

function readCheckpoint(path: string): Checkpoint | undefined {
  try {
    return checkpointSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return undefined;
  }
}

/** Forms of checkpoint whose resources are those that the engine exports; version 4 tells the features that it needs, and labs need one. */
const KNOWN = { versions: [3, 4], features: ["replaceWith"] };

/**
 * What a stack holds, as the engine would export it with secrets encrypted, without starting it.
 * @returns undefined for what only the engine can tell: a stack that is not there, a file that cannot be read, a form that is not known here
 */
export function keptDeployment(files: StackFiles): Checkpoint["checkpoint"]["latest"] {
  const document = readCheckpoint(files.state);
  if (!document || !KNOWN.versions.includes(document.version)) return undefined;
  // Not in the schema: a state whose features have another form is none that was cut off.
  const { features = [] } = document;
  if (!Array.isArray(features) || !features.every((feature) => KNOWN.features.includes(feature)))
    return undefined;
  return document.checkpoint.latest ?? {};
}

/** Every copy of the checkpoint that the engine made, newest first. */
function backupsOf(files: StackFiles): string[] {
  const below = (folder: string, ending: string) =>
    existsSync(folder)
      ? readdirSync(folder)
          .filter((name) => name.endsWith(ending))
          .map((name) => join(folder, name))
      : [];
  return [files.backup, ...below(files.backups, ".json"), ...below(files.history, ".checkpoint.json")]
    .flatMap((path) => {
      const found = statSync(path, { throwIfNoEntry: false });
      return found ? [{ path, time: found.mtimeMs }] : [];
    })
    .sort((a, b) => b.time - a.time)
    .map((entry) => entry.path);
}

/** What was put back, and why. */
export interface Restored {
  readonly from: string;
  readonly because: "cut off" | "gone";
}

/**
 * Puts a stack's state file back from the newest backup that can be read, when it was cut off (a full disk, a power
 * cut) or is gone although the lab is not. A damaged file is kept beside it.
 * @returns undefined when there was nothing to mend
 * @throws FaultError `state-damaged` when no backup can be read either
 */
export function restoreCheckpoint(stack: string, files: StackFiles): Restored | undefined {
  const present = existsSync(files.state);
  if (present && readCheckpoint(files.state)) return undefined;
  const backup = backupsOf(files).find((path) => readCheckpoint(path));
  if (!present) {
    const held = backup && readCheckpoint(backup)?.checkpoint.latest?.resources;
    if (!backup || !held || held.length === 0) return undefined;
    copyFileSync(backup, files.state);
    return { from: backup, because: "gone" };
  }
  if (backup === undefined) {
    throw new FaultError([
      {
        code: "state-damaged",
        where: `stack ${stack}`,
        what: `its state file ${files.state} cannot be read, and there is no backup that can be`,
        fix: "Remove what stands by: npx classlab sweep --remove; then move the state file away and run up again",
      },
    ]);
  }
  renameSync(files.state, `${files.state}.damaged`);
  copyFileSync(backup, files.state);
  return { from: backup, because: "cut off" };
}

/**
 * Clears operations that a killed run began and nobody ended: the engine keeps them for ever otherwise. What they may
 * have made is found on the platform by its owner mark.
 * @returns logical names of their resources
 */
export function clearPendingOperations(files: StackFiles): string[] {
  if (!existsSync(files.state)) return [];
  const document = readCheckpoint(files.state);
  const pending = document?.checkpoint.latest?.pending_operations ?? [];
  if (!document?.checkpoint.latest || pending.length === 0) return [];
  const { pending_operations: _cleared, ...latest } = document.checkpoint.latest;
  const cleared = { ...document, checkpoint: { ...document.checkpoint, latest } };
  copyFileSync(files.state, files.backup);
  writeFileSync(`${files.state}.new`, JSON.stringify(cleared));
  renameSync(`${files.state}.new`, files.state);
  return pending.map((operation) => operation.resource.urn.split("::").at(-1) ?? operation.resource.urn);
}
