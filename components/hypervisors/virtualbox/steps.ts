/** A line of VBoxManage's answer; runs of blanks count as one. */
export type Pattern =
  /** The whole line. */
  | { readonly is: string }
  /** What the line begins and ends with. */
  | { readonly starts: string; readonly ends: string };

/** What is asked of VBoxManage before something is done. A question that VBoxManage does not answer is an error, never a no. */
export interface Condition {
  /** Arguments of the question. */
  readonly ask: readonly string[];
  /** Lines of which one is looked for. */
  readonly any: readonly Pattern[];
  /** Whether the condition holds where such a line is, or where none is. */
  readonly holds: "has" | "lacks";
}

/** One call of VBoxManage, with what makes it safe to repeat. */
export interface Step {
  readonly program: "VBoxManage";
  /** What it brings about, in a few words for whoever reads that it failed. */
  readonly what: string;
  /** The step concerns only an installation where all of these hold. */
  readonly when: readonly Condition[];
  /** Where one of these does not hold the list ends here, with these words: nothing is changed any more. */
  readonly must: readonly (Condition & { readonly otherwise: string })[];
  /** All of these hold: it is already so, and nothing is called. Without any it is called each time. */
  readonly settled: readonly Condition[];
  /**
   * A question whose answer is kept for {@link CAPTURED}: the rest of the first line that begins with `after`, or, where lines are looked
   * for, of the last one above the first of those; nothing where there is none.
   */
  readonly read?: {
    readonly ask: readonly string[];
    readonly after: string;
    readonly any?: readonly Pattern[];
  };
  /** Arguments of the call; absent where the step only asks. */
  readonly args?: readonly string[];
  /** What stands between this word's first and last place in a line that the call prints is kept for {@link CAPTURED}. */
  readonly take?: string;
  /** What is waited for afterwards, and how long at the most, in seconds. */
  readonly until?: Condition & { readonly seconds: number };
}

/** Stands in arguments and patterns for the last name that VirtualBox told: the control character SUBSTITUTE, which is in no name. */
export const CAPTURED = "\u001a";

/** Holds where the answer has one of these lines. */
export function has(ask: readonly string[], ...any: readonly Pattern[]): Condition {
  return { ask, any, holds: "has" };
}

/** Holds where the answer has none of these lines. */
export function lacks(ask: readonly string[], ...any: readonly Pattern[]): Condition {
  return { ask, any, holds: "lacks" };
}

type StepParts = Omit<Step, "program" | "what" | "when" | "must" | "settled"> &
  Partial<Pick<Step, "when" | "must" | "settled">>;

/** A step; what is left out of it does not apply. */
export function step(what: string, parts: StepParts): Step {
  return { program: "VBoxManage", what, when: [], must: [], settled: [], ...parts };
}
