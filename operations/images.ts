import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { LabConfig } from "../course/config";
import type { Edition } from "../course/editions";
import { type Fault, FaultError } from "../course/faults";
import {
  COURSE_IMAGES,
  type CourseImageName,
  type DecidedImageSource,
  type ImageRecord,
  type ImageSet,
} from "../course/images";
import { imageTableSchema } from "../course/record";
import { RECIPES, STAND_IN_TEXT } from "../images/catalog";
import { type BuildNetwork, buildNetwork, proxyBuildArgs, rootWords } from "./buildNetwork";
import { docker, dockerOutput } from "./docker";
import { idSchema, inspectDocker } from "./dockerApi";
import { IMAGES_ESTIMATE } from "./doctor/estimate";
import { explain } from "./explain";
import { ensureImageStore } from "./imageStore";
import { PACKAGE_ROOT } from "./paths";
import { run, tail } from "./process";
import { pullFault } from "./pullFault";
import { diskFull, saysDiskFull } from "./trouble";

/** Tells the user what goes on, a line at a time. */
export type Say = (line: string) => void;

const IMAGES_FOLDER = join(PACKAGE_ROOT, "images");
const BUILD_DEADLINE = 20 * 60_000;
const PULL_DEADLINE = 15 * 60_000;
/** A registry that has not answered by then is taken for absent. */
const PROBE_DEADLINE = 30_000;

const pinnedSchema = z.record(z.string(), z.looseObject({ reference: z.string(), recorded: z.iso.date() }));

const registrySchema = z.looseObject({
  images: pinnedSchema,
  /** What the edition of 2019 has instead: versions that are no longer maintained, and do not change. */
  2019: pinnedSchema,
});

function officialImages(): z.output<typeof registrySchema> {
  return registrySchema.parse(JSON.parse(readFileSync(join(IMAGES_FOLDER, "registry.json"), "utf8")));
}

/** The day, as `2026-09-09`, on which the official image was pinned that has been so for longest. */
export function officialSince(): string {
  const [first = ""] = Object.values(officialImages().images)
    .map(({ recorded }) => recorded)
    .sort();
  return first;
}

/** Where an image comes from when a registry answers, pinned by digest. */
export function officialReference(name: CourseImageName | "guest", edition: Edition): string {
  const official = officialImages();
  const entry = (edition === "2019" ? official[2019][name] : undefined) ?? official.images[name];
  if (!entry) throw new Error(`images/registry.json lacks ${name}`);
  return entry.reference;
}

function hashOf(...parts: readonly (string | Buffer)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex").slice(0, 12);
}

/** Names and contents of a build context, in a fixed order. */
function contextParts(folder: string): (string | Buffer)[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .sort()
    .filter((file) => statSync(join(folder, file)).isFile())
    .flatMap((file) => [file, readFileSync(join(folder, file))]);
}

async function imageId(reference: string): Promise<string | undefined> {
  const [found] = await inspectDocker(idSchema, "images", [reference]);
  return found?.Id;
}

/** A failed build as a fault. @param what the words of the program that failed @param name of the image */
export function buildFault(what: string, name: string): FaultError {
  const line = what.split("\n").find(saysDiskFull);
  if (line) return new FaultError([diskFull(`image ${name}`, line.trim())]);
  return new FaultError([
    {
      code: "image-build-failed",
      where: `image ${name}`,
      what,
      fix: "Run npx classlab images again when the cause is mended",
    },
  ]);
}

/** What goes into an image that is built. */
export interface BuildInput {
  readonly name: string;
  readonly folder: string;
  readonly args: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
}

/** The reference of a built image: its tag is the hash of all that goes into it. */
function buildReference({ name, folder, args, files }: BuildInput): string {
  const hash = hashOf(
    ...contextParts(folder),
    ...Object.entries(args).flat(),
    ...Object.entries(files).flatMap(([file, path]) => [file, readFileSync(path)]),
  );
  return `classlab/${name}:${hash}`;
}

/** What goes with every build: where its words go, and how it gets out of the room. */
export interface Builder {
  readonly say: Say;
  readonly network: BuildNetwork;
}

/** What a lab's images are to be. */
export interface ImageWishes {
  /** Told what goes on, a line at a time. */
  readonly say: Say;
  /** Whether distribution packages may be installed without asking. */
  readonly consent: boolean;
  /**
   * The room's network: its proxy and its certificate authority serve the building, and are in no image. What the machine's Docker itself pulls
   * goes the way that its own settings say.
   */
  readonly network: LabConfig["site"]["network"];
  /** Whose course images they are. */
  readonly edition: Edition;
  /** Whether the lab runs a registry for the class, whose image it needs too. */
  readonly registry: boolean;
}

type LabBuilder = Builder & Omit<ImageWishes, "network">;

/**
 * Builds an image unless the cache has it.
 * @param below provides the image that it is built on; not asked where nothing is built
 * @throws FaultError `image-build-failed` or `disk-full`
 */
export async function build(
  input: BuildInput,
  { say, network }: Builder,
  below?: () => Promise<unknown>,
): Promise<ImageRecord> {
  const { name, folder, args, files } = input;
  const reference = buildReference(input);
  const known = await imageId(reference);
  if (known) return { reference, id: known };
  await below?.();
  say(`image ${name}: building`);
  const started = performance.now();
  // The context is a copy, so that files from elsewhere join it without standing in the source tree.
  const context = mkdtempSync(join(tmpdir(), "classlab-image-"));
  try {
    const staged = await run("cp", ["-R", `${folder}/.`, context]);
    if (staged.code !== 0) throw buildFault(tail(staged.stderr), name);
    for (const [file, path] of Object.entries(files)) {
      const copied = await run("cp", [path, join(context, file)]);
      if (copied.code !== 0) throw buildFault(tail(copied.stderr), name);
    }
    const result = await docker(
      [
        "build",
        ...Object.entries(args).flatMap(([key, value]) => ["--build-arg", `${key}=${value}`]),
        ...proxyBuildArgs(network),
        "-t",
        reference,
        context,
      ],
      { deadline: BUILD_DEADLINE, env: network.variables },
    );
    if (result.code !== 0) {
      const cause =
        result.code === 124
          ? `no end within ${BUILD_DEADLINE / 60_000} minutes`
          : tail(`${result.stdout}\n${result.stderr}`);
      throw buildFault(`the build failed:\n${cause}`, name);
    }
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
  const id = await imageId(reference);
  if (!id) throw buildFault("the build left no image", name);
  say(`image ${name}: built in ${Math.round((performance.now() - started) / 1000)} s`);
  return { reference, id };
}

/** The file in which a Linux system says which distribution it is. */
export const RELEASE_FILE = "/etc/os-release";

/** A distribution as its release file names it; this machine's by default. */
export function hostRelease(text = readFileSync(RELEASE_FILE, "utf8")): { id: string; codename: string } {
  const value = (key: string) => new RegExp(`^${key}="?([^"\n]*)"?$`, "m").exec(text)?.[1] ?? "";
  return { id: value("ID"), codename: value("VERSION_CODENAME") };
}

const BASE_RECIPE = join(IMAGES_FOLDER, "base", "build.sh");

function baseReference(release = hostRelease()): string {
  return `classlab/base:${hashOf(readFileSync(BASE_RECIPE), release.id, release.codename, process.arch)}`;
}

/** Where the recipe of the base finds the site's authority: a file, named in its environment. */
function authorityVariable({ caCertificate }: BuildNetwork, folder: string): Record<string, string> {
  if (caCertificate === undefined) return {};
  const file = join(folder, "site-ca.crt");
  writeFileSync(file, caCertificate);
  return { CLASSLAB_SITE_CA: file };
}

/** The root file system of this machine's distribution as an image: the base where no registry answers. */
async function buildBase({ say, network }: Builder, consent: boolean): Promise<ImageRecord> {
  if (process.platform !== "linux") {
    throw new FaultError([
      {
        code: "registry-unreachable",
        where: "this machine",
        what: "no image registry answers, and images are built from distribution packages on Debian and Ubuntu only",
        fix: "Connect to the internet or to a registry mirror, and run the command again",
      },
    ]);
  }
  const release = hostRelease();
  const reference = baseReference(release);
  const known = await imageId(reference);
  if (known) return { reference, id: known };
  if ((await run("sh", ["-c", "command -v debootstrap"])).code !== 0) {
    say("debootstrap: installing");
    const installed = await run(
      process.execPath,
      [join(PACKAGE_ROOT, "setup", "packages.mjs"), ...(consent ? ["--yes"] : []), "debootstrap"],
      {
        deadline: BUILD_DEADLINE,
        terminal: true,
        env: network.variables,
      },
    );
    if (installed.code !== 0) {
      throw new FaultError([
        {
          code: "environment-missing",
          where: "this machine",
          what: "debootstrap is not installed, and no image registry answers",
          fix: "Run: sudo apt-get install debootstrap",
        },
      ]);
    }
  }
  say(`image base: ${release.id} ${release.codename} from distribution packages`);
  const started = performance.now();
  const folder = mkdtempSync(join(tmpdir(), "classlab-base-"));
  try {
    const archive = join(folder, "base.tar");
    const variables = { ...network.variables, ...authorityVariable(network, folder) };
    const [program, ...words] = [
      ...rootWords(Object.keys(variables)),
      "sh",
      BASE_RECIPE,
      archive,
      release.codename,
    ];
    const made = await run(program ?? "sh", words, { deadline: BUILD_DEADLINE, env: variables });
    if (made.code !== 0)
      throw buildFault(`debootstrap failed:\n${tail(`${made.stdout}\n${made.stderr}`)}`, "base");
    await dockerOutput(["import", "--change", "LABEL classlab.image=base", archive, reference], {
      deadline: BUILD_DEADLINE,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const id = await imageId(reference);
  if (!id) throw buildFault("the import left no image", "base");
  say(`image base: built in ${Math.round((performance.now() - started) / 1000)} s`);
  return { reference, id };
}

/** The Docker Compose binary for guests. @throws FaultError `environment-missing` */
export function composeBinary(): string {
  const path = process.env.CLASSLAB_COMPOSE;
  if (!path) {
    throw new FaultError([
      {
        code: "environment-missing",
        where: "CLASSLAB_COMPOSE",
        what: "the Docker Compose binary for guests was not provided",
        fix: "Run classlab through npm start or npx classlab, which provide it",
      },
    ]);
  }
  return path;
}

/** The guest's image on a base; `standIn` is what it says of itself at login, empty where it is what its name says. */
function guestInput(base: string, standIn: string, compose: string): BuildInput {
  return {
    name: "guest",
    folder: join(IMAGES_FOLDER, "guest"),
    args: { BASE: base, STAND_IN: standIn },
    files: { "docker-compose": compose },
  };
}

function courseInput(name: CourseImageName, base: string | undefined): BuildInput {
  const folder = join(IMAGES_FOLDER, RECIPES[name].folder);
  return { name, folder, args: base === undefined ? {} : { BASE: base }, files: {} };
}

async function fromDistribution(builder: LabBuilder): Promise<ImageSet> {
  let provided: Promise<unknown> | undefined;
  // A machine that has every image needs nothing to make one from: it may be where no package is to be had.
  const base = () => {
    provided ??= buildBase(builder, builder.consent);
    return provided;
  };
  if (process.platform !== "linux") await base();
  const made = new Map<CourseImageName, Promise<ImageRecord>>();
  const course = (name: CourseImageName): Promise<ImageRecord> => {
    const started = made.get(name);
    if (started) return started;
    const { base: on } = RECIPES[name];
    const below = on === "none" ? undefined : on === "distribution" ? base : () => course(on);
    const building = build(distributionInput(name), builder, below);
    made.set(name, building);
    return building;
  };
  const reference = baseReference();
  const guest = build(guestInput(reference, STAND_IN_TEXT, composeBinary()), builder, base);
  const own = builder.registry ? build(registryInput(reference), builder, base) : undefined;
  return collect("distribution", builder.edition, guest, course, own);
}

/** What goes into a course image that is built on this machine's distribution. */
function distributionInput(name: CourseImageName): BuildInput {
  const { base } = RECIPES[name];
  if (base === "none") return courseInput(name, undefined);
  const below = base === "distribution" ? baseReference() : buildReference(distributionInput(base));
  return courseInput(name, below);
}

/** The registry's own image: the same packages on whatever guests are made of. */
function registryInput(base: string): BuildInput {
  return { name: "registry", folder: join(IMAGES_FOLDER, "registry"), args: { BASE: base }, files: {} };
}

async function collect(
  source: DecidedImageSource,
  edition: Edition,
  guest: Promise<ImageRecord>,
  course: (name: CourseImageName) => Promise<ImageRecord>,
  registry: Promise<ImageRecord> | undefined,
): Promise<ImageSet> {
  const all = COURSE_IMAGES.map(async ({ name }) => [name, await course(name)] as const);
  // Every build is waited for, so that none goes on unseen after another failed.
  const settled = await Promise.allSettled([guest, ...all, ...(registry ? [registry] : [])]);
  const failure = settled.find((entry) => entry.status === "rejected");
  if (failure) throw failure.reason;
  return {
    source,
    edition,
    guest: await guest,
    course: imageTableSchema.parse(Object.fromEntries(await Promise.all(all))),
    ...(registry ? { registry: await registry } : {}),
  };
}

function pulledReference(name: CourseImageName | "guest", edition: Edition): string {
  return `classlab/official-${name}:${hashOf(officialReference(name, edition))}`;
}

async function pull(
  name: CourseImageName | "guest",
  { say, edition }: Pick<LabBuilder, "say" | "edition">,
): Promise<ImageRecord> {
  const official = officialReference(name, edition);
  const reference = pulledReference(name, edition);
  const known = await imageId(reference);
  if (known) return { reference, id: known };
  say(`image ${name}: pulling ${official.split("@")[0]}`);
  const pulled = await docker(["pull", "-q", official], { deadline: PULL_DEADLINE });
  if (pulled.code !== 0) throw new FaultError([pullFault(name, official, pulled.stderr)]);
  await dockerOutput(["tag", official, reference]);
  const id = await imageId(reference);
  if (!id) throw buildFault("the pull left no image", name);
  return { reference, id };
}

async function fromRegistry(builder: LabBuilder): Promise<ImageSet> {
  const base = pull("guest", builder);
  const guest = base.then((made) => build(guestInput(made.reference, "", composeBinary()), builder));
  const own = builder.registry
    ? base.then((made) => build(registryInput(made.reference), builder))
    : undefined;
  return collect("registry", builder.edition, guest, (name) => pull(name, builder), own);
}

/** Why no official image can be had; nothing where one can. */
async function registryRefusal(): Promise<Fault | undefined> {
  const reference = officialReference(PROBE_IMAGE, "current");
  const { code, stderr } = await docker(["pull", "-q", reference], { deadline: PROBE_DEADLINE });
  return code === 0 ? undefined : pullFault(PROBE_IMAGE, reference, stderr);
}

/**
 * Makes the images of a lab available on this machine: pulled, built, or found in the cache; and loaded for guests to be.
 * @param wanted the configured source, or the one that the lab decided on before
 */
export async function ensureImages(
  wanted: LabConfig["images"]["source"],
  wishes: ImageWishes,
): Promise<ImageSet> {
  try {
    const images = await provideImages(wanted, { ...wishes, network: buildNetwork(wishes.network) });
    await ensureImageStore(images, wishes.say);
    return images;
  } catch (error) {
    throw await explain(error, IMAGES_ESTIMATE);
  }
}

async function provideImages(wanted: LabConfig["images"]["source"], builder: LabBuilder): Promise<ImageSet> {
  const { say } = builder;
  if (wanted === "registry") return fromRegistry(builder);
  if (wanted === "distribution") return fromDistribution(builder);
  const refusal = await registryRefusal();
  if (!refusal) {
    say("images: an image registry answers: the official images");
    return fromRegistry(builder);
  }
  // One that cannot be reached has nothing to say that helps; one that refuses has.
  const why = refusal.code === "registry-unreachable" ? "no image registry answers" : refusal.what;
  say(`images: ${why}: stand-ins built from distribution packages`);
  return fromDistribution(builder);
}

/**
 * The references under which this machine's Docker holds a lab's images once they are made.
 * @param compose the Docker Compose binary that goes into the guest's image
 * @returns undefined where that cannot be told here: without the binary, or on another system than images are built on
 */
export function imageReferences(
  source: DecidedImageSource,
  compose: string,
  { edition, registry }: Pick<ImageWishes, "edition" | "registry">,
): readonly string[] | undefined {
  if (!existsSync(compose)) return undefined;
  const own = (base: string) => (registry ? [buildReference(registryInput(base))] : []);
  if (source === "registry") {
    const base = pulledReference("guest", edition);
    const guest = buildReference(guestInput(base, "", compose));
    return [guest, ...COURSE_IMAGES.map(({ name }) => pulledReference(name, edition)), ...own(base)];
  }
  if (process.platform !== "linux") return undefined;
  const base = baseReference();
  const guest = buildReference(guestInput(base, STAND_IN_TEXT, compose));
  const course = COURSE_IMAGES.map(({ name }) => buildReference(distributionInput(name)));
  return [guest, ...course, ...own(base)];
}

/** The reference by which an image registry is asked whether it answers. */
export const PROBE_IMAGE: CourseImageName = "hello-world";

/** The images of a set that this machine's Docker no longer has. */
export async function missingImages(set: ImageSet): Promise<string[]> {
  const records = [set.guest, ...Object.values(set.course), ...(set.registry ? [set.registry] : [])];
  const found = await inspectDocker(
    idSchema,
    "images",
    records.map((record) => record.id),
  );
  const present = new Set(found.map(({ Id }) => Id));
  return records.filter((record) => !present.has(record.id)).map((record) => record.reference);
}
