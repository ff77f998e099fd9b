import { randomBytes } from "node:crypto";
import { FaultError } from "../course/faults";
import { guestsOf, type LabPlan } from "../course/plan";
import { publishedKey } from "../course/ports";
import type { LabRecord } from "../course/record";
import { StackEngine, type StackState } from "./engine";
import { gatherFacts, portsInUse } from "./facts";
import { ensureImages, missingImages, type Say } from "./images";
import { planLab } from "./plan";
import type { StackFile } from "./stackFile";
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

async function openUnits(
  file: StackFile,
  plan: LabPlan,
  folder: string,
  create: boolean,
): Promise<PreparedUnit[]> {
  const units: PreparedUnit[] = [];
  // One after the other: selecting a stack writes the engine's workspace file.
  for (const unit of plan.units) {
    const engine = await StackEngine.open(unit.stack, folder, create);
    if (engine) units.push({ unit, engine, state: await engine.state() });
  }
  if (units.length === 0) {
    throw new FaultError([
      {
        code: "stack-absent",
        where: `lab ${file.lab}`,
        what: "it has no stack in this backend",
        fix: `Run: npx classlab up ${file.selection}`,
      },
    ]);
  }
  return units;
}

async function labId(units: readonly PreparedUnit[]): Promise<string> {
  const [first] = units;
  const kept = units.find((entry) => entry.state.record)?.state.record?.labId ?? (await first?.engine.id());
  if (kept) return kept;
  const id = randomBytes(8).toString("hex");
  await first?.engine.keepId(id);
  return id;
}

function recordOf(plan: LabPlan, id: string, images: LabRecord["images"]): LabRecord {
  const published = guestsOf(plan).flatMap((guest) =>
    guest.published.map((port) => [publishedKey(guest, port.guestPort), port.hostPort] as const),
  );
  return {
    schemaVersion: 1,
    labId: id,
    access: plan.access,
    published: Object.fromEntries(published),
    images,
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
  const facts = await gatherFacts();
  // Refuse a lab that cannot be before anything is written, in the backend or elsewhere.
  const first = planLab(file, facts);
  const folder = prepareWorkFolder(file.lab);
  const units = await openUnits(file, first, folder, true);
  const before = units.find((entry) => entry.state.record)?.state.record;
  const plan = planLab(file, {
    ...facts,
    ...(before && file.config.access === "auto" ? { routed: before.access === "routed" } : {}),
    ...(before ? { publishedBefore: before.published } : {}),
    portsInUse: first.access === "published" ? await portsInUse(candidatePorts(first)) : [],
  });
  const wanted = before && !options.updateImages ? before.images.source : file.config.images.source;
  let images = before && !options.updateImages ? before.images : undefined;
  if (!images || (await missingImages(images)).length > 0)
    images = await ensureImages(wanted, options.say, options.consent);
  const record = recordOf(plan, await labId(units), images);
  for (const { unit, state } of units) writeStackFile(file, unit, record, state.salt);
  return { plan, record, folder, units };
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

/** Opens the stacks of a lab from their state alone, for looking at it or taking it down. */
export async function openExisting(file: StackFile): Promise<OpenedLab> {
  const folder = prepareWorkFolder(file.lab);
  const units = await openUnits(file, planLab(file), folder, false);
  const record = units.find((entry) => entry.state.record)?.state.record;
  const plan = planLab(
    file,
    record ? { routed: record.access === "routed", publishedBefore: record.published } : {},
  );
  for (const { unit, state } of units) writeStackFile(file, unit, record, state.salt);
  return { plan, record, folder, units };
}

/** Opens a lab of which something stands. @throws FaultError `stack-absent` when nothing does */
export async function prepareExisting(file: StackFile): Promise<PreparedLab> {
  const lab = await openExisting(file);
  if (lab.record) return { ...lab, record: lab.record };
  throw new FaultError([
    {
      code: "stack-absent",
      where: `lab ${file.lab}`,
      what: "nothing of it stands",
      fix: `Run: npx classlab up ${file.selection}`,
    },
  ]);
}
