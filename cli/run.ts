import { setMaxListeners } from "node:events";
import { EXIT, type Fault, FaultError, formatFaults } from "../course/faults";
import { endQuestions } from "../operations/dockerApi";
import { endOwnProcesses, endOwnPrograms } from "../operations/recovery/processes";
import { Progress } from "./progress";

/** A run that was stopped, of a verb that goes on where it stopped. */
const INTERRUPTED: Fault = {
  code: "interrupted",
  where: "this run",
  what: "it was stopped before everything was done; what was done stands",
  fix: "Run the command again: it goes on where it stopped",
};

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** A launcher may pass on what the terminal has sent to everybody: within this many milliseconds it is one signal. */
const ONE_SIGNAL = 300;

/**
 * Runs a command with progress on stderr. Ctrl-C once: the engine is asked to stop, finishes or ends the steps under way
 * and records them. Twice: everything is ended at once; the next run mends what that leaves.
 * @param standing says in a line what stands, for a run that was stopped
 * @param interrupted what a run that was stopped is told by
 */
export async function withProgress<T>(
  work: (progress: Progress, signal: AbortSignal) => Promise<T>,
  standing?: () => Promise<string>,
  interrupted: Fault = INTERRUPTED,
): Promise<T> {
  const progress = new Progress({
    write: (text) => process.stderr.write(text),
    live: process.stderr.isTTY === true,
  });
  const controller = new AbortController();
  // Each unit's engine listens.
  setMaxListeners(0, controller.signal);
  let asked: number | undefined;
  const stop = () => {
    if (asked === undefined) {
      asked = performance.now();
      progress.line("stopping after the steps under way (once more: at once)");
      controller.abort();
      endOwnPrograms();
      endQuestions();
      return;
    }
    if (performance.now() - asked < ONE_SIGNAL) return;
    progress.stop();
    endOwnProcesses();
    process.stderr.write(`${formatFaults([interrupted])}\n`);
    process.exit(EXIT.failed);
  };
  for (const signal of SIGNALS) process.on(signal, stop);
  try {
    return await work(progress, controller.signal);
  } catch (error) {
    if (asked === undefined) throw error;
    // What the engine says of steps that were ended on request is no news to whoever ended them.
    const stands = await standing?.().catch(() => undefined);
    throw new FaultError([stands ? { ...interrupted, what: `${interrupted.what}: ${stands}` } : interrupted]);
  } finally {
    for (const signal of SIGNALS) process.removeListener(signal, stop);
    progress.stop();
  }
}
