import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { FaultError } from "../../course/faults";
import { lockedFault } from "../engineFault";
import { isAlive } from "./processes";

/** What the engine writes into a lock file (pulumi/pulumi, pkg/backend/diy/lock.go). */
const lockSchema = z.looseObject({
  pid: z.number(),
  username: z.string(),
  hostname: z.string(),
  timestamp: z.string(),
  /** Written by this file, not by an engine. */
  classlab: z.boolean().optional(),
});

/** Who holds a stack. */
export type LockHolder = z.output<typeof lockSchema>;

interface LockFile {
  readonly path: string;
  /** Undefined for a file that was cut off while it was written. */
  readonly holder: LockHolder | undefined;
}

function readLocks(folder: string): LockFile[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .flatMap((name): LockFile[] => {
      const path = join(folder, name);
      let text: string;
      try {
        text = readFileSync(path, "utf8");
      } catch {
        return [];
      }
      try {
        return [{ path, holder: lockSchema.parse(JSON.parse(text)) }];
      } catch {
        return [{ path, holder: undefined }];
      }
    });
}

/** Whether a holder still runs. One on another machine cannot be asked, and counts as running. */
function runs(holder: LockHolder): boolean {
  if (holder.hostname !== hostname()) return true;
  if (!isAlive(holder.pid)) return false;
  let command: string;
  try {
    command = readFileSync(`/proc/${holder.pid}/cmdline`, "utf8");
  } catch {
    // No /proc: that a process of that number lives is all there is to know.
    return true;
  }
  // The number may belong to another program by now.
  return /pulumi|classlab|cli[/\\]main\.js/.test(command);
}

/** The live run that holds a stack, if any; nothing is changed. */
export function findHolder(folder: string): LockHolder | undefined {
  return readLocks(folder).find((lock) => lock.holder && runs(lock.holder))?.holder;
}

/** Removes the locks of runs that have ended. @returns their holders' process numbers; 0 for a lock that was cut off */
export function clearDeadLocks(folder: string): number[] {
  return readLocks(folder)
    .filter((lock) => !lock.holder || !runs(lock.holder))
    .map((lock) => {
      rmSync(lock.path, { force: true });
      rmSync(`${lock.path}.attrs`, { force: true });
      return lock.holder?.pid ?? 0;
    });
}

/** How long the first of two runs that started together waits for the second to step back. */
const STEP_BACK_DEADLINE = 5_000;

async function waitForTurn(stack: string, folder: string, path: string, own: LockHolder): Promise<void> {
  const end = performance.now() + STEP_BACK_DEADLINE;
  for (;;) {
    const other = readLocks(folder).find((lock) => lock.path !== path && lock.holder)?.holder;
    if (!other) return;
    // Two that see each other must not both step back: the one that came first stays.
    const first = other.classlab === true && own.timestamp < other.timestamp;
    if (!first || performance.now() > end) throw new FaultError([lockedFault(stack, other)]);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/**
 * Does work on a stack's state while holding the engine's own lock, in the engine's own way: write a lock file, and
 * step back if another one is there.
 * @throws FaultError `stack-locked` when a live run holds it
 */
export async function withLock<T>(stack: string, folder: string, work: () => Promise<T>): Promise<T> {
  const path = join(folder, `${randomUUID()}.json`);
  mkdirSync(folder, { recursive: true });
  const own: LockHolder = {
    pid: process.pid,
    username: userInfo().username,
    hostname: hostname(),
    timestamp: new Date().toISOString(),
    classlab: true,
  };
  writeFileSync(path, JSON.stringify(own));
  try {
    await waitForTurn(stack, folder, path, own);
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}
