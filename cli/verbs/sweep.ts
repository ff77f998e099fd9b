import { EXIT } from "../../course/faults";
import type { CachedImage } from "../../operations/imageCache";
import type { Leftover, SweepReport } from "../../operations/sweep";
import {
  type Ask,
  askTerminal,
  confirm,
  confirmName,
  consent,
  json,
  labNamed,
  type Options,
} from "../context";
import { renderSweep, sweepJson } from "../sweepOutput";

/** What a sweep is about to remove. */
interface Doomed {
  readonly found: readonly Leftover[];
  readonly images: readonly CachedImage[];
}

const NOTHING: Doomed = { found: [], images: [] };

/** All that was found, and of the image cache, when it is asked for, what nothing else uses. */
export function doomedOf({ found, images }: SweepReport, withImages: boolean): Doomed {
  const going = new Set(found.map((object) => object.id));
  const free = images.filter((image) => image.usedBy.every((container) => going.has(container)));
  return { found, images: withImages ? free : [] };
}

const count = ({ found, images }: Doomed): string =>
  [
    ...(found.length > 0 ? [`${found.length} object(s)`] : []),
    ...(images.length > 0 ? [`${images.length} cached image(s)`] : []),
  ].join(" and ");

/**
 * Asks before anything is removed: for the name of each lab of which guests run, one after the other, and for a plain
 * yes to whatever is left. The first wrong answer ends it.
 * @param running names of the labs of which guests run
 * @throws FaultError `needs-confirmation`
 */
export async function confirmRemoval(
  doomed: Doomed,
  running: readonly string[],
  options: Options,
  ask: Ask = askTerminal,
): Promise<void> {
  for (const lab of running) {
    const question = `Guests of lab "${lab}" run; all that was made in them will be lost.`;
    await confirmName(question, lab, options, ask);
  }
  const rest = doomed.found.filter((object) => !running.includes(object.mark.lab));
  if (rest.length > 0 || doomed.images.length > 0)
    await confirm(`Remove ${count({ ...doomed, found: rest })}?`, options, ask);
}

/** Lists or removes what carries the mark. */
export async function sweepVerb(options: Options): Promise<number> {
  const named = options.all ? { lab: undefined, selection: "--all" } : labNamed(options);
  const { labsWithRunningGuests, removeLeftovers, sweep } = await import("../../operations/sweep.js");
  const { removeCached } = await import("../../operations/imageCache.js");
  const report = await sweep(named.lab);
  const doomed = options.remove ? doomedOf(report, options.images === true) : NOTHING;
  const removing = doomed.found.length + doomed.images.length > 0;
  // Whoever is asked has to see what about, also where standard output is for a document.
  const target = options.json ? process.stderr : process.stdout;
  if (!options.json || (removing && !consent(options))) {
    const colours = target.isTTY === true && process.env.NO_COLOR === undefined;
    const view = { ...named, removing, images: options.images === true, now: Date.now(), colours };
    target.write(renderSweep(report, view));
  }
  if (removing) {
    await confirmRemoval(doomed, labsWithRunningGuests(doomed.found), options);
    await removeLeftovers(doomed.found);
    const images = await removeCached(doomed.images);
    if (options.json) json(sweepJson(report, { found: doomed.found, images }));
    else process.stdout.write(`Removed ${count(doomed)}.\n`);
    return EXIT.done;
  }
  if (options.json) json(sweepJson(report, doomed));
  return report.found.length === 0 ? EXIT.done : EXIT.leftovers;
}
