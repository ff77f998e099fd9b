import { FaultError } from "../../course/faults";
import { lockedFault } from "../engineFault";
import { clearPendingOperations, restoreCheckpoint } from "./checkpoint";
import { stackFiles } from "./fileBackend";
import { clearDeadLocks, findHolder, withLock } from "./lock";
import { endOrphans } from "./processes";
import { removeCutOffSideFiles } from "./sideFiles";

/** Says one line about something that was mended. */
type Say = (line: string) => void;

/**
 * Mends what a killed run left of stacks in a file backend: processes, locks, a cut-off state file, operations that
 * nobody ended. Each is said in one line.
 * @throws FaultError `stack-locked` when a live run holds a stack; then its state was not touched
 */
export async function recoverStacks(stacks: readonly string[], say: Say): Promise<void> {
  // An engine whose classlab was killed still holds its lock: what nobody leads any more goes first.
  const ended = await endOrphans();
  if (ended > 0) say(`recovery: ended ${ended} process(es) that a killed run had left`);
  const known = stacks.flatMap((stack) => {
    const files = stackFiles(stack);
    return files ? [{ stack, files }] : [];
  });
  for (const { stack, files } of known) {
    const holder = findHolder(files.locks);
    if (holder) throw new FaultError([lockedFault(stack, holder)]);
  }
  for (const { stack, files } of known) {
    for (const pid of clearDeadLocks(files.locks)) {
      say(
        `recovery: stack ${stack}: removed the lock of ${pid ? `process ${pid}, which is dead` : "a killed run"}`,
      );
    }
    await withLock(stack, files.locks, async () => {
      const cutOff = removeCutOffSideFiles(files);
      if (cutOff > 0)
        say(`recovery: stack ${stack}: removed ${cutOff} file(s) that a killed run had not finished writing`);
      const restored = restoreCheckpoint(stack, files);
      if (restored)
        say(
          `recovery: stack ${stack}: its state file was ${restored.because}; restored from ${restored.from}`,
        );
      const pending = clearPendingOperations(files);
      if (pending.length > 0)
        say(`recovery: stack ${stack}: a killed run had not finished ${pending.join(", ")}`);
    });
  }
}
