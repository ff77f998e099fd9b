import { EXIT, exitCodeOf, FaultError, formatFaults } from "../../course/faults";
import { json, labFile, type Options } from "../context";
import { SCHEMA_VERSION } from "../output";
import { renderTeamResults, renderTeamSticks } from "../roomOutput";

/** What the command line may say of scripts that are run at PCs. */
export interface ScriptOptions extends Pick<Options, "stack" | "config" | "json"> {
  /** Folder of the stick that is written. */
  readonly write?: string;
  /** Folder of the stick that came back. */
  readonly read?: string;
  readonly team?: readonly string[];
}

/** Writes what makes teams' labs at their PCs, or reads what came of it. */
export async function hostScriptVerb(options: ScriptOptions): Promise<number> {
  const { write, read, team = [] } = options;
  const { writeTeamSticks, readTeamResults } = await import("../../operations/room/teamStick.js");
  if (write !== undefined && read === undefined) {
    const sticks = writeTeamSticks(write, labFile(options), team.length > 0 ? team : "all");
    if (options.json) json({ schemaVersion: SCHEMA_VERSION, ok: true, sticks });
    else process.stdout.write(renderTeamSticks(write, sticks));
    return EXIT.done;
  }
  if (read === undefined || write !== undefined) {
    throw new FaultError([
      {
        code: "enrolment-invalid",
        where: "host script",
        what: write === undefined ? "no folder is named" : "--write and --read are both given",
        expected: "--write DIR, which writes the stick, or --read DIR, which reads what came back",
      },
    ]);
  }
  const { results, faults } = readTeamResults(read);
  const told = [...results.flatMap(({ fault }) => (fault ? [fault] : [])), ...faults];
  if (options.json) json({ schemaVersion: SCHEMA_VERSION, ok: told.length === 0, results, faults });
  else process.stdout.write(renderTeamResults(results));
  if (faults.length > 0) process.stderr.write(`${formatFaults(faults)}\n`);
  const [first] = told;
  return first ? exitCodeOf([{ code: first.code, where: first.where, what: first.what }]) : EXIT.done;
}
