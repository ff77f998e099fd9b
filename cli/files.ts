import { writeFileSync } from "node:fs";
import { FaultError } from "../course/faults";

/**
 * Writes a file that the user asked for.
 * @param option the option that names it, for the fault
 * @throws FaultError `report-unwritable`
 */
export function writeAsked(option: string, file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    throw new FaultError([
      { code: "report-unwritable", where: `${option} ${file}`, what, expected: "a file that can be written" },
    ]);
  }
}
