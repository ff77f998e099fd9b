import { randomBytes } from "node:crypto";
import type { LabFacts } from "../course/facts";
import { type Fault, FaultError } from "../course/faults";
import { guestsOf, type LabPlan } from "../course/plan";
import { publishedKey } from "../course/ports";
import { FIRST_AUTHORITY, type LabRecord } from "../course/record";
import { needsImages } from "../course/resources";
import { rosterKey } from "../course/roster/teams";
import { placeChannelClient } from "./channelClient";
import { StackEngine, type StackState } from "./engine";
import { gatherFacts, portsInUse } from "./facts";
import { machinesOf } from "./hosts/machine";
import { openHosts } from "./hosts/prepare";
import { provideHyperV } from "./hosts/windows";
import { keepStoreVolume } from "./imageStore";
import { ensureImages, missingImages, type Say } from "./images";
import { libvirtRecord, needsLibvirt } from "./libvirtRecord";
import { planLab, refuseUnbuilt } from "./plan";
import { defaultParallel, pooled, valuesOf } from "./pool";
import { recoverStacks } from "./recovery";
import { stackFiles } from "./recovery/fileBackend";
import { withLock } from "./recovery/lock";
import { trustedIn } from "./registry";
import type { StackFile } from "./stackFile";
import { placeGuestRun } from "./virtualbox/guestRun";
import { needsVirtualBox, virtualBoxRecord } from "./virtualbox/record";
import { prepareWorkFolder, writeStackFile } from "./workFolder";

/** One unit of a lab with its engine, ready to run. */
export interface PreparedUnit {
  readonly unit: LabPlan["units"][number];
  readonly engine: StackEngine;
  readonly state: StackState;
}

/** A lab whose stacks are ready to run: decisions taken or read back, folders written. */
export interface PreparedLab {
  readonly plan: LabPlan;
  readonly record: LabRecord;
  readonly folder: string;
  readonly units: readonly PreparedUnit[];
}

/** The lab's stacks that exist, or all of them, made where they do not. @param plan of the units in question */
export async function openUnits(
  plan: Pick<LabPlan, "units">,
  folder: string,
  create: boolean,
): Promise<PreparedUnit[]> {
  const settled = await pooled(plan.units, defaultParallel(), async (unit) => {
    const opened = await StackEngine.open(unit.stack, folder, create);
    return opened ? [{ unit, ...opened }] : [];
  });
  return valuesOf(settled).flat();
}

function recordIn(units: readonly PreparedUnit[]): LabRecord | undefined {
  return units.find((entry) => entry.state.record)?.state.record;
}

/** The lab's id: from its record, else from the tag that outlives `down`; undefined before the first run. */
export async function knownId(units: readonly PreparedUnit[]): Promise<string | undefined> {
  return recordIn(units)?.labId ?? (await units[0]?.engine.id());
}

/** The lab's id, made when it has none: of two runs that begin at once, one does. */
export async function makeId(units: readonly PreparedUnit[]): Promise<string> {
  const [first] = units;
  const files = first && stackFiles(first.unit.stack);
  const make = async () => {
    const known = await knownId(units);
    if (known !== undefined) return known;
    const id = randomBytes(8).toString("hex");
    await first?.engine.keepId(id);
    return id;
  };
  return files ? withLock(first.unit.stack, files.locks, make) : make();
}

function recordOf(
  plan: LabPlan,
  id: string,
  images: LabRecord["images"],
  made: Pick<LabRecord, "libvirt" | "virtualbox" | "registry">,
): LabRecord {
  const published = guestsOf(plan).flatMap((guest) =>
    guest.published.map((port) => [publishedKey(guest, port.guestPort), port.hostPort] as const),
  );
  return {
    schemaVersion: 1,
    labId: id,
    access: plan.access,
    published: Object.fromEntries(published),
    ...(images ? { images } : {}),
    ...made,
  };
}

/**
 * Gets a lab ready to be brought up: checks it against the host, decides what is decided once, makes images available,
 * writes the folders. Nothing of the lab is made yet.
 * @param options.updateImages whether the decision about images is taken again
 */
export async function prepareUp(
  file: StackFile,
  options: { readonly say: Say; readonly consent: boolean; readonly updateImages?: boolean },
): Promise<PreparedLab> {
  const drafted = planLab(file);
  refuseUnbuilt(drafted);
  await openHosts(drafted);
  await recoverStacks(
    drafted.units.map((unit) => unit.stack),
    options.say,
  );
  const folder = prepareWorkFolder(file.lab);
  if (needsLibvirt(drafted)) placeChannelClient();
  if (needsVirtualBox(drafted)) placeGuestRun();
  const standing = await openUnits(drafted, folder, false);
  const before = recordIn(standing);
  const knownBefore = await knownId(standing);
  const seen = await gatherFacts(drafted);
  const facts: LabFacts = {
    ...seen,
    // A hypervisor's guests are reached at their own addresses.
    ...(needsLibvirt(drafted) || needsVirtualBox(drafted) ? { routed: true } : {}),
    ...(knownBefore === undefined ? {} : { labId: knownBefore }),
    ...(before && file.config.access === "auto" ? { routed: before.access === "routed" } : {}),
    ...(before ? { publishedBefore: before.published } : {}),
  };
  refuseOtherEdition(file, before);
  // A lab that cannot be is refused here, before anything is made, its stack included.
  const first = planLab(file, facts);
  const plan =
    first.access === "published"
      ? planLab(file, { ...facts, portsInUse: await portsInUse(candidatePorts(first)) })
      : first;
  const units = standing.length === plan.units.length ? standing : await openUnits(plan, folder, true);
  const id = knownBefore ?? (await makeId(units));
  // A host that is refused is told before images are made.
  await provideWindows(plan, options.consent, options.say);
  const images = await imagesFor(plan, file, options.updateImages ? undefined : before?.images, options);
  const libvirt = await libvirtRecord(plan, {
    before: options.updateImages ? undefined : before?.libvirt,
    ...(images ? { images } : {}),
    machine: file.config.images.machine,
    consent: options.consent,
    network: file.config.site.network,
    say: options.say,
  });
  const virtualbox = await virtualBoxRecord(plan, {
    before: options.updateImages ? undefined : before?.virtualbox,
    edition: file.config.edition,
    say: options.say,
  });
  const record = recordOf(plan, id, images, {
    ...(libvirt ? { libvirt } : {}),
    ...(virtualbox ? { virtualbox } : {}),
    ...(plan.registry?.server ? { registry: before?.registry ?? FIRST_AUTHORITY } : {}),
  });
  const roster = rosterKey(plan);
  const trusted = trustedIn(units.map(({ state }) => state));
  for (const { unit, state } of units)
    writeStackFile(file, unit, record, state.salt, roster, undefined, trusted);
  return { plan, record, folder, units };
}

/** @throws FaultError `edition-changed` */
function refuseOtherEdition({ config, lab }: StackFile, before: LabRecord | undefined): void {
  const made = before?.images?.edition;
  if (made === undefined || made === config.edition) return;
  throw new FaultError([
    {
      code: "edition-changed",
      where: "lab.edition",
      what: `lab "${lab}" stands, and was made for edition ${made}`,
      expected: `edition: "${made}"`,
      fix: "Keep it, or take the lab down first, with what the teams made in it",
    },
  ]);
}

/** The lab's images, there and whole: those decided on before, or what is decided now. A lab that needs none asks nothing of Docker for them. */
async function imagesFor(
  plan: LabPlan,
  file: StackFile,
  before: LabRecord["images"],
  { say, consent }: { readonly say: Say; readonly consent: boolean },
): Promise<LabRecord["images"]> {
  const registry = plan.registry?.server !== undefined;
  if (!registry && !needsImages(plan)) return before;
  const lacking = !before || (registry && !before.registry) || (await missingImages(before)).length > 0;
  if (lacking) {
    const { edition, images, site } = file.config;
    const wanted = before?.source ?? images.source;
    return ensureImages(wanted, { say, consent, edition, network: site.network, registry });
  }
  await keepStoreVolume();
  return before;
}

/** Hyper-V on every Windows host of a lab. */
async function provideWindows(plan: LabPlan, consent: boolean, say: Say): Promise<void> {
  const windows = machinesOf(plan).filter(({ remote }) => remote.system === "windows");
  await Promise.all(windows.map((machine) => provideHyperV(machine, consent, say)));
}

/** How far beyond a wanted port a free one is looked for. */
const PORT_SEARCH = 50;

function candidatePorts(plan: LabPlan): number[] {
  const wanted = guestsOf(plan).flatMap((guest) => guest.published.map((port) => port.hostPort));
  return [
    ...new Set(wanted.flatMap((port) => Array.from({ length: PORT_SEARCH }, (_, index) => port + index))),
  ];
}

/** A lab's stacks as they are, whatever they hold. */
export interface OpenedLab extends Omit<PreparedLab, "record"> {
  /** The lab's decisions; absent while nothing of it was made. */
  readonly record: LabRecord | undefined;
}

/**
 * Opens the stacks of a lab from their state alone, for looking at it or taking it down.
 * @param say told what was mended of a killed run; without it nothing is mended
 */
export async function openExisting(file: StackFile, say?: Say): Promise<OpenedLab> {
  const drafted = planLab(file);
  await openHosts(drafted);
  if (say) {
    await recoverStacks(
      drafted.units.map((unit) => unit.stack),
      say,
    );
  }
  const folder = prepareWorkFolder(file.lab);
  if (needsLibvirt(drafted)) placeChannelClient();
  if (needsVirtualBox(drafted)) placeGuestRun();
  const units = await openUnits(drafted, folder, false);
  if (units.length === 0) throw new FaultError([stackAbsent(file, "it has no stack in this backend")]);
  const record = recordIn(units);
  const plan = planLab(
    file,
    record ? { routed: record.access === "routed", publishedBefore: record.published } : {},
  );
  const roster = rosterKey(plan);
  const id = plan.units.some(({ kind }) => kind === "hosts") ? await knownId(units) : undefined;
  const trusted = trustedIn(units.map(({ state }) => state));
  for (const { unit, state } of units) writeStackFile(file, unit, record, state.salt, roster, id, trusted);
  return { plan, record, folder, units };
}

/** Opens a lab of which something stands, be it hosts in clouds alone. @throws FaultError `stack-absent` when nothing does */
export async function openStanding(file: StackFile): Promise<OpenedLab> {
  const lab = await openExisting(file);
  if (lab.record || lab.units.some(({ unit }) => unit.kind === "hosts")) return lab;
  throw new FaultError([stackAbsent(file, "nothing of it stands")]);
}

/** Opens a lab of which something stands. @throws FaultError `stack-absent` when nothing does */
export async function prepareExisting(file: StackFile, say?: Say): Promise<PreparedLab> {
  const lab = await openExisting(file, say);
  if (lab.record) return { ...lab, record: lab.record };
  throw new FaultError([stackAbsent(file, "nothing of it stands")]);
}

function stackAbsent(file: StackFile, what: string): Fault {
  return {
    code: "stack-absent",
    where: `lab ${file.lab}`,
    what,
    fix: `Run: npx classlab up ${file.selection}`,
  };
}
