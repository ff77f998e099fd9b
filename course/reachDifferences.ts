import { DIRECTIONS, type Direction, EXPECTED_REACH, type Verdict } from "./expectedReach";
import { MODES, type Mode } from "./modes";
import type { Target } from "./support/targets";

/** A cell of the matrix in which two targets differ. */
export interface ReachDifference {
  readonly mode: Mode;
  readonly direction: Direction;
  /** What each of the two does, with the rule that says so. */
  readonly verdicts: Readonly<Partial<Record<Target, Verdict>>>;
}

/**
 * The cells of what guests reach in which two targets differ: pure, and all of them.
 * @returns by mode, and by direction in a mode
 */
export function reachDifferences(one: Target, other: Target): ReachDifference[] {
  return MODES.flatMap((mode) =>
    DIRECTIONS.flatMap((direction): ReachDifference[] => {
      const [first, second] = [EXPECTED_REACH[one][mode][direction], EXPECTED_REACH[other][mode][direction]];
      return first.reachable === second.reachable
        ? []
        : [{ mode, direction, verdicts: { [one]: first, [other]: second } }];
    }),
  );
}
