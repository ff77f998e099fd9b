import type { Language } from "../languages";
import type { Source } from "./sources";

/** A text that instructors or learners see, in every language. */
export type Text = Readonly<Record<Language, string>>;

/** One cell of the support table: how a target does a feature, and what says so. */
export type Cell = { readonly source: Source } & (
  | {
      readonly kind: "native";
      /** What differs from the book all the same. */
      readonly note?: Text;
    }
  | { readonly kind: "emulated"; readonly how: Text }
  /** `why` and `instead` end a fault's sentences: in English, like all faults. */
  | { readonly kind: "refused"; readonly why: string; readonly instead: string }
);

/**
 * A feature that the target has itself.
 * @param note what differs from the book all the same
 */
export function native(source: Source, note?: Text): Cell {
  return { kind: "native", source, ...(note ? { note } : {}) };
}

/** A feature that is made of something else. */
export function emulated(source: Source, en: string, ja: string): Cell {
  return { kind: "emulated", source, how: { en, ja } };
}

/**
 * A feature that the target does not have.
 * @param why the reason, as it follows a colon
 * @param instead what to use, as it follows "Expected"
 */
export function refused(source: Source, why: string, instead: string): Cell {
  return { kind: "refused", source, why, instead };
}
