import { existsSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, posix, relative, resolve, sep } from "node:path";
import { parse } from "yaml";
import { parseLab } from "../course/config";
import { type Fault, FaultError } from "../course/faults";
import { type LabPlan, makePlan } from "../course/plan";
import { teamsOfLock } from "../course/roster/lock";
import { sampleRoster } from "../course/starter/sampleRoster";
import { type StarterAnswers, stackText } from "../course/starter/stackText";
import { PACKAGE_ROOT } from "./paths";
import { planLab } from "./plan";
import { type RosterReading, readRoster, readRosterFile, writeLock } from "./roster";
import { LAB_KEY, labName, type StackFile } from "./stackFile";

/** Where a new lab's files are to be. */
export interface InitPlace {
  /** The stack file; relative to the working folder. */
  readonly path: string;
  /** The options that name the lab. */
  readonly selection: string;
}

/** What a new lab is to be; the roster by its path from the working folder. */
export type InitAnswers = Omit<StarterAnswers, "teams"> & {
  readonly teams: number | { readonly roster: string; readonly size: number; readonly sample: boolean };
};

/** A file that was written. */
export interface WrittenFile {
  readonly path: string;
  readonly kind: "stack-file" | "sample-roster" | "lock";
}

/** What `init` did. */
export interface InitReport {
  readonly plan: LabPlan;
  readonly files: readonly WrittenFile[];
  /** The roster that was there; absent where there is none, or a sample was written. */
  readonly roster?: RosterReading;
}

/** The stack file of a lab named on the command line: in the checkout, where `--stack` looks for it. */
export function placeOf(name: string): InitPlace {
  return { path: join(PACKAGE_ROOT, `Pulumi.${name}.yaml`), selection: `--stack ${name}` };
}

/** A path from a file to another, as YAML and editors have it on every system. */
function from(file: string, target: string): string {
  return relative(dirname(file), target).split(sep).join(posix.sep);
}

function refuse(faults: readonly Fault[]): void {
  const [first, ...more] = faults;
  if (first) throw new FaultError([first, ...more]);
}

const exists = (path: string): Fault => ({
  code: "file-exists",
  where: path,
  what: "the file is there already, and init overwrites nothing; nothing was written",
  expected: "a name of its own for each lab",
  fix: "Give another by --name, or remove the file first",
});

/** Writes a new file. @throws FaultError `file-exists` where one is there, made in this moment by somebody else included */
function writeNew(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: "wx" });
  } catch (error) {
    const { code = String(error) }: { code?: string } = Object(error);
    if (code === "EEXIST") refuse([exists(path)]);
    refuse([
      {
        code: "report-unwritable",
        where: path,
        what: `the file cannot be written: ${code}`,
        expected: "a folder that is there and may be written to",
      },
    ]);
  }
}

/** The plan of a stack file's text, before it is written. */
function planText(lab: string, text: string, roster: ReturnType<typeof teamsOfLock> | undefined): LabPlan {
  const document: { config: Record<string, unknown> } = parse(text);
  const parsed = parseLab(document.config[LAB_KEY]);
  if (!parsed.ok) throw new FaultError(parsed.faults);
  const planned = makePlan(lab, parsed.value, roster ? { roster } : {});
  if (!planned.ok) throw new FaultError(planned.faults);
  return planned.value;
}

/**
 * Writes the files of a new lab: its stack file, a sample roster where one is wanted, the lock of a roster that is there.
 * Nothing that exists is overwritten, and nothing is written unless the lab can be planned.
 * @throws FaultError
 */
export function init(place: InitPlace, answers: InitAnswers): InitReport {
  const path = resolve(place.path);
  const { teams } = answers;
  const roster = typeof teams === "number" ? undefined : { ...teams, path: resolve(teams.roster) };
  refuse([path, ...(roster?.sample ? [roster.path] : [])].filter((file) => existsSync(file)).map(exists));
  const reading = roster && !roster.sample ? readRosterFile(roster.path, roster.size) : undefined;
  const text = stackText(
    {
      ...answers,
      teams: typeof teams === "number" ? teams : { ...teams, roster: from(path, resolve(teams.roster)) },
    },
    { schema: from(path, join(PACKAGE_ROOT, "docs/lab.schema.json")), selection: place.selection },
  );
  const plan = (seated: RosterReading | undefined) =>
    planText(labName(path), text, seated && teamsOfLock(seated.lock));
  const files: WrittenFile[] = [{ path, kind: "stack-file" }];
  if (!roster?.sample) {
    const planned = plan(reading);
    writeNew(path, text);
    if (reading && writeLock(reading)) files.push({ path: reading.lockPath, kind: "lock" });
    return { plan: planned, files, ...(reading ? { roster: reading } : {}) };
  }
  writeNew(roster.path, sampleRoster(answers.language));
  try {
    const planned = plan(readRosterFile(roster.path, roster.size));
    writeNew(path, text);
    return { plan: planned, files: [...files, { path: roster.path, kind: "sample-roster" }] };
  } catch (error) {
    rmSync(roster.path, { force: true });
    throw error;
  }
}

/** Takes a roster as it is now, whoever that moves, into its lock. @throws FaultError where the lab has no roster */
export function renewLock(file: StackFile): { readonly roster: RosterReading; readonly written: boolean } {
  const roster = readRoster(file);
  if (!roster) {
    throw new FaultError([
      {
        code: "roster-missing",
        where: "lab.teams",
        what: "the lab's teams are those of no roster, so that there is no lock to write",
        expected: "teams: { roster: FILE.csv }",
      },
    ]);
  }
  planLab(file);
  return { roster, written: writeLock(roster) };
}
