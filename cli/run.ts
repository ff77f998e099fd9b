import { type Fault, FaultError } from "../course/faults";
import { Progress } from "./progress";

const INTERRUPTED: Fault = {
  code: "interrupted",
  where: "this run",
  what: "it was stopped before everything was done; what was done stands",
  fix: "Run the command again: it goes on where it stopped",
};

/** Runs a command with progress on stderr and Ctrl-C handed to the engine, which stops after the step under way. */
export async function withProgress<T>(
  work: (progress: Progress, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const progress = new Progress({
    write: (text) => process.stderr.write(text),
    live: process.stderr.isTTY === true,
  });
  const controller = new AbortController();
  let stopped = false;
  const stop = (signal: NodeJS.Signals) => {
    stopped = true;
    progress.line("stopping after the steps under way; run the command again to go on");
    // A terminal sends Ctrl-C to the engine too; a second one would end it in the middle of a step.
    if (signal !== "SIGINT" || !process.stdin.isTTY) controller.abort();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  try {
    return await work(progress, controller.signal);
  } catch (error) {
    // What the engine says of steps that were ended on request is no news to whoever ended them.
    throw stopped ? new FaultError([INTERRUPTED]) : error;
  } finally {
    process.removeListener("SIGINT", stop);
    process.removeListener("SIGTERM", stop);
    progress.stop();
  }
}
