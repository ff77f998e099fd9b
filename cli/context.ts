import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { FaultError } from "../course/faults";
import { PACKAGE_ROOT } from "../operations/paths";
import { readStackFile, type StackFile } from "../operations/stackFile";

/** What a command line may say; each verb takes its own part of it. */
export interface Options {
  readonly stack?: string;
  readonly config?: string;
  readonly json?: boolean;
  readonly yes?: boolean;
  readonly all?: boolean;
  readonly remove?: boolean;
  readonly update?: boolean;
  readonly team?: readonly string[];
}

/** A verb: does its work, prints its result, returns the exit code. */
export type Verb = (options: Options) => Promise<number>;

/** Prints the one JSON document of a verb on stdout. */
export function json(document: object): void {
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}

/** The lab that the options name; `dev` by default. */
export function labFile(options: Options): StackFile {
  const name = options.stack ?? process.env.PULUMI_STACK ?? "dev";
  if (options.config !== undefined) return readStackFile(options.config);
  return readStackFile(join(PACKAGE_ROOT, `Pulumi.${name}.yaml`), `--stack ${name}`);
}

/** Whether every question is answered with yes. The same rule as set-up's: `CI` set to nothing, `0` or `false` is no CI, and no consent. */
export function consent(options: Options): boolean {
  return options.yes === true || !["", "0", "false"].includes(process.env.CI ?? "");
}

/** Asks on the terminal. @throws FaultError `needs-confirmation` when nobody says yes */
export async function confirm(question: string, options: Options): Promise<void> {
  if (consent(options)) return;
  if (process.stdin.isTTY && process.stdout.isTTY) {
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    const answer = await terminal.question(`${question} [y/N] `);
    terminal.close();
    if (/^y(es)?$/i.test(answer.trim())) return;
  }
  throw new FaultError([
    {
      code: "needs-confirmation",
      where: question,
      what: "it was not confirmed",
      fix: "Answer y, or add --yes",
    },
  ]);
}
