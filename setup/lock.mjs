import { randomBytes } from "node:crypto";
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

/**
 * Runs `work` while no other process on this machine holds the same lock.
 *
 * The lock is a folder that holds one file named after its owner. The folder is prepared aside and renamed into place, so a
 * lock without an owner cannot exist; a dead owner's file is unlinked by its unique name, so a new lock cannot be taken away
 * by mistake, and the empty folder left behind may be renamed over.
 * @template T
 * @param {string} folder where locks are kept
 * @param {string} name
 * @param {{ seconds?: number, waiting?: (pid: number) => void }} options deadline for getting the lock (900 unless told);
 *   `waiting` is called once when another process holds it
 * @param {(lock: { add: (pid: number) => void }) => Promise<T>} work `add` names a child process that must be gone, too,
 *   before the lock counts as left by the dead
 * @returns {Promise<T>} what `work` returns
 * @throws {Error} with `code` "ELOCKED" when the deadline has passed
 */
export async function withLock(folder, name, { seconds = 900, waiting }, work) {
  const lock = join(folder, `${name}.lock`);
  const self = `${process.pid}-${startOf(process.pid)}-${randomBytes(4).toString("hex")}`;
  const prepared = join(folder, `${name}.lock.${self}`);
  mkdirSync(prepared, { recursive: true });
  writeFileSync(join(prepared, self), "");
  const deadline = performance.now() + seconds * 1000;
  let told = false;
  try {
    while (!taken(prepared, lock)) {
      const owner = liveOwner(lock);
      if (owner === null) continue;
      if (!told) waiting?.(owner);
      told = true;
      if (performance.now() > deadline) {
        throw Object.assign(new Error(`process ${owner} has held ${lock} for longer than ${seconds} s`), {
          code: "ELOCKED",
        });
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  } catch (error) {
    rmSync(prepared, { recursive: true, force: true });
    throw error;
  }
  try {
    return await work({ add: (pid) => appendFileSync(join(lock, self), `${pid}-${startOf(pid)}\n`) });
  } finally {
    rmSync(join(lock, self), { force: true });
  }
}

function taken(prepared, lock) {
  try {
    renameSync(prepared, lock);
    return true;
  } catch (error) {
    if (error.code === "ENOTEMPTY" || error.code === "EEXIST") return false;
    throw error;
  }
}

// The live process that holds the lock; null when there is none (any more), after clearing what the dead left.
function liveOwner(lock) {
  let owners;
  try {
    owners = readdirSync(lock);
  } catch {
    return null;
  }
  for (const owner of owners) {
    let children = "";
    try {
      children = readFileSync(join(lock, owner), "utf8");
    } catch {
      continue;
    }
    for (const process of [owner, ...children.split("\n").filter(Boolean)]) {
      const [pid, start] = process.split("-");
      if (alive(Number(pid), start)) return Number(pid);
    }
    try {
      unlinkSync(join(lock, owner));
    } catch {
      // another waiting process was faster
    }
  }
  return null;
}

function alive(pid, start) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code === "ESRCH") return false;
  }
  return startOf(pid) === start;
}

// When the process started, in the kernel's own ticks, to tell it from a later one with the same number; "0" where unknown.
function startOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return "0";
  }
}

/**
 * Folders for work in progress, named after the process that made them.
 * @param {string} folder the folder they are made in
 * @param {string} prefix
 * @returns {string} a new, empty folder
 */
export function workFolder(folder, prefix) {
  mkdirSync(folder, { recursive: true });
  clearDeadWork(folder, prefix);
  const made = join(
    folder,
    `${prefix}${process.pid}-${startOf(process.pid)}-${randomBytes(4).toString("hex")}`,
  );
  mkdirSync(made);
  return made;
}

// Removes what processes that were killed left behind.
function clearDeadWork(folder, prefix) {
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(prefix)) continue;
    const [pid, start] = name.slice(prefix.length).split("-");
    if (/^\d+$/.test(pid) && !alive(Number(pid), start))
      rmSync(join(folder, name), { recursive: true, force: true });
  }
}
