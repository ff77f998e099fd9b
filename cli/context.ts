import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import type { CloudRelease } from "../course/cloudImages";
import type { ExtensionPackBasis } from "../course/config";
import { FaultError } from "../course/faults";
import type { Language } from "../course/languages";
import type { Theme } from "../course/picture/themes";
import type { Target } from "../course/support";
import { PACKAGE_ROOT } from "../operations/paths";
import { labName, readStackFile, type StackFile } from "../operations/stackFile";

/** What a command line may say; each verb takes its own part of it. */
export interface Options {
  readonly stack?: string;
  readonly config?: string;
  readonly json?: boolean;
  readonly yes?: boolean;
  readonly all?: boolean;
  readonly registry?: boolean;
  readonly remove?: boolean;
  readonly images?: boolean;
  readonly update?: boolean;
  readonly ubuntu?: CloudRelease;
  readonly repair?: boolean;
  readonly team?: readonly string[];
  readonly replace?: readonly string[];
  readonly fix?: boolean;
  readonly failed?: boolean;
  readonly live?: boolean;
  readonly verify?: boolean;
  readonly hosts?: boolean;
  readonly preview?: boolean;
  readonly parallel?: number;
  readonly exercise?: readonly string[];
  readonly junit?: string;
  readonly out?: string;
  readonly html?: string;
  readonly language?: Language;
  readonly svg?: string;
  readonly theme?: Theme;
  readonly mermaid?: boolean;
  readonly markdown?: boolean;
  readonly macs?: boolean;
  readonly timeout?: number;
  readonly until?: string;
  readonly hours?: number;
  readonly name?: string;
  readonly teams?: number;
  readonly roster?: string;
  readonly size?: number;
  readonly exercises?: string;
  readonly edition?: "current" | "2019";
  readonly target?: Target;
  readonly lock?: boolean;
  readonly extensionPack?: ExtensionPackBasis;
}

/** A verb: does its work, prints its result, returns the exit code. */
export type Verb = (options: Options) => Promise<number>;

/** Prints the one JSON document of a verb on stdout. */
export function json(document: object): void {
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}

/** The lab that the options name; `dev` by default. */
export function labFile(options: Pick<Options, "stack" | "config">): StackFile {
  const name = options.stack ?? process.env.PULUMI_STACK ?? "dev";
  if (options.config !== undefined) return readStackFile(options.config);
  return readStackFile(join(PACKAGE_ROOT, `Pulumi.${name}.yaml`), `--stack ${name}`);
}

/**
 * Name of the lab that the options name, and the options for hints: for a verb that reads no configuration, so that a
 * lab can be found whose stack file is gone or faulty.
 */
export function labNamed(options: Options): { readonly lab: string; readonly selection: string } {
  if (options.config !== undefined)
    return { lab: labName(options.config), selection: `--config ${options.config}` };
  const lab = options.stack ?? process.env.PULUMI_STACK ?? "dev";
  return { lab, selection: `--stack ${lab}` };
}

/** Whether every question is answered with yes. The same rule as set-up's: `CI` set to nothing, `0` or `false` is no CI, and no consent. */
export function consent(options: Options): boolean {
  return options.yes === true || !["", "0", "false"].includes(process.env.CI ?? "");
}

/** Puts a question to the user. @returns the answer as typed; undefined when nobody can or does answer */
export type Ask = (question: string) => Promise<string | undefined>;

/** Where a dialogue reads and writes. */
interface Streams {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  /** Whether somebody is there to answer. */
  readonly present: boolean;
}

/** The terminal for as long as a dialogue lasts. */
export class Terminal {
  private reader: Interface | undefined;
  private ended = false;
  private readonly lines: string[] = [];
  private waiting: ((line: string | undefined) => void) | undefined;

  /** @param streams the process's own by default; where its input or output is no terminal, nobody is there */
  constructor(
    private readonly streams: Streams = {
      input: process.stdin,
      output: process.stderr,
      present: process.stdin.isTTY && process.stdout.isTTY,
    },
  ) {}

  /** Puts a question; lines that were pasted at once answer one question after the other. */
  readonly ask: Ask = async (question) => {
    if (!this.streams.present) return undefined;
    this.reader ??= this.open();
    const ready = this.lines.shift();
    if (ready !== undefined || this.ended) {
      this.streams.output.write(`${question}${ready ?? ""}\n`);
      return ready;
    }
    const answer = new Promise<string | undefined>((resolve) => {
      this.waiting = resolve;
    });
    this.reader.setPrompt(question);
    this.reader.prompt();
    return answer;
  };

  /** Ends the dialogue: what is typed from now on is nobody's answer. */
  close(): void {
    this.reader?.close();
  }

  private open(): Interface {
    const { input, output } = this.streams;
    const reader = createInterface({ input, output });
    reader.on("line", (line) => {
      if (this.waiting) this.answer(line);
      else this.lines.push(line);
    });
    // Ctrl-D and Ctrl-C.
    reader.once("close", () => {
      this.ended = true;
      this.answer(undefined);
    });
    return reader;
  }

  private answer(line: string | undefined): void {
    this.waiting?.(line);
    this.waiting = undefined;
  }
}

/** Asks one question on the terminal. */
export const askTerminal: Ask = async (question) => {
  const terminal = new Terminal();
  try {
    return await terminal.ask(question);
  } finally {
    terminal.close();
  }
};

function unconfirmed(where: string, what: string, fix: string): FaultError {
  return new FaultError([{ code: "needs-confirmation", where, what, fix }]);
}

/** Asks on the terminal. @throws FaultError `needs-confirmation` when nobody says yes */
export async function confirm(question: string, options: Options, ask: Ask = askTerminal): Promise<void> {
  if (consent(options)) return;
  const answer = await ask(`${question} [y/N] `);
  if (answer !== undefined && /^y(es)?$/i.test(answer.trim())) return;
  throw unconfirmed(question, "it was not confirmed", "Answer y, or add --yes");
}

/**
 * Asks for the name of what is at stake: a habit of answering y must not be enough.
 * @param name what has to be typed, to the letter
 * @throws FaultError `needs-confirmation` when it is not typed
 */
export async function confirmName(
  question: string,
  name: string,
  options: Options,
  ask: Ask = askTerminal,
): Promise<void> {
  if (consent(options)) return;
  const answer = await ask(`${question} Type ${name} to go on: `);
  if (answer?.trim() === name) return;
  throw unconfirmed(question, "its name was not typed; nothing was changed", `Type ${name}, or add --yes`);
}
