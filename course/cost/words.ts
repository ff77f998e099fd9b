import type { Language } from "../languages";

/** A sentence or a name in every language that staff read. */
export type Words = Readonly<Record<Language, string>>;
