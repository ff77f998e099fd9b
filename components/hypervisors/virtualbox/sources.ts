import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const FOLDER = "components/hypervisors/virtualbox";

/** The folder of this file in the source tree, be it run from there or compiled: programs of sh are no part of what is compiled. */
function sourceFolder(start: string): string {
  const folder = join(start, FOLDER);
  if (existsSync(join(folder, "runner.sh"))) return folder;
  const parent = dirname(start);
  if (parent === start) throw new Error(`${FOLDER} was not found`);
  return sourceFolder(parent);
}

const read = (name: string): string => readFileSync(join(sourceFolder(__dirname), name), "utf8");

/** Text of `runner.sh`, which makes the calls of a list. */
export function runnerText(): string {
  return read("runner.sh");
}

/** Text of `guestRun.sh`, which runs a script in a guest. */
export function guestRunText(): string {
  return read("guestRun.sh");
}
