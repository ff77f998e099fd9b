import type { LabFacts, SubnetInUse } from "../course/facts";
import { type Fault, FaultError } from "../course/faults";
import { guestsOf, type LabPlan } from "../course/plan";
import { publishedKey } from "../course/ports";
import { FIRST_AUTHORITY, type LabRecord } from "../course/record";
import { needsImages } from "../course/resources";
import { bringTeamKeys } from "./bringTeamKeys";
import { placeChannelClient } from "./channelClient";
import { hostsStanding, requireStanding } from "./clouds/standing";
import { gatherFacts, portsInUse } from "./facts";
import { machinesOf } from "./hosts/machine";
import { openHosts } from "./hosts/prepare";
import { provideHyperV } from "./hosts/windows";
import { keepStoreVolume } from "./imageStore";
import { ensureImages, missingImages, type Say } from "./images";
import { libvirtRecord, needsLibvirt } from "./libvirtRecord";
import { planLab, refuseUnbuilt } from "./plan";
import { recoverStacks } from "./recovery";
import type { StackFile } from "./stackFile";
import { writeUnitFiles } from "./unitFiles";
import { knownId, makeId, openUnits, type PreparedUnit, recordIn } from "./units";
import { placeGuestRun } from "./virtualbox/guestRun";
import { needsVirtualBox, virtualBoxRecord } from "./virtualbox/record";
import { prepareWorkFolder } from "./workFolder";

/** A lab whose stacks are ready to run: decisions taken or read back, folders written. */
export interface PreparedLab {
  readonly plan: LabPlan;
  readonly record: LabRecord;
  readonly folder: string;
  /** Those whose stacks are to be run. */
  readonly units: readonly PreparedUnit[];
}

/** A lab that was looked at to be brought up. */
export interface CheckedLab extends PreparedLab {
  /** Subnets in use on its hosts, its own among them. */
  readonly subnets: readonly SubnetInUse[];
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
 * writes the folders. Nothing of the lab is made yet but its hosts in clouds, whose stack is none of the units.
 * @param options.updateImages whether the decision about images is taken again
 */
export async function prepareUp(
  file: StackFile,
  options: { readonly say: Say; readonly consent: boolean; readonly updateImages?: boolean },
): Promise<CheckedLab> {
  const hosts = await hostsStanding(planLab(file));
  const drafted = planLab(file, hosts);
  refuseUnbuilt(drafted);
  requireStanding(drafted, file.selection);
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
    ...hosts,
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
  const opened = standing.length === plan.units.length ? standing : await openUnits(plan, folder, true);
  const id = knownBefore ?? (await makeId(opened));
  // Hosts in clouds are made beforehand.
  const units = opened.filter(({ unit }) => unit.kind !== "hosts");
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
  writeUnitFiles(file, { plan, units }, { record });
  await bringTeamKeys(plan, units, options.say);
  return { plan, record, folder, units, subnets: seen.subnets ?? [] };
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
 * @param choose those of the hosts in clouds that are worked on; all by default
 */
export async function openExisting(
  file: StackFile,
  say?: Say,
  choose: (standing: Pick<LabFacts, "hosts">) => Promise<Pick<LabFacts, "hosts">> = async (all) => all,
): Promise<OpenedLab> {
  const hosts = await choose(await hostsStanding(planLab(file), say));
  const drafted = planLab(file, hosts);
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
  const plan = planLab(file, {
    ...hosts,
    ...(record ? { routed: record.access === "routed", publishedBefore: record.published } : {}),
  });
  const id = plan.units.some(({ kind }) => kind === "hosts") ? await knownId(units) : undefined;
  writeUnitFiles(file, { plan, units }, { record, id });
  await bringTeamKeys(plan, units, say);
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
  if (lab.record) {
    requireStanding(lab.plan, file.selection);
    return { ...lab, record: lab.record };
  }
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
