import type { Finished } from "./cli";

/** The one line in which a run told its cause; more than one, or none, is a failure of the test. */
export function told(result: Pick<Finished, "stderr">): string {
  const lines = result.stderr.split("\n").filter((line) => /\[[a-z-]+\]$/.test(line));
  if (lines.length !== 1) throw new Error(`${lines.length} causes were told:\n${result.stderr}`);
  return lines[0] ?? "";
}
