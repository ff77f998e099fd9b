import { readdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { homeFolder } from "../paths";
import { processStart, RUN_VARIABLE } from "../runMark";

/** A process that a run of classlab started. */
export interface RunProcess {
  readonly pid: number;
  /** Short name of its program. */
  readonly program: string;
  /** The process of classlab that started it. */
  readonly runner: number;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // Ended meanwhile, or somebody else's.
    return undefined;
  }
}

/** True while a process of this machine lives, the caller's or anybody's. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
  // A dead process whose parent has not noticed yet is still listed.
  return !/^State:\s+Z/m.test(readText(`/proc/${pid}/status`) ?? "");
}

interface Mark {
  readonly runner: number;
  readonly start: string;
}

function readMark(environment: string): Mark | undefined {
  const value = environment
    .split("\0")
    .find((entry) => entry.startsWith(`${RUN_VARIABLE}=`))
    ?.slice(RUN_VARIABLE.length + 1);
  const match = /^(\d+)\.(\d*)@([^:]*):(.*)$/s.exec(value ?? "");
  if (match?.[3] !== hostname() || match[4] !== homeFolder()) return undefined;
  return { runner: Number(match[1]), start: match[2] ?? "" };
}

/**
 * The processes of this machine that runs with this home folder started, by the mark in their environment. Linux only:
 * elsewhere no other process's environment can be read, and the list is empty.
 * @param of which runs: those of this process, or those whose process has ended
 */
export function runProcesses(of: "this" | "ended"): RunProcess[] {
  let entries: string[];
  try {
    entries = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
  return entries.flatMap((entry): RunProcess[] => {
    const pid = Number(entry);
    const mark = readMark(readText(`/proc/${entry}/environ`) ?? "");
    if (!mark || pid === process.pid || !isAlive(pid)) return [];
    const own = mark.runner === process.pid;
    // A number is given to a new process one day: only the same start is the same process.
    const runs = isAlive(mark.runner) && processStart(mark.runner) === mark.start;
    if (of === "this" ? !own : own || runs) return [];
    return [{ pid, program: (readText(`/proc/${entry}/comm`) ?? "").trim(), runner: mark.runner }];
  });
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Ended by itself.
  }
}

/** How long an engine left alone may take to write down what it has done. */
const ENGINE_DEADLINE = 10_000;

async function gone(pids: readonly number[], deadline: number): Promise<boolean> {
  const end = performance.now() + deadline;
  while (pids.some(isAlive)) {
    if (performance.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return true;
}

/**
 * Ends what a killed run left behind: its engine is asked first, for it records what it has done; then all else. Every
 * script of ours is safe to repeat, so it may be ended anywhere.
 * @returns how many were ended
 */
export async function endOrphans(): Promise<number> {
  const found = new Set<number>();
  const engines = runProcesses("ended").filter((entry) => entry.program === "pulumi");
  for (const { pid } of engines) signal(pid, "SIGINT");
  await gone(
    engines.map((entry) => entry.pid),
    ENGINE_DEADLINE,
  );
  // What is ended may have started another just before.
  for (let round = 0; round < 20; round += 1) {
    const left = runProcesses("ended");
    if (left.length === 0) break;
    for (const { pid } of left) {
      found.add(pid);
      signal(pid, "SIGKILL");
    }
    await gone(
      left.map((entry) => entry.pid),
      1_000,
    );
  }
  return found.size + engines.filter((entry) => !found.has(entry.pid)).length;
}

function parentOf(pid: number): number | undefined {
  const parent = /^PPid:\s+(\d+)/m.exec(readText(`/proc/${pid}/status`) ?? "")?.[1];
  return parent === undefined ? undefined : Number(parent);
}

function groupOf(pid: number): string | undefined {
  return /^.*\)\s\S+ \d+ (\d+)/s.exec(readText(`/proc/${pid}/stat`) ?? "")?.[1];
}

/** Whether a process was started by the engine's plugin for scripts. */
function isScript(pid: number): boolean {
  for (let parent = parentOf(pid); parent !== undefined && parent > 1; parent = parentOf(parent)) {
    if (/pulumi-resource-command/.test(readText(`/proc/${parent}/cmdline`) ?? "")) return true;
  }
  return false;
}

/**
 * Ends the programs that this process itself waits for, and the scripts that its engine waits for: each is safe to
 * repeat, and Docker's client takes no hint (it waits for the end of its stream). The engine and its plugins, which record
 * what they have done, are left alone.
 */
export function endOwnPrograms(): void {
  const group = groupOf(process.pid);
  for (const { pid } of runProcesses("this"))
    if (groupOf(pid) === group || isScript(pid)) signal(pid, "SIGKILL");
}

/** Ends everything that this process's own run started, at once. */
export function endOwnProcesses(): void {
  for (const { pid } of runProcesses("this")) signal(pid, "SIGKILL");
}
