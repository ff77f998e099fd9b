import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { StickFile } from "../../components/hosts/precheck/stick";
import { FaultError } from "../../course/faults";

/**
 * Writes files into a folder, which is made when it is not there. Other files in it stay.
 * @throws FaultError `report-unwritable`
 */
export function writeStick(option: string, folder: string, files: readonly StickFile[]): void {
  try {
    mkdirSync(folder, { recursive: true });
    for (const { name, text } of files) writeFileSync(join(folder, name), text);
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    throw new FaultError([
      {
        code: "report-unwritable",
        where: `${option} ${folder}`,
        what,
        expected: "a folder that can be written",
      },
    ]);
  }
}
