import { existsSync } from "node:fs";
import { EDITIONS, EXTENSION_PACK_BASES } from "../course/config";
import { EXERCISE_IDS, type ExerciseId } from "../course/exercises";
import { EXIT, type Fault, FaultError } from "../course/faults";
import { LANGUAGES } from "../course/languages";
import { seatsTaken } from "../course/roster/lock";
import { TARGETS } from "../course/support";
import { EXTENSION_PACK_EXERCISE } from "../course/validators/licences";
import { LAB_NAME } from "../course/validators/names";
import { type InitAnswers, type InitPlace, init, placeOf, renewLock } from "../operations/init";
import { describeRoster } from "../operations/roster";
import { labName } from "../operations/stackFile";
import { type Ask, consent, json, labFile, type Options, Terminal } from "./context";
import { INIT_TEXTS, LANGUAGE_QUESTION, nextCommands, renderInit } from "./initOutput";
import { SCHEMA_VERSION } from "./output";

/** Asks until the answer can be read; nothing, or nobody there to answer, is the answer in brackets. */
type Question = <T>(text: string, fallback: T, read: (answer: string) => T | undefined) => Promise<T>;

function questions(options: Options, ask: Ask, again: () => string): Question {
  return async (text, fallback, read) => {
    if (consent(options)) return fallback;
    for (let hint = ""; ; hint = again()) {
      const answer = (await ask(`${hint}${text}`))?.trim();
      if (answer === undefined || answer === "") return fallback;
      const value = read(answer);
      if (value !== undefined) return value;
    }
  };
}

const oneOf =
  <T extends string>(choices: readonly T[]) =>
  (answer: string): T | undefined =>
    choices.find((choice) => choice === answer);

/** The exercises of a list with commas; undefined for any that is not known. */
function readExercises(text: string): ExerciseId[] | undefined {
  const ids = text
    .split(",")
    .map((id) => id.trim())
    .filter((id) => id !== "");
  const known = ids.flatMap((id) => oneOf(EXERCISE_IDS)(id) ?? []);
  return known.length === ids.length ? known : undefined;
}

function fault(one: Fault): never {
  throw new FaultError([one]);
}

function exercisesOf(given: string): ExerciseId[] {
  return (
    readExercises(given) ??
    fault({
      code: "unknown-exercise",
      where: `--exercises ${given}`,
      what: "not all of these are exercises of the course",
      expected: `ids out of ${EXERCISE_IDS.join(", ")}, with commas between`,
    })
  );
}

/** The licence is the user's to accept: neither --yes nor silence does. */
function licenceFault(): never {
  return fault({
    code: "licence-missing",
    where: `--exercises ${EXTENSION_PACK_EXERCISE}`,
    what: "the exercise installs VirtualBox's Extension Pack, whose licence (PUEL) nobody has accepted; nothing was written",
    expected:
      "--extension-pack with the use that is true: personal, education or evaluation; --yes accepts no licence",
    fix: `Add --extension-pack education, if that is what the class is, or leave ${EXTENSION_PACK_EXERCISE} out`,
  });
}

/** Where the files go, and what the lab is to be: from options, and for what they leave open from the user. */
async function answersOf(options: Options, ask: Ask): Promise<{ place: InitPlace; answers: InitAnswers }> {
  let language = options.language;
  const question = questions(options, ask, () => INIT_TEXTS[language ?? "en"].again);
  language ??= await question<"ja" | "en">(LANGUAGE_QUESTION, "ja", oneOf(LANGUAGES));
  const texts = INIT_TEXTS[language];
  const readName = (answer: string) => (LAB_NAME.test(answer) ? answer : undefined);
  const name =
    options.config ?? options.name ?? options.stack ?? (await question(texts.name, "class", readName));
  const place =
    options.config === undefined ? placeOf(name) : { path: name, selection: `--config ${options.config}` };
  const readTeams = (answer: string) => (/^\d+$/.test(answer) ? Number(answer) || undefined : answer);
  const teams =
    options.teams ?? options.roster ?? (await question<number | string>(texts.teams, 1, readTeams));
  const edition = options.edition ?? (await question(texts.edition, "current", oneOf(EDITIONS)));
  const target = options.target ?? (await question(texts.target, "containers", oneOf(TARGETS)));
  const exercises =
    options.exercises === undefined
      ? await question(texts.exercises(EXERCISE_IDS.join(", ")), [], readExercises)
      : exercisesOf(options.exercises);
  const extensionPack =
    target === "virtualbox" && exercises.includes(EXTENSION_PACK_EXERCISE)
      ? (options.extensionPack ??
        (await question(texts.extensionPack, undefined, oneOf(EXTENSION_PACK_BASES))) ??
        licenceFault())
      : undefined;
  const common = { language, edition, target, exercises, ...(extensionPack ? { extensionPack } : {}) };
  if (typeof teams === "number") return { place, answers: { ...common, teams } };
  const sample = !existsSync(teams) && (await sampleWanted(teams, texts.sample(teams), options, ask));
  return { place, answers: { ...common, teams: { roster: teams, size: options.size ?? 4, sample } } };
}

/** Whether a sample is to be written where there is no roster. @throws FaultError when nobody agrees */
async function sampleWanted(file: string, text: string, options: Options, ask: Ask): Promise<boolean> {
  if (consent(options)) return true;
  const answer = await ask(text);
  if (answer !== undefined && /^(y(es)?)?$/i.test(answer.trim())) return true;
  return fault({
    code: "roster-missing",
    where: `--roster ${file}`,
    what: "there is no such roster",
    expected: "a CSV file with a line for each learner",
    fix: "With --yes a sample to fill in is written there",
  });
}

/** Takes the roster of a lab that is there as it is now. */
function runLock(options: Options): number {
  const file = labFile(options);
  const { roster, written } = renewLock(file);
  if (options.json) {
    json({
      schemaVersion: SCHEMA_VERSION,
      ok: true,
      lab: file.lab,
      lock: roster.lockPath,
      written,
      changes: roster.changes,
    });
  } else {
    process.stdout.write(
      `${describeRoster(roster)}\n${written ? `Written: ${roster.lockPath}` : "The lock is as the roster is."}\n`,
    );
  }
  return EXIT.done;
}

/**
 * Writes the files of a new lab, or with `--lock` the lock of one that is there.
 * @param ask puts a question to the user; on the terminal by default
 * @returns the exit code
 * @throws FaultError
 */
export async function runInit(options: Options, ask?: Ask): Promise<number> {
  if (options.lock) return runLock(options);
  const terminal = new Terminal();
  const { place, answers } = await answersOf(options, ask ?? terminal.ask).finally(() => terminal.close());
  const report = init(place, answers);
  if (options.json) {
    const { roster } = report;
    json({
      schemaVersion: SCHEMA_VERSION,
      ok: true,
      lab: labName(place.path),
      files: report.files,
      teams: report.plan.teams.map(({ id, slot, seats }) => ({ id, slot, ...(seats ? { seats } : {}) })),
      ...(roster
        ? {
            roster: {
              file: roster.file,
              encoding: roster.encoding,
              learners: roster.lock.teams.reduce((sum, team) => sum + seatsTaken(team), 0),
            },
          }
        : {}),
      next: nextCommands(place.selection),
    });
  } else process.stdout.write(renderInit(report, answers.language, place.selection));
  return EXIT.done;
}
