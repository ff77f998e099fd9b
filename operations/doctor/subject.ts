import { z } from "zod";
import type { LabFacts } from "../../course/facts";
import { FaultError } from "../../course/faults";
import type { ImageSet } from "../../course/images";
import { guestsOf, type LabPlan } from "../../course/plan";
import type { LabRecord } from "../../course/record";
import { type Acceleration, probeAcceleration } from "../acceleration";
import type { CloudQuestions } from "../clouds/questions";
import { machinesOf, type RemoteMachine } from "../hosts/machine";
import { askLibvirt, type HostRun, type LibvirtVersions } from "../libvirt";
import type { ObservedObject } from "../platforms/platform";
import type { SetUp } from "../setUp";
import type { StackFile } from "../stackFile";
import { backendFolder, type KeptState, readKeptStates } from "./keptState";
import type { Machine } from "./machine";

const dockerSchema = z.looseObject({
  ServerVersion: z.string().min(1),
  OperatingSystem: z.string().default(""),
  OSType: z.string().default("linux"),
  CgroupVersion: z.string().default("1"),
  Driver: z.string().default(""),
  DockerRootDir: z.string().default(""),
  SystemTime: z.string().default(""),
  MemTotal: z.number().default(0),
  Name: z.string().default(""),
  RegistryConfig: z.looseObject({ Mirrors: z.array(z.string()).nullish() }).nullish(),
});

/** What Docker says of itself. */
export type DockerInfo = z.output<typeof dockerSchema> & {
  /** How far its clock is ahead of ours, in milliseconds. */
  readonly ahead: number;
};

/** What is known of a lab from where its state is kept. */
export interface KnownLab {
  readonly states: readonly KeptState[];
  readonly record: LabRecord | undefined;
  readonly labId: string | undefined;
}

/** Images that a lab needs and this machine does not have. */
export interface ImageNeed {
  /** Where they are to come from. */
  readonly source: "auto" | "registry" | "distribution";
  readonly missing: readonly string[];
  /** True when it cannot be told before they are made. */
  readonly untold: boolean;
}

/** What the checks look at: a lab, its plan and the machine. Each question is put to the machine once. */
export interface Subject {
  readonly file: StackFile;
  readonly plan: LabPlan;
  readonly machine: Machine;
  /** Whether anything of the lab needs Docker on this machine. */
  readonly needsDocker: boolean;
  /** Whether guests run on this machine's libvirt. */
  readonly needsLibvirt: boolean;
  /** Whether anything inside a guest is made over SSH. */
  readonly needsSsh: boolean;
  /** The hosts of the lab that are reached over SSH. */
  readonly remotes: readonly RemoteMachine[];
  setUp(): Promise<SetUp>;
  /** Undefined when Docker does not answer. */
  docker(): Promise<DockerInfo | undefined>;
  /** Versions of this machine's libvirt; undefined when it does not answer. */
  libvirt(): Promise<LibvirtVersions | undefined>;
  /** Whether guests run on this machine's own processor. @throws FaultError when that cannot be tried */
  acceleration(): Promise<Acceleration>;
  backend(): Promise<BackendAnswer>;
  /** Undefined when the backend cannot be read. */
  known(): Promise<KnownLab | undefined>;
  /** Those of the clouds in which the lab has hosts. */
  clouds(): Promise<readonly CloudQuestions[]>;
  /** Who asks each cloud, in its words. @throws FaultError where one knows nobody */
  cloudIdentities(): Promise<readonly string[]>;
  facts(): Promise<LabFacts>;
  marked(): Promise<readonly ObservedObject[]>;
  images(): Promise<ImageNeed>;
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let promise: Promise<T> | undefined;
  return () => {
    promise ??= work();
    return promise;
  };
}

async function askDocker(machine: Machine): Promise<DockerInfo | undefined> {
  const before = machine.now();
  const result = await machine.run("docker", ["info", "--format", "{{json .}}"], { deadline: 15_000 });
  const after = machine.now();
  if (result.code !== 0) return undefined;
  try {
    const info = dockerSchema.safeParse(JSON.parse(result.stdout));
    if (!info.success) return undefined;
    const clock = Date.parse(info.data.SystemTime);
    return { ...info.data, ahead: Number.isNaN(clock) ? 0 : clock - (before + after) / 2 };
  } catch {
    return undefined;
  }
}

/** What a backend answered, or why it did not. */
export type BackendAnswer = { readonly known: KnownLab } | { readonly fault: string };

/** The engine's own words, without the names of the streams that it said them on. */
function engineWords(text: string): string {
  return text.replace(/^(stderr: )?(error: )?/, "").split("\n")[0] ?? text;
}

/** Asks a backend that is no folder by the engine. */
async function askBackend(
  file: StackFile,
  plan: LabPlan,
  setUp: SetUp,
  machine: Machine,
): Promise<BackendAnswer> {
  if (!setUp.engine.there) return { fault: "only the Pulumi engine can ask it, which is missing" };
  // The engine is looked for on the search path, which nobody has set up for doctor.
  if (setUp.engine.folder) process.env.PATH = `${setUp.engine.folder}:${machine.env.PATH ?? ""}`;
  const { StackEngine } = await import("../engine.js");
  const { prepareWorkFolder } = await import("../workFolder.js");
  try {
    for (const unit of plan.units) {
      const opened = await StackEngine.open(unit.stack, prepareWorkFolder(file.lab), false);
      if (!opened) continue;
      const { engine, state } = opened;
      const { record } = state;
      return { known: { states: [], record, labId: record?.labId ?? (await engine.id()) } };
    }
    return { known: { states: [], record: undefined, labId: undefined } };
  } catch (error) {
    if (error instanceof FaultError) return { fault: engineWords(error.faults[0].what) };
    throw error;
  }
}

async function imageNeed(
  file: StackFile,
  set: ImageSet | undefined,
  setUp: SetUp,
  machine: Machine,
): Promise<ImageNeed> {
  if (set) return { source: set.source, missing: await machine.missingImages(set), untold: false };
  const { edition, registry, images } = file.config;
  const { source } = images;
  const lab = { edition, registry: registry?.run !== undefined };
  const present = await machine.run("docker", [
    "image",
    "ls",
    "--format",
    "{{.Repository}}:{{.Tag}}",
    "classlab/*",
  ]);
  const names = new Set(present.stdout.split("\n"));
  const candidates = source === "auto" ? (["distribution", "registry"] as const) : ([source] as const);
  const needs = candidates.map((candidate) => {
    const wanted = machine.imageReferences(candidate, setUp.compose.file, lab);
    return { missing: wanted?.filter((reference) => !names.has(reference)) ?? [], untold: !wanted };
  });
  const there = needs.find((need) => !need.untold && need.missing.length === 0);
  return { source, ...(there ?? needs[0] ?? { missing: [], untold: true }) };
}

/** Puts a lab before the checks. */
export function makeSubject(file: StackFile, plan: LabPlan, machine: Machine): Subject {
  const needsLibvirt = plan.hosts.some((host) => host.kind === "this-machine" && host.target === "libvirt");
  const remotes = machinesOf(plan);
  const setUp = once(() => machine.setUp(needsLibvirt ? ["libvirt"] : []));
  const onMachine: HostRun = (program, args, options) => machine.run(program, args, options);
  const backend = once(async (): Promise<BackendAnswer> => {
    if (backendFolder(machine) === undefined) return askBackend(file, plan, await setUp(), machine);
    const states = readKeptStates(plan, machine);
    return {
      known: {
        states,
        record: states.find((state) => state.record)?.record,
        labId: states.find((state) => state.labId !== undefined)?.labId,
      },
    };
  });
  const known = async () => {
    const answer = await backend();
    return "known" in answer ? answer.known : undefined;
  };
  const clouds = once(() => machine.clouds(plan.hosts));
  return {
    file,
    plan,
    machine,
    // Machines begin with an image that is made with Docker.
    needsDocker: plan.target === "containers" || needsLibvirt,
    needsLibvirt,
    needsSsh: guestsOf(plan).some((guest) => guest.docker.length > 0),
    remotes,
    setUp,
    docker: once(() => askDocker(machine)),
    libvirt: once(() => askLibvirt(onMachine)),
    acceleration: once(() => probeAcceleration(onMachine)),
    backend,
    known,
    clouds,
    cloudIdentities: once(async () => Promise.all((await clouds()).map((cloud) => cloud.identity()))),
    facts: once(() => machine.facts(plan)),
    marked: once(() => machine.marked(file.lab, remotes)),
    images: once(async () => imageNeed(file, (await known())?.record?.images, await setUp(), machine)),
  };
}
