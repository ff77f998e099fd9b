import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Language } from "../../../course/languages";
import { bookOf, powerShellText, shellReport } from "../../../course/room/book";

/** A file of a stick. */
export interface StickFile {
  readonly name: string;
  readonly text: string;
}

/** What is put in its place when the stick is written. */
const BOOK = "ConvertFrom-Json -InputObject '{}'";
const REPORT = "report() {\n  :\n}";

function filled(text: string, place: string, by: string): string {
  if (text.split(place).length !== 2) throw new Error(`the script has no single place for ${place}`);
  return text.replace(place, () => by);
}

/** cmd.exe reads a file with bare line ends wrongly where it jumps; so its files have Windows' own. */
const windowsLines = (text: string): string => text.replaceAll(/\r?\n/g, "\r\n");

/**
 * The files by which PCs are looked at, for the folder of a stick. All are ASCII but for the report's words in `precheck.sh`.
 * @param root folder of the checkout, or of the package
 * @param language of the report at the PC
 */
export function precheckStick(root: string, language: Language): StickFile[] {
  const text = (name: string) =>
    readFileSync(join(root, "components/hosts/precheck", name), "utf8").replaceAll("\r\n", "\n");
  const book = `ConvertFrom-Json -InputObject ${powerShellText(bookOf(language))}`;
  return [
    { name: "precheck.cmd", text: windowsLines(text("precheck.cmd")) },
    { name: "Precheck.ps1", text: windowsLines(filled(text("Precheck.ps1"), BOOK, book)) },
    { name: "precheck.sh", text: filled(text("precheck.sh"), REPORT, shellReport(language)) },
  ];
}
