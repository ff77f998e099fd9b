import { CAPTURED, type Condition, type Pattern, type Step } from "./steps";

/**
 * What a runner understands. `word`, `is`, `starts` and `ends` gather a call and the lines looked for; the others use up what is
 * gathered.
 */
export type Operation =
  | "step"
  | "word"
  | "is"
  | "starts"
  | "ends"
  | "when"
  | "must"
  | "settled"
  | "read"
  | "run"
  | "take"
  | "await"
  | "end";

/** One of them, with its value. */
export type Instruction = readonly [operation: Operation, value: string];

/** What no name, path or text of this package may hold: a control character, but for the one that stands for a captured name. */
function hasControl(text: string): boolean {
  return [...text].some((sign) => (sign < " " && sign !== CAPTURED) || sign === "\u007f");
}

const words = (args: readonly string[]): Instruction[] => args.map((arg) => ["word", arg]);

function lines(pattern: Pattern): Instruction[] {
  if ("is" in pattern) return [["is", pattern.is]];
  return [
    ["starts", pattern.starts],
    ["ends", pattern.ends],
  ];
}

function asked({ ask, any }: Pick<Condition, "ask" | "any">): Instruction[] {
  return [...words(ask), ...any.flatMap(lines)];
}

function instructionsOf(step: Step): Instruction[] {
  const { what, when, must, settled, read, args, take, until } = step;
  return [
    ["step", what],
    ...when.flatMap((each): Instruction[] => [...asked(each), ["when", each.holds]]),
    ...must.flatMap((each): Instruction[] => [...asked(each), ["must", `${each.holds} ${each.otherwise}`]]),
    ...(read ? [...asked({ any: [], ...read }), ["read", read.after] as const] : []),
    ...settled.flatMap((each): Instruction[] => [...asked(each), ["settled", each.holds]]),
    ...(args ? [...words(args), ["run", ""] as const] : []),
    ...(take === undefined ? [] : [["take", take] as const]),
    ...(until ? [...asked(until), ["await", `${until.seconds} ${until.holds}`] as const] : []),
  ];
}

/**
 * The steps as both runners take them.
 * @throws where a value has a control character, by which it could pass for another instruction
 */
export function instructions(steps: readonly Step[]): Instruction[] {
  const all: Instruction[] = [...steps.flatMap(instructionsOf), ["end", ""]];
  for (const [operation, value] of all) {
    if (hasControl(value)) throw new Error(`a control character in ${operation} ${JSON.stringify(value)}`);
  }
  return all;
}

/** For `runner.sh`, on its standard input: an instruction a line, the value after one blank. sh reads no JSON. */
export function renderLines(steps: readonly Step[]): string {
  return instructions(steps)
    .map(([operation, value]) => `${operation} ${value}\n`)
    .join("");
}

/** For the PowerShell runner: JSON, pairs of operation and value. */
export function renderJson(steps: readonly Step[]): string {
  return JSON.stringify(instructions(steps));
}
