import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { Command, CommanderError } from "commander";
import { EXIT, exitCodeOf, type Fault, FaultError, formatFaults } from "../course/faults";
import { resourcesOf } from "../course/resources";
import { quote } from "../course/shell";
import { PACKAGE_ROOT } from "../operations/paths";
import { readStackFile, type StackFile } from "../operations/stackFile";
import {
  renderDown,
  renderPlan,
  renderStatus,
  renderSweep,
  renderUp,
  SCHEMA_VERSION,
  upJson,
} from "./output";
import { Progress } from "./progress";

interface Options {
  readonly stack?: string;
  readonly config?: string;
  readonly json?: boolean;
  readonly yes?: boolean;
  readonly all?: boolean;
  readonly remove?: boolean;
  readonly update?: boolean;
}

const json = (document: object) => process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);

function labFile(options: Options): StackFile {
  const name = options.stack ?? process.env.PULUMI_STACK ?? "dev";
  if (options.config !== undefined) return readStackFile(options.config);
  return readStackFile(join(PACKAGE_ROOT, `Pulumi.${name}.yaml`), `--stack ${name}`);
}

/** The same rule as set-up's: `CI` set to nothing, `0` or `false` is no CI, and no consent. */
function consent(options: Options): boolean {
  return options.yes === true || !["", "0", "false"].includes(process.env.CI ?? "");
}

async function confirm(question: string, options: Options): Promise<void> {
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

const INTERRUPTED: Fault = {
  code: "interrupted",
  where: "this run",
  what: "it was stopped before everything was done; what was done stands",
  fix: "Run the command again: it goes on where it stopped",
};

/** Runs a command with progress on stderr and Ctrl-C handed to the engine, which stops after the step under way. */
async function withProgress<T>(work: (progress: Progress, signal: AbortSignal) => Promise<T>): Promise<T> {
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

async function planVerb(options: Options): Promise<number> {
  const { planLab } = await import("../operations/plan.js");
  const plan = planLab(labFile(options));
  if (options.json) {
    const resources = Object.fromEntries(plan.units.map((unit) => [unit.stack, resourcesOf(plan, unit)]));
    json({ ...plan, resources });
  } else process.stdout.write(renderPlan(plan));
  return EXIT.done;
}

async function upVerb(options: Options): Promise<number> {
  const file = labFile(options);
  const { up } = await import("../operations/up.js");
  const report = await withProgress((progress, signal) =>
    up(file, {
      say: (line) => progress.line(line),
      onEvent: (_stack, event) => progress.event(event),
      consent: consent(options),
      signal,
    }),
  );
  if (options.json) json(upJson(report));
  else process.stdout.write(renderUp(report, file.selection));
  return report.services.every((service) => service.ok) ? EXIT.done : EXIT.failed;
}

async function downVerb(options: Options): Promise<number> {
  const file = labFile(options);
  await confirm(`Remove everything of lab "${file.lab}", what learners made in it included?`, options);
  const { down } = await import("../operations/down.js");
  const report = await withProgress((progress, signal) =>
    down(file, { onEvent: (_stack, event) => progress.event(event), signal }),
  );
  if (options.json)
    json({ schemaVersion: SCHEMA_VERSION, ok: report.left.length === 0, lab: file.lab, ...report });
  else process.stdout.write(renderDown(file.lab, file.selection, report));
  return report.left.length === 0 ? EXIT.done : EXIT.leftovers;
}

async function statusVerb(options: Options): Promise<number> {
  const { status } = await import("../operations/status.js");
  const report = await status(labFile(options));
  if (options.json)
    json({ schemaVersion: SCHEMA_VERSION, ok: report.ok, lab: report.plan.lab, guests: report.guests });
  else process.stdout.write(renderStatus(report));
  return report.ok ? EXIT.done : EXIT.failed;
}

async function sweepVerb(options: Options): Promise<number> {
  const lab = options.all ? undefined : labFile(options).lab;
  const { findLeftovers, removeLeftovers } = await import("../operations/sweep.js");
  const found = await findLeftovers(lab);
  if (!options.json) process.stdout.write(renderSweep(found));
  if (!options.remove || found.length === 0) {
    if (options.json) json({ schemaVersion: SCHEMA_VERSION, ok: found.length === 0, found, removed: [] });
    return found.length === 0 ? EXIT.done : EXIT.leftovers;
  }
  await confirm(`Remove these ${found.length} object(s)?`, options);
  await removeLeftovers(found);
  if (options.json) json({ schemaVersion: SCHEMA_VERSION, ok: true, found, removed: found });
  else process.stdout.write(`Removed ${found.length} object(s).\n`);
  return EXIT.done;
}

async function envVerb(options: Options): Promise<number> {
  const file = labFile(options);
  const { labEnvironment } = await import("../operations/environment.js");
  const variables = await labEnvironment(file);
  if (options.json) json({ schemaVersion: SCHEMA_VERSION, variables });
  else {
    process.stdout.write(
      Object.entries(variables)
        .map(([key, value]) => `export ${key}=${quote(value)}\n`)
        .join(""),
    );
  }
  return EXIT.done;
}

async function imagesVerb(options: Options): Promise<number> {
  const file = labFile(options);
  const { labImages } = await import("../operations/labImages.js");
  const images = await withProgress((progress) =>
    labImages(file, {
      say: (line) => progress.line(line),
      consent: consent(options),
      update: options.update === true,
    }),
  );
  if (options.json) json({ schemaVersion: SCHEMA_VERSION, ok: true, lab: file.lab, images });
  else {
    process.stdout.write(`Images of lab "${file.lab}" (${images.source}):\n`);
    for (const [name, image] of [["guest", images.guest] as const, ...Object.entries(images.course)]) {
      process.stdout.write(`  ${name.padEnd(12)} ${image.reference}  ${image.id.slice(7, 19)}\n`);
    }
  }
  return EXIT.done;
}

type Verb = (options: Options) => Promise<number>;

/** Prints an error as its reader needs it: faults as sentences, a defect of ours with its stack. */
function reportError(error: unknown, asJson: boolean): number {
  if (error instanceof FaultError) {
    if (asJson) json({ schemaVersion: SCHEMA_VERSION, ok: false, faults: error.faults });
    process.stderr.write(`${formatFaults(error.faults)}\n`);
    return exitCodeOf(error.faults);
  }
  process.stderr.write(
    `classlab has a defect: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return EXIT.failed;
}

function makeProgram(finish: (code: number) => void): Command {
  const version: unknown = JSON.parse(readFileSync(join(PACKAGE_ROOT, "package.json"), "utf8")).version;
  const program = new Command("classlab")
    .description("Stands a virtualization classroom up, shows it, and takes it down.")
    .version(String(version))
    .exitOverride()
    .showHelpAfterError("(classlab --help lists the verbs)");
  const add = (
    name: string,
    description: string,
    verb: Verb,
    more: (command: Command) => Command = (command) => command,
  ) => {
    const command = program
      .command(name)
      .description(description)
      .option("--stack <name>", "the lab of Pulumi.<name>.yaml (default: dev)")
      .option("--config <file>", "a Pulumi stack file; the lab is named after it")
      .option("--json", "print one JSON document on stdout and nothing else there")
      .option("-y, --yes", "answer every question with yes");
    more(command).action(async (options: Options) => {
      try {
        finish(await verb(options));
      } catch (error) {
        finish(reportError(error, options.json === true));
      }
    });
  };
  add("plan", "show what a lab will be; needs neither engine nor Docker", planVerb);
  add("up", "bring a lab to its plan and show what to open", upVerb);
  add("down", "take a lab down", downVerb);
  add("status", "show guests and services as they are", statusVerb);
  add("sweep", "list what stands of a lab, by owner mark alone", sweepVerb, (command) =>
    command.option("--all", "every lab on this machine").option("--remove", "remove what was listed"),
  );
  add("env", "print the environment for plain Pulumi commands", envVerb);
  add("images", "provide the images of a lab", imagesVerb, (command) =>
    command.option("--update", "decide anew where images come from, and renew them"),
  );
  return program;
}

async function main(): Promise<number> {
  let code: number = EXIT.done;
  const program = makeProgram((value) => {
    code = value;
  });
  try {
    await program.parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // "commander.help" is the help shown for want of a verb, not the one asked for.
    return error.exitCode === 0 && error.code !== "commander.help" ? EXIT.done : EXIT.usage;
  }
  return code;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    process.exitCode = reportError(error, false);
  },
);
