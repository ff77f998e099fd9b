import { EXIT } from "../../course/faults";
import { confirm, json, labFile, type Options } from "../context";
import { renderSweep, SCHEMA_VERSION } from "../output";

/** Lists or removes what carries the mark. */
export async function sweepVerb(options: Options): Promise<number> {
  const lab = options.all ? undefined : labFile(options).lab;
  const { findLeftovers, removeLeftovers } = await import("../../operations/sweep.js");
  const found = await findLeftovers(lab);
  if (!options.json) process.stdout.write(renderSweep(found));
  if (!options.remove || found.length === 0) {
    if (options.json) json({ schemaVersion: SCHEMA_VERSION, ok: found.length === 0, found, removed: [] });
    return found.length === 0 ? EXIT.done : EXIT.leftovers;
  }
  await confirm(`Remove these ${found.length} object(s)?`, options);
  await removeLeftovers(found);
  if (options.json) json({ schemaVersion: SCHEMA_VERSION, ok: true, found, removed: found });
  else process.stdout.write(`Removed ${found.length} object(s).\n`);
  return EXIT.done;
}
