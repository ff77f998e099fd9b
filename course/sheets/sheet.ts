import type { LabConfig } from "../config";
import type { ExerciseId, LocalText } from "../exercises";

/** Which book the class uses. */
export type Edition = LabConfig["edition"];

/** What to type or do instead: text for a terminal or a file, or words. */
export type SheetAnswer =
  | { readonly code: string | LocalText; readonly as: "sh" | "dockerfile" | "yaml" | "ruby" | "powershell" }
  | { readonly words: LocalText };

/** One line of a sheet: where the book is followed differently today. */
export interface SheetEntry {
  /** The exercise that it is of; `every` for what holds for all. */
  readonly exercise: ExerciseId | "every";
  /** Lines of the manual, such as `L2961`. */
  readonly manual: string;
  /** What the book prints, shortened. */
  readonly book: string;
  readonly type: Readonly<Record<Edition, SheetAnswer>>;
  /** Why, for each edition. */
  readonly why: Readonly<Record<Edition, LocalText>>;
  /** Where that is said: a vendor's page, a line of the manual, or what of this package it follows from. */
  readonly source: string;
}

/** The same for both editions. */
export function both<T>(value: T): Readonly<Record<Edition, T>> {
  return { current: value, "2019": value };
}

/** What is typed as the book prints it. */
export const AS_PRINTED: SheetAnswer = { words: { en: "As printed.", ja: "マニュアルのとおり。" } };

/** An answer in words. */
export function words(en: string, ja: string): SheetAnswer {
  return { words: { en, ja } };
}

/** Commands for a terminal of a guest; by language where a comment says something. */
export function commands(code: string | LocalText): SheetAnswer {
  return { code, as: "sh" };
}
