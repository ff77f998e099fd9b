import { FaultError } from "../course/faults";

/** @throws FaultError `unknown-team` for a team that was asked for by `--team` and that the lab does not have */
export function refuseUnknownTeams(known: readonly string[], asked: readonly string[]): void {
  const [first, ...more] = asked
    .filter((id) => !known.includes(id))
    .map((id) => ({
      code: "unknown-team" as const,
      where: `--team ${id}`,
      what: "the lab has no such team",
      expected: `one of ${known.join(", ")}`,
    }));
  if (first) throw new FaultError([first, ...more]);
}
