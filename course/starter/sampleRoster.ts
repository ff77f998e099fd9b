import type { Language } from "../languages";
import { COLUMN_NAMES, ROSTER_COLUMNS } from "../roster/columns";

/** Learners that nobody mistakes for real ones; the last two are in a team by name. */
const SAMPLE: Readonly<Record<Language, readonly string[]>> = {
  ja: [
    "見本 一郎,ichiro@school.example,,,",
    "見本 花子,hanako@school.example,,,",
    "見本 次郎,,,,",
    "見本 桜,,,,",
    "見本 三郎,,,,",
    "見本 楓,,,,",
    "見本 四郎,,3班,1,",
    "見本 椿,,3班,2,",
  ],
  en: [
    "Sample One,one@school.example,,,",
    "Sample Two,two@school.example,,,",
    "Sample Three,,,,",
    "Sample Four,,,,",
    "Sample Five,,,,",
    "Sample Six,,,,",
    "Sample Seven,,team-03,1,",
    "Sample Eight,,team-03,2,",
  ],
};

/**
 * A roster to be filled in. It begins with a byte order mark and has CRLF: spreadsheets then take it for what it is,
 * UTF-8.
 */
export function sampleRoster(language: Language): string {
  const header = ROSTER_COLUMNS.map((column) => COLUMN_NAMES[column][language === "ja" ? 1 : 0]).join(",");
  return `\uFEFF${[header, ...SAMPLE[language]].map((line) => `${line}\r\n`).join("")}`;
}
