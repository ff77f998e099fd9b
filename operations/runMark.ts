import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { homeFolder } from "./paths";

/**
 * Environment variable of everything that a run starts: which process of classlab started it, and for which home
 * folder. It outlives the run's own end, so that what a killed run left behind is found, and nobody else's.
 */
export const RUN_VARIABLE = "CLASSLAB_RUN";

/** When a process started, in the kernel's ticks since boot; empty where the system does not say. */
export function processStart(pid: number): string {
  try {
    // The name in brackets may hold blanks; the start is the 20th field after it (proc_pid_stat(5)).
    const [, rest = ""] = /^.*\)\s(.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
    return rest.split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

/** This process's own mark. */
export function runMark(): string {
  return `${process.pid}.${processStart(process.pid)}@${hostname()}:${homeFolder()}`;
}

/** Puts the mark on everything that this process starts from now on. */
export function markThisRun(): void {
  process.env[RUN_VARIABLE] = runMark();
}
