import { existsSync, linkSync, mkdirSync, readdirSync, renameSync, rmSync, unlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { FaultError } from "../../course/faults";
import { isAlive } from "../recovery/processes";

const prefixOf = (target: string): string => `.${basename(target)}.part-`;

/** Removes what runs that were killed left of the same disk. */
function removeDead(target: string): void {
  const folder = dirname(target);
  const prefix = prefixOf(target);
  for (const name of readdirSync(folder)) {
    const pid = name.startsWith(prefix) ? Number(name.slice(prefix.length)) : Number.NaN;
    if (pid !== process.pid && Number.isInteger(pid) && !isAlive(pid))
      rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/** A file that is there already. */
export function exists(file: string): FaultError {
  return new FaultError([
    {
      code: "file-exists",
      where: file,
      what: "the file is there already, and convert overwrites nothing; nothing was written",
      fix: "Give another name, or remove the file first",
    },
  ]);
}

function makeFolder(part: string, target: string): void {
  try {
    mkdirSync(part, { mode: 0o700 });
  } catch (error) {
    const { code = String(error) }: { code?: string } = Object(error);
    throw new FaultError([
      {
        code: "report-unwritable",
        where: target,
        what: `its folder cannot be written to: ${code}`,
        expected: "a folder that is there and may be written to",
      },
    ]);
  }
}

/** Gives a finished file its name; never that of one that is there. */
function place(from: string, to: string): void {
  try {
    // A rename would take the place of a file that somebody made meanwhile.
    linkSync(from, to);
    unlinkSync(from);
  } catch (error) {
    const { code }: { code?: string } = Object(error);
    if (code === "EEXIST") throw exists(to);
    // Some file systems have no links (exFAT, drives of Windows in WSL).
    if (existsSync(to)) throw exists(to);
    renameSync(from, to);
  }
}

/**
 * Has a disk written in a folder of its own beside its place, and puts it there when it is whole. However it ends, and whoever ends it,
 * nothing half stands under its name.
 * @param target absolute path of the disk
 * @param files names of its files, the one that is opened last
 * @param work writes the disk to the path it is given, under its own name
 * @throws FaultError `file-exists`
 */
export async function writtenWhole<T>(
  target: string,
  files: readonly string[],
  work: (file: string) => Promise<T>,
): Promise<T> {
  const folder = dirname(target);
  removeDead(target);
  const part = join(folder, `${prefixOf(target)}${process.pid}`);
  const clean = () => rmSync(part, { recursive: true, force: true });
  // Ctrl-C twice ends this process at once.
  process.once("exit", clean);
  try {
    clean();
    makeFolder(part, target);
    const done = await work(join(part, basename(target)));
    for (const name of files) place(join(part, name), join(folder, name));
    return done;
  } finally {
    process.removeListener("exit", clean);
    clean();
  }
}
