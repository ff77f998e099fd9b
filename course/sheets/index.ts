import { EXERCISE_IDS, type ExerciseId, exerciseData } from "../exercises";
import type { Language } from "../languages";
import { DOCKER_SHEET } from "./docker";
import { MACHINE_SHEET } from "./machines";
import { NETWORK_SHEET } from "./networks";
import type { Edition, SheetAnswer, SheetEntry } from "./sheet";

export type { Edition, SheetAnswer, SheetEntry } from "./sheet";

/** Every line of the sheets, in the manual's order within each exercise. */
export const SHEET_ENTRIES: readonly SheetEntry[] = [...MACHINE_SHEET, ...NETWORK_SHEET, ...DOCKER_SHEET];

interface Words {
  readonly title: Readonly<Record<Edition, string>>;
  readonly introduction: string;
  readonly every: string;
  readonly book: (lines: string) => string;
  readonly type: string;
  readonly why: string;
  readonly asPrinted: string;
}

const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    title: {
      current: "The book says, type this: current edition",
      "2019": "The book says, type this: edition 2019",
    },
    introduction:
      "Where the course's manual is followed differently today. What is not listed is typed as printed. Words in capitals (NAME, ACCOUNT, ...) stand for your own. L and a number: line of the manual.",
    every: "Everywhere",
    book: (lines) => `The book (${lines})`,
    type: "Type or do",
    why: "Why",
    asPrinted: "As printed.",
  },
  ja: {
    title: {
      current: "マニュアルの記述と実際の入力：現行版",
      "2019": "マニュアルの記述と実際の入力：2019 年版",
    },
    introduction:
      "講師マニュアルの記述と異なる操作の一覧。ここにないものはマニュアルのとおりに入力する。NAME、ACCOUNT などの大文字は各自のものに置き換える。L の後の数字はマニュアルの行番号。",
    every: "全体",
    book: (lines) => `マニュアルの記述（${lines}）`,
    type: "入力・操作",
    why: "理由",
    asPrinted: "マニュアルのとおり。",
  },
};

function answer(given: SheetAnswer, language: Language): string {
  if ("words" in given) return given.words[language];
  const code = typeof given.code === "string" ? given.code : given.code[language];
  return `\`\`\`${given.as}\n${code}\n\`\`\``;
}

function entry(data: SheetEntry, edition: Edition, language: Language): string {
  const { book, type, why } = WORDS[language];
  return [
    `**${book(data.manual)}**: \`${data.book}\``,
    `**${type}**:`,
    answer(data.type[edition], language),
    `**${why}**: ${data.why[edition][language]} (${data.source})`,
  ].join("\n\n");
}

function section(exercise: ExerciseId | "every", edition: Edition, language: Language): string {
  const words = WORDS[language];
  const heading =
    exercise === "every" ? words.every : `${exercise}: ${exerciseData(exercise).title[language]}`;
  const entries = SHEET_ENTRIES.filter((data) => data.exercise === exercise).map((data) =>
    entry(data, edition, language),
  );
  return [`## ${heading}`, entries.length > 0 ? entries.join("\n\n---\n\n") : words.asPrinted].join("\n\n");
}

/**
 * The sheet "the book says, type this" as Markdown.
 * @param exercise one exercise, with what holds everywhere; `all`: every exercise in the course's order
 */
export function renderSheet(exercise: ExerciseId | "all", edition: Edition, language: Language): string {
  const words = WORDS[language];
  const exercises = exercise === "all" ? EXERCISE_IDS : [exercise];
  return `${[
    `# ${words.title[edition]}`,
    words.introduction,
    ...(["every", ...exercises] as const).map((id) => section(id, edition, language)),
  ].join("\n\n")}\n`;
}
