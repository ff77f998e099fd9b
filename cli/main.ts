import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { CLOUD_RELEASES } from "../course/cloudImages";
import { EDITIONS, EXTENSION_PACK_BASES } from "../course/config";
import { DISK_KINDS, IMAGE_FORMATS } from "../course/diskFormats";
import { EXIT, exitCodeOf, FaultError, formatFaults } from "../course/faults";
import { LANGUAGES } from "../course/languages";
import { THEMES } from "../course/picture/themes";
import { TARGETS } from "../course/support";
import { lightenSdk } from "../operations/engineSdk";
import { PACKAGE_ROOT } from "../operations/paths";
import type { Turn } from "../operations/room/turn";
import { markThisRun } from "../operations/runMark";
import { json, type Options, type Verb } from "./context";
import { SCHEMA_VERSION } from "./output";
import { formatOptions } from "./plan/formats";
import { type ConvertOptions, convertVerb } from "./verbs/convert";
import { costVerb } from "./verbs/cost";
import { doctorVerb } from "./verbs/doctor";
import { downVerb } from "./verbs/down";
import { envVerb } from "./verbs/env";
import { extendVerb } from "./verbs/extend";
import { handoutVerb } from "./verbs/handout";
import { hostEnrollVerb } from "./verbs/hostEnroll";
import { hostPrecheckVerb } from "./verbs/hostPrecheck";
import { hostReleaseVerb } from "./verbs/hostRelease";
import { hostScriptVerb } from "./verbs/hostScript";
import { hostUseVerb, type UseOptions } from "./verbs/hostUse";
import { imagesVerb } from "./verbs/images";
import { initVerb } from "./verbs/init";
import { planVerb } from "./verbs/plan";
import { powerVerb } from "./verbs/power";
import { rotateVerb } from "./verbs/rotate";
import { statusVerb } from "./verbs/status";
import { sweepVerb } from "./verbs/sweep";
import { upVerb } from "./verbs/up";
import { verifyVerb } from "./verbs/verify";

/** Prints an error as its reader needs it: faults as sentences, a defect of ours with its stack. */
async function reportError(
  thrown: unknown,
  { json: asJson, language }: Pick<Options, "json" | "language">,
): Promise<number> {
  const { explain } = await import("../operations/explain.js");
  const error = await explain(thrown);
  if (error instanceof FaultError) {
    if (asJson) json({ schemaVersion: SCHEMA_VERSION, ok: false, faults: error.faults });
    process.stderr.write(`${formatFaults(error.faults, language)}\n`);
    return exitCodeOf(error.faults);
  }
  process.stderr.write(
    `classlab has a defect: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return EXIT.failed;
}

/** What a command line does: a verb, whose exit code, or that of what it threw, is handed on. */
function acting<T extends Pick<Options, "json" | "language">>(
  verb: (options: T) => Promise<number>,
  finish: (code: number) => void,
): (options: T) => Promise<void> {
  return async (options) => {
    try {
      finish(await verb(options));
    } catch (error) {
      finish(await reportError(error, options));
    }
  };
}

/** An option that may be given several times. */
const collect = (value: string, before: readonly string[] | undefined): string[] => [
  ...(before ?? []),
  value,
];

/** The option of a language, by either of its names. */
function languageOption(what: string): Option {
  return new Option("--lang, --language <code>", what).choices(LANGUAGES);
}

/** A whole number above 0. */
function wholeNumber(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError("Expected a whole number, 1 or more.");
  return number;
}

function makeProgram(finish: (code: number) => void): Command {
  const version: unknown = JSON.parse(readFileSync(join(PACKAGE_ROOT, "package.json"), "utf8")).version;
  const program = new Command("classlab")
    .description("Stands a virtualization classroom up, shows it, and takes it down.")
    .version(String(version))
    .exitOverride()
    .addHelpText(
      "after",
      "\nEvery message names its cause in brackets: docs/causes.md says what each means and what to do.",
    )
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
    more(command).action(acting(verb, finish));
  };
  add("init", "write the files of a new lab; asks on a terminal for what is not given", initVerb, (command) =>
    command
      .addOption(new Option("--name <name>", "of the lab: Pulumi.<name>.yaml").conflicts(["config", "stack"]))
      .addOption(new Option("--teams <n>", "how many").argParser(wholeNumber).conflicts("roster"))
      .option("--roster <file>", "teams of a roster (CSV); with --yes a sample where there is no such file")
      .option("--size <n>", "learners a team, with a roster (default: 4)", wholeNumber)
      .option("--exercises <ids>", "what the class does, in order, with commas between")
      .addOption(new Option("--edition <edition>", "of the course (default: current)").choices(EDITIONS))
      .addOption(languageOption("of guests and of the file (default: ja)"))
      .addOption(new Option("--target <target>", "where guests run (default: containers)").choices(TARGETS))
      .addOption(
        new Option(
          "--extension-pack <use>",
          "accept the licence of VirtualBox's Extension Pack (PUEL) for this use: exercise 1-virtualbox installs it",
        ).choices(EXTENSION_PACK_BASES),
      )
      .option("--lock", "of a lab that is there: take its roster as it is now, whoever that moves"),
  );
  add("plan", "show what a lab will be; needs neither engine nor Docker", planVerb, (command) => {
    command
      .option("--team <id>", "only this team and what it shares (may be repeated)", collect)
      .option("--svg <file>", "draw it")
      .addOption(new Option("--theme <name>", "of the drawing").choices(THEMES).default("light"));
    for (const option of formatOptions()) command.addOption(option);
    return command.addOption(languageOption("of what is shown").default("en"));
  });
  add("cost", "show what a lab's hosts in clouds cost; asks no cloud but with --live", costVerb, (command) =>
    command
      .option(
        "--live",
        "what hosts cost today, by their clouds' own price lists (Amazon's needs credentials)",
      )
      .option("--team <id>", "only this team, with its share of what teams share (may be repeated)", collect)
      .addOption(languageOption("of what is shown").default("en")),
  );
  add("up", "bring a lab to its plan and show what to open", upVerb, (command) =>
    command
      .option("--repair", "also bring back what learners changed inside guests; listed first")
      .option(
        "--team <id>",
        "only this team's stack; with --repair: only its changes (may be repeated)",
        collect,
      )
      .option("--verify", "then measure whether the lab is what the course says")
      .option(
        "--failed",
        "only stacks that are not up: never finished, failed, or something of them is missing",
      )
      .option("--parallel <n>", "teams' stacks at once (default: processors + 1)", wholeNumber)
      .option("--hosts", "only the hosts in clouds, without guests")
      .option("--preview", "show what would be made, stack by stack, and make nothing")
      .option(
        "--replace <team[/guest]>",
        "allow this guest to be replaced or deleted (may be repeated)",
        collect,
      ),
  );
  add("down", "take a lab down", downVerb);
  for (const [name, wanted, description] of [
    ["stop", "stopped", "stop a lab's hosts in clouds now; their disks stay"],
    ["start", "running", "start a lab's hosts in clouds now, and wait until they answer"],
  ] as const)
    add(name, description, powerVerb(wanted), (command) =>
      command.option("--team <id>", "only this team's host (may be repeated)", collect),
    );
  add("extend", "move the end of a lab in clouds, and write it into the lab's file", extendVerb, (command) =>
    command
      .addOption(
        new Option(
          "--until <time>",
          "a time of the classroom's clock, as 2027-01-19T18:00, or a day, which it then ends",
        ).conflicts("hours"),
      )
      .option("--hours <n>", "so much later than now or than the end that is to come", wholeNumber),
  );
  add("status", "show guests and services as they are", statusVerb);
  add(
    "verify",
    "measure whether the lab is what the course says: every yes and every no",
    verifyVerb,
    (command) =>
      command
        .option("--team <id>", "only this team (may be repeated)", collect)
        .option("--exercise <id>", "only the check list of this exercise (may be repeated)", collect)
        .option("--junit <file>", "also write a JUnit report")
        .option("--html <file>", "also write a page for the instructor's screen")
        .addOption(languageOption("of the page").default("en"))
        .option("--timeout <seconds>", "end after so long, with what was measured until then", wholeNumber),
  );
  add("sweep", "list what stands of a lab, by owner mark alone", sweepVerb, (command) =>
    command
      .option("--all", "every lab on this machine")
      .option("--remove", "remove what was listed; asks, for the lab's name where guests run")
      .option("--images", "list the image cache; with --remove: remove what of it no container uses"),
  );
  add("doctor", "look at all that a lab needs of this machine", doctorVerb, (command) =>
    command.option("--fix", "mend what can be mended safely; never touches a lab or a learner's work"),
  );
  add("rotate", "make a team's keys and passwords anew", rotateVerb, (command) =>
    command
      .option("--team <id>", "a team; may be repeated", collect)
      .option("--all", "every team")
      .addOption(
        new Option(
          "--registry",
          "instead: the authority that signs for the class's own registry; images and accounts stay",
        ).conflicts(["team", "all"]),
      ),
  );
  add(
    "handout",
    "write what teams take to their PCs: Vagrantfile, Remote Desktop, SSH, Compose files",
    handoutVerb,
    (command) =>
      command
        .option("--team <id>", "only this team (may be repeated)", collect)
        .option("--out <folder>", "for the teams' folders (default: handout-<lab>)"),
  );
  add("env", "print the environment for plain Pulumi commands", envVerb, (command) =>
    command.option("--team <id>", "of this team's stack (default: the first stack)", (id: string) => [id]),
  );
  add("images", "provide the images of a lab", imagesVerb, (command) =>
    command
      .option("--update", "decide anew where images come from, and renew them")
      .addOption(
        new Option(
          "--ubuntu <release>",
          "of no lab: fetch Ubuntu's own cloud image, its signature checked, into this machine's cache",
        )
          .choices(CLOUD_RELEASES)
          .conflicts(["stack", "config", "update"]),
      ),
  );
  program
    .command("convert")
    .description("convert a disk image for another hypervisor: VDI, VHD, VHDX, VMDK, qcow2, raw")
    .argument("<in>", "the disk that is read; it stays as it is")
    .argument("<out>", "the file that is written; it must not be there")
    .addOption(
      new Option("--kind <kind>", "whether it grows with what is written or takes all of its space at once")
        .choices(DISK_KINDS)
        .default("dynamic"),
    )
    .addOption(
      new Option("--from <format>", "of <in> (default: what its name ends with)").choices(IMAGE_FORMATS),
    )
    .addOption(
      new Option("--to <format>", "of <out> (default: what its name ends with)").choices(IMAGE_FORMATS),
    )
    .option("--json", "print one JSON document on stdout and nothing else there")
    .action(async (source: string, target: string, options: ConvertOptions) => {
      try {
        finish(await convertVerb(source, target, options));
      } catch (error) {
        finish(await reportError(error, options));
      }
    });
  addHost(program, finish);
  return program;
}

/** The verbs about the PCs of a room, before there is a lab on them and after. */
function addHost(program: Command, finish: (code: number) => void): void {
  const host = program
    .command("host")
    .description("the PCs of a room: look at them a week before, enrol them, give them back");
  host
    .command("precheck")
    .description("look at PCs from a stick, changing nothing, and make the lab's hosts of what they are")
    .option("--write <folder>", "write the scripts into the folder of a stick")
    .option("--read <folder>", "read what came back, and show what each PC can do")
    .option("--inventory <file>", "with --read: write the PCs as the hosts of a lab (YAML)")
    .addOption(languageOption("of reports").default("en"))
    .option("--json", "print one JSON document on stdout and nothing else there")
    .action(acting(hostPrecheckVerb, finish));
  const ofLab = (command: Command) =>
    command
      .option("--stack <name>", "the lab of Pulumi.<name>.yaml (default: dev)")
      .option("--config <file>", "a Pulumi stack file; the lab is named after it")
      .option("--json", "print one JSON document on stdout and nothing else there");
  ofLab(host.command("enroll"))
    .description("write the stick by which PCs let the lab in, and by which they are given back")
    .option("--write <folder>", "write it into the folder of a stick")
    .option("--read <folder>", "show what PCs wrote on it")
    .option("--from <subnet>", "let this subnet in, beside the classroom LAN (may be repeated)", collect)
    .option("--no-ssh", "let nobody in by SSH")
    .addOption(
      new Option("--hypervisor <name>", "what is put on Windows PCs (default: the lab's target)").choices([
        "hyperv",
        "virtualbox",
        "none",
      ]),
    )
    .option("--openssh <file>", "OpenSSH as an MSI, for PCs whose optional features are blocked (0x800f0954)")
    .option("--virtualbox <file>", "Oracle's installer of VirtualBox; its version and checksum are pinned")
    .option("--extension-pack <file>", "its Extension Pack; the lab's licences have to accept it")
    .action(acting(hostEnrollVerb, finish));
  ofLab(host.command("script"))
    .description("for Windows PCs that let nobody in by SSH: write what makes each team's lab at its PC")
    .option("--write <folder>", "write a folder for each team into the folder of a stick")
    .option("--read <folder>", "show what PCs wrote on it")
    .option("--team <id>", "only this team (may be repeated)", collect)
    .action(acting(hostScriptVerb, finish));
  ofLab(host.command("release"))
    .description("give the lab's hosts back over SSH as they were before they were enrolled")
    .option("--host <name>", "only this host (may be repeated)", collect)
    .option("--check", "change nothing: tell what is still enrolled")
    .option("-y, --yes", "answer every question with yes")
    .action(acting(hostReleaseVerb, finish));
  ofLab(host.command("use"))
    .description("give VirtualBox or Hyper-V the turn on Windows hosts, which start anew for it")
    .addArgument(
      new Argument("<hypervisor>", "the one that is to have the turn").choices(["hyperv", "virtualbox"]),
    )
    .option("--host <name>", "only this host (may be repeated)", collect)
    .option("-y, --yes", "answer every question with yes")
    .action((to: Turn, options: UseOptions) =>
      acting((given: UseOptions) => hostUseVerb(to, given), finish)(options),
    );
}

/**
 * Has a verb go on to its end where nobody reads any more, as after `| head` or when a terminal is gone: what it does is worth more than
 * what it says. The engine would take each error of a write for one of the program's, and keep it.
 */
function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
}

async function main(): Promise<number> {
  outliveReaders();
  markThisRun();
  lightenSdk();
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
  async (error) => {
    process.exitCode = await reportError(error, {});
  },
);
