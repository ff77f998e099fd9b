import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CAPABILITIES, SECURITY_OPTIONS } from "../components/hypervisors/containers/rights";
import type { LabConfig } from "../course/config";
import { FaultError } from "../course/faults";
import { COURSE_IMAGES, type ImageSet } from "../course/images";
import { quote } from "../course/shell";
import { MACHINE_STAND_IN_TEXT } from "../images/catalog";
import { buildNetwork } from "./buildNetwork";
import { docker, dockerOutput } from "./docker";
import { IMAGES_ESTIMATE } from "./doctor/estimate";
import { explain } from "./explain";
import { type BuildInput, build, buildFault, buildReference, type Say } from "./images";
import { PACKAGE_ROOT } from "./paths";
import { run, tail } from "./process";

const RECIPE = join(PACKAGE_ROOT, "images", "machine");
const NAME = "machine";
const DEADLINE = 20 * 60_000;

/** Where machine images are on a host: one folder each, shared by all labs, below where QEMU may read. */
export const MACHINE_CACHE = "/var/lib/libvirt/images/classlab-cache";

/** The files of a machine image: the disk under all guests' own, and what starts it. */
export const MACHINE_FILES = ["disk.qcow2", "vmlinuz", "initrd.img"] as const;

/** What virtual machines of a lab begin with. */
export interface MachineImage {
  /** Hash of all that goes into it, also the name of its folder. */
  readonly hash: string;
  /** Absolute path of the folder that has `MACHINE_FILES`. */
  readonly folder: string;
}

function machineInput(images: ImageSet): BuildInput {
  return {
    name: NAME,
    folder: RECIPE,
    args: {
      BASE: images.guest.reference,
      STAND_IN: images.source === "distribution" ? MACHINE_STAND_IN_TEXT : "",
      // In no layer; they are in the hash, since they are on the disk.
      IMAGES: COURSE_IMAGES.map(({ name }) => images.course[name].reference).join(" "),
    },
    files: {},
  };
}

/** The machine image that belongs to a lab's images, whether it is there or not. */
export function machineImage(images: ImageSet, cache = MACHINE_CACHE): MachineImage {
  const hash = buildReference(machineInput(images)).split(":")[1] ?? "";
  return { hash, folder: join(cache, hash) };
}

/** Whether all of it is there; half of one has no final name. */
function present({ folder }: MachineImage): boolean {
  return MACHINE_FILES.every((file) => existsSync(join(folder, file)));
}

/** What the disk is made with, by the package that has it. */
const TOOLS = { "mkfs.ext4": "e2fsprogs", "qemu-img": "qemu-utils" } as const;

async function checkTools(): Promise<void> {
  const lacking: string[] = [];
  for (const [tool, pkg] of Object.entries(TOOLS)) {
    const found = await run("sh", ["-c", `PATH=$PATH:/usr/sbin:/sbin command -v ${tool}`]);
    if (found.code !== 0) lacking.push(pkg);
  }
  if (lacking.length === 0) return;
  throw new FaultError([
    {
      code: "environment-missing",
      where: "this machine",
      what: `disks of virtual machines are made with ${lacking.join(" and ")}, which ${lacking.length === 1 ? "is" : "are"} not installed`,
      fix: `Run: sudo apt-get install ${lacking.join(" ")}`,
    },
  ]);
}

const command = (words: readonly string[]): string => words.map(quote).join(" ");

/** Runs a pipeline; a failure is the build's. */
async function pipe(line: string): Promise<void> {
  const result = await run("sh", ["-c", line], { deadline: DEADLINE });
  if (result.code === 0) return;
  const words = tail(`${result.stdout}\n${result.stderr}`).trim();
  throw buildFault(
    result.code === 124 ? `no end within ${DEADLINE / 60_000} minutes` : `the disk was not made:\n${words}`,
    NAME,
  );
}

/** The course's images as the Docker of a guest keeps them, in a tar. */
function storeCommand(images: ImageSet, file: string): string {
  const references = COURSE_IMAGES.map(({ name }) => images.course[name].reference);
  const names = COURSE_IMAGES.flatMap(({ name, tags }) =>
    tags.map((tag) => `${images.course[name].reference}=${tag}`),
  );
  const load = [
    ...["docker", "run", "--rm", "-i", "--init", "--network", "none", "--cgroupns", "private"],
    ...CAPABILITIES.flatMap((capability) => ["--cap-add", capability]),
    ...SECURITY_OPTIONS.flatMap((option) => ["--security-opt", option]),
    // Overlay on overlay is refused; gone with the container.
    ...["-v", "/var/lib/docker", "--label", "classlab.image=machine", images.guest.id],
    ...["sh", "-c", readFileSync(join(RECIPE, "load-images"), "utf8"), "load-images", ...names],
  ];
  return `${command(["docker", "save", ...references])} | ${command(load)} >${quote(file)}`;
}

async function makeDisk(reference: string, images: ImageSet, folder: string): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), "classlab-machine-"));
  const container = (
    await dockerOutput(["create", "--label", "classlab.image=machine", reference, "true"])
  ).trim();
  try {
    const store = join(scratch, "store.tar");
    await pipe(storeCommand(images, store));
    const asRoot = process.getuid?.() === 0 ? [] : ["sudo"];
    const script = [...asRoot, "sh", join(RECIPE, "build-disk.sh"), folder, store];
    await pipe(`${command(["docker", "export", container])} | ${command(script)}`);
  } finally {
    await docker(["rm", "-f", container]);
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * Makes what virtual machines of a lab begin with, unless this machine has it: the guest's image with a kernel and systemd as a disk,
 * the course's images in its Docker. Making it takes Linux, Docker, root's rights (sudo) and a minute or two; it stays until it is removed
 * by hand, as Docker's images do.
 * @param images the lab's images, which are on this machine
 * @param say progress, a line at a time
 * @param network the room's network, for the building
 * @throws FaultError when something is missing, the build fails, or a disk is full
 */
export async function ensureMachineImage(
  images: ImageSet,
  say: Say,
  network: LabConfig["site"]["network"],
  cache = MACHINE_CACHE,
): Promise<MachineImage> {
  const image = machineImage(images, cache);
  if (present(image)) return image;
  try {
    await checkTools();
    const { reference } = await build(machineInput(images), { say, network: buildNetwork(network) });
    say("machine image: making its disk");
    const started = performance.now();
    await makeDisk(reference, images, image.folder);
    if (!present(image)) throw buildFault(`${image.folder} lacks files`, NAME);
    say(`machine image: made in ${Math.round((performance.now() - started) / 1000)} s`);
  } catch (error) {
    throw await explain(error, IMAGES_ESTIMATE);
  }
  return image;
}
