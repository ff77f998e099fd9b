import { EXIT } from "../../course/faults";
import type { CachedImage } from "../../operations/imageCache";
import type { ImageStore } from "../../operations/imageStore";
import type { Leftover, SweepReport } from "../../operations/sweep";
import {
  type Ask,
  askTerminal,
  confirm,
  confirmName,
  consent,
  json,
  labFile,
  labNamed,
  type Options,
} from "../context";
import { renderSweep, sweepJson } from "../sweepOutput";

/** What a sweep is about to remove. */
interface Doomed {
  readonly found: readonly Leftover[];
  readonly images: readonly CachedImage[];
  readonly store?: ImageStore;
}

const NOTHING: Doomed = { found: [], images: [] };

/** All that was found, and of the image cache, when it is asked for, what nothing else uses. */
export function doomedOf({ found, images, store }: SweepReport, withImages: boolean): Doomed {
  if (!withImages) return { found, images: [] };
  const going = new Set(found.map((object) => object.id));
  const isFree = ({ usedBy }: CachedImage | ImageStore) => usedBy.every((user) => going.has(user));
  return { found, images: images.filter(isFree), ...(store && isFree(store) ? { store } : {}) };
}

const count = ({ found, images, store }: Doomed): string =>
  [
    ...(found.length > 0 ? [`${found.length} object(s)`] : []),
    ...(images.length > 0 ? [`${images.length} cached image(s)`] : []),
    ...(store ? ["the image store"] : []),
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
  if (rest.length > 0 || doomed.images.length > 0 || doomed.store)
    await confirm(`Remove ${count({ ...doomed, found: rest })}?`, options, ask);
}

/** Lists or removes what carries the mark. */
export async function sweepVerb(options: Options): Promise<number> {
  const named = options.all ? { lab: undefined, selection: "--all" } : labNamed(options);
  const { labsWithRunningGuests, machinesToSweep, removeLeftovers, sweep } = await import(
    "../../operations/sweep.js"
  );
  const { removeCached } = await import("../../operations/imageCache.js");
  const { removeImageStore } = await import("../../operations/imageStore.js");
  const machines = machinesToSweep(() => labFile(options));
  const report = await sweep(named.lab, machines);
  const doomed = options.remove ? doomedOf(report, options.images === true) : NOTHING;
  const removing = doomed.found.length + doomed.images.length > 0 || doomed.store !== undefined;
  // Whoever is asked has to see what about, also where standard output is for a document.
  const target = options.json ? process.stderr : process.stdout;
  if (!options.json || (removing && !consent(options))) {
    const colours = target.isTTY === true && process.env.NO_COLOR === undefined;
    const view = { ...named, removing, images: options.images === true, now: Date.now(), colours };
    target.write(renderSweep(report, view));
  }
  if (removing) {
    await confirmRemoval(doomed, labsWithRunningGuests(doomed.found), options);
    await removeLeftovers(doomed.found, machines);
    if (doomed.store) await removeImageStore(doomed.store);
    const images = await removeCached(doomed.images);
    if (options.json) json(sweepJson(report, { ...doomed, images }));
    else process.stdout.write(`Removed ${count(doomed)}.\n`);
    return EXIT.done;
  }
  if (options.json) json(sweepJson(report, doomed));
  return report.found.length === 0 ? EXIT.done : EXIT.leftovers;
}
