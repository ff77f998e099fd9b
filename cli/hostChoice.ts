import { FaultError } from "../course/faults";
import type { RemoteMachine } from "../operations/hosts/machine";

/**
 * The hosts that a command is for: those named by `--host`, or all that it can be for.
 * @param kind what these are, such as `host`
 * @param lacking what the lab would need to have one
 * @throws FaultError `unknown-host` where a name is none of them, or the lab has none
 */
export function chosenHosts(
  all: readonly RemoteMachine[],
  named: readonly string[] | undefined,
  kind: string,
  lacking: string,
): RemoteMachine[] {
  const unknown = named?.find((name) => !all.some((machine) => machine.name === name));
  if (unknown !== undefined || all.length === 0) {
    throw new FaultError([
      {
        code: "unknown-host",
        where: unknown === undefined ? "lab.hosts" : `--host ${unknown}`,
        what: `the lab has no such ${kind} that is reached over SSH`,
        expected: all.map(({ name }) => name).join(", ") || lacking,
      },
    ]);
  }
  return all.filter(({ name }) => named?.includes(name) ?? true);
}
