import { basename } from "node:path";
import { EXIT } from "../../course/faults";
import type { CloudLeftover } from "../../operations/clouds/leftovers";
import type { CachedImage } from "../../operations/imageCache";
import type { ImageStore } from "../../operations/imageStore";
import type { MachineImage } from "../../operations/machineImages";
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

/** What a sweep is about to remove. */
interface Doomed {
  readonly found: readonly Leftover[];
  readonly images: readonly CachedImage[];
  readonly machineImages: readonly MachineImage[];
  readonly store?: ImageStore;
  readonly clouds?: readonly CloudLeftover[];
}

const NOTHING: Doomed = { found: [], images: [], machineImages: [] };

/** All that was found, and of the image caches, when they are asked for, what nothing else uses. */
export function doomedOf(report: SweepReport, withImages: boolean): Doomed {
  const { found, images, machineImages, store } = report;
  const clouds = report.clouds ? { clouds: report.clouds } : {};
  if (!withImages) return { ...NOTHING, found, ...clouds };
  const going = new Set(found.map((object) => object.id));
  // A virtual disk goes by the name of its file.
  const isFree = ({ usedBy }: Pick<CachedImage, "usedBy">) =>
    usedBy.every((user) => going.has(user) || going.has(basename(user)));
  return {
    found,
    images: images.filter(isFree),
    machineImages: machineImages.filter(isFree),
    ...(store && isFree(store) ? { store } : {}),
    ...clouds,
  };
}

/** Names of labs that have machines in a cloud: what runs there is learners' work. */
function labsWithMachines({ clouds = [] }: Doomed): string[] {
  return clouds.filter(({ kind }) => kind === "machine").map(({ mark }) => mark.lab);
}

const count = ({ found, images, machineImages, store, clouds = [] }: Doomed): string =>
  [
    ...(found.length > 0 ? [`${found.length} object(s)`] : []),
    ...(clouds.length > 0 ? [`${clouds.length} object(s) in the cloud`] : []),
    ...(images.length > 0 ? [`${images.length} cached image(s)`] : []),
    ...(machineImages.length > 0 ? [`${machineImages.length} machine image(s)`] : []),
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
  const isLeft = (object: Pick<Leftover, "mark">) => !running.includes(object.mark.lab);
  const { found, clouds } = doomed;
  const rest = { found: found.filter(isLeft), ...(clouds ? { clouds: clouds.filter(isLeft) } : {}) };
  const asked = count({ ...doomed, ...rest });
  if (asked !== "") await confirm(`Remove ${asked}?`, options, ask);
}

/** Lists or removes what carries the mark. */
export async function sweepVerb(options: Options): Promise<number> {
  const named = options.all ? { lab: undefined, selection: "--all" } : labNamed(options);
  const { labsWithRunningGuests, machinesToSweep, removeLeftovers, sweep } = await import(
    "../../operations/sweep.js"
  );
  const { accountToSweep, removeFromCloud } = await import("../../operations/clouds/leftovers.js");
  const { renderSweep, sweepJson } = await import("../sweepOutput.js");
  const { removeCached } = await import("../../operations/imageCache.js");
  const { removeImageStore } = await import("../../operations/imageStore.js");
  const { removeMachineImages } = await import("../../operations/machineImages.js");
  const machines = await machinesToSweep(
    () => labFile(options),
    (line) => process.stderr.write(`${line}\n`),
  );
  const account = await accountToSweep(() => labFile(options));
  const report = await sweep(named.lab, machines, account);
  const doomed = options.remove ? doomedOf(report, options.images === true) : NOTHING;
  const removing = count(doomed) !== "";
  // Whoever is asked has to see what about, also where standard output is for a document.
  const target = options.json ? process.stderr : process.stdout;
  if (!options.json || (removing && !consent(options))) {
    const colours = target.isTTY === true && process.env.NO_COLOR === undefined;
    const view = { ...named, removing, images: options.images === true, now: Date.now(), colours };
    target.write(renderSweep(report, view));
  }
  if (removing) {
    const running = new Set([...labsWithRunningGuests(doomed.found), ...labsWithMachines(doomed)]);
    await confirmRemoval(doomed, [...running].sort(), options);
    // A machine takes its guests along, and nobody is asked then whether they are gone.
    await removeLeftovers(doomed.found, machines);
    if (account) await removeFromCloud(account, doomed.clouds ?? []);
    if (doomed.store) await removeImageStore(doomed.store);
    const machineImages = await removeMachineImages(doomed.machineImages);
    const images = await removeCached(doomed.images);
    if (options.json) json(sweepJson(report, { ...doomed, images, machineImages }));
    else process.stdout.write(`Removed ${count(doomed)}.\n`);
    return report.enrolled.length === 0 ? EXIT.done : EXIT.leftovers;
  }
  if (options.json) json(sweepJson(report, doomed));
  const standing = report.found.length + report.enrolled.length + (report.clouds?.length ?? 0);
  return standing === 0 ? EXIT.done : EXIT.leftovers;
}
