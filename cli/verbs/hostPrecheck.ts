import { EXIT, exitCodeOf, FaultError, formatFaults } from "../../course/faults";
import type { Language } from "../../course/languages";
import { json } from "../context";
import { writeAsked } from "../files";
import { SCHEMA_VERSION } from "../output";
import { renderInventory, renderRoom, roomJson } from "../roomOutput";

/** What the command line may say of a precheck. */
export interface PrecheckOptions {
  /** Folder of the stick that is written. */
  readonly write?: string;
  /** Folder of the stick that came back. */
  readonly read?: string;
  /** File for the inventory. */
  readonly inventory?: string;
  readonly language: Language;
  readonly json?: boolean;
}

const WRITTEN: Readonly<Record<Language, (folder: string) => string>> = {
  en: (folder) =>
    `Written to ${folder}. At each PC start precheck.cmd (Windows), or sh precheck.sh (Linux), from the stick; it changes nothing there.
Then: npx classlab host precheck --read ${folder}
`,
  ja: (folder) =>
    `${folder}に書き込みました。各PCで、USBメモリーのprecheck.cmd（Windows）またはsh precheck.sh（Linux）を実行してください。PCの設定は変更されません。
その後: npx classlab host precheck --read ${folder} --lang ja
`,
};

/** Writes the stick that PCs are looked at with, or reads what came back. */
export async function hostPrecheckVerb(options: PrecheckOptions): Promise<number> {
  const { readRoom, writePrecheckStick } = await import("../../operations/room/precheck.js");
  const { write, read, language } = options;
  if ((write === undefined) === (read === undefined)) {
    throw new FaultError([
      {
        code: "config-value",
        where: "host precheck",
        what: write === undefined ? "no folder is named" : "--write and --read are both given",
        expected: "--write DIR, which writes the stick, or --read DIR, which reads what came back",
      },
    ]);
  }
  if (write !== undefined) {
    const files = writePrecheckStick(write, language);
    if (options.json) json({ schemaVersion: SCHEMA_VERSION, ok: true, folder: write, files });
    else process.stdout.write(WRITTEN[language](write));
    return EXIT.done;
  }
  const report = readRoom(read ?? "");
  if (options.inventory !== undefined) writeAsked("--inventory", options.inventory, renderInventory(report));
  if (options.json) json(roomJson(report));
  else process.stdout.write(renderRoom(report, language, options.inventory));
  if (report.faults.length > 0) process.stderr.write(`${formatFaults(report.faults, language)}\n`);
  return report.faults.length === 0 ? EXIT.done : exitCodeOf(report.faults);
}
