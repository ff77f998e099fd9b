import { FaultError } from "../course/faults";
import { engineEnvironment } from "./engine";
import { openStanding } from "./prepare";
import type { StackFile } from "./stackFile";

/** The environment of one of a lab's stacks. */
export interface LabEnvironment {
  readonly stack: string;
  /** Every stack of the lab. */
  readonly stacks: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * The environment in which plain Pulumi sees one of a lab's stacks as classlab does.
 * @param team whose stack; the first one without it
 * @throws FaultError `unknown-team`, or `stack-absent` when nothing of the lab stands
 */
export async function labEnvironment(file: StackFile, team?: string): Promise<LabEnvironment> {
  const lab = await openStanding(file);
  const { units, teams } = lab.plan;
  const unit = team === undefined ? units[0] : units.find((entry) => entry.teams.includes(team));
  if (!unit) {
    throw new FaultError([
      {
        code: "unknown-team",
        where: `--team ${team}`,
        what: "the lab has no such team",
        expected: `one of ${teams.map(({ id }) => id).join(", ")}`,
      },
    ]);
  }
  return {
    stack: unit.stack,
    stacks: units.map(({ stack }) => stack),
    variables: engineEnvironment(lab.folder, unit.stack),
  };
}
