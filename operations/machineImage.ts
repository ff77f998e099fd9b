import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cachedImage } from "../components/hypervisors/libvirt/cache";
import type { LabConfig } from "../course/config";
import { FaultError } from "../course/faults";
import type { ImageSet } from "../course/images";
import { quote } from "../course/shell";
import { MACHINE_STAND_IN_TEXT } from "../images/catalog";
import { buildNetwork, rootWords } from "./buildNetwork";
import { docker, dockerOutput } from "./docker";
import { courseNames, courseReferences, feedCourseImages, guestContainer } from "./guestEngine";
import { build, buildFault, type Say } from "./images";
import { dropDamaged, isNoted, noteImage } from "./machineCache";
import { PACKAGE_ROOT } from "./paths";
import { run, tail } from "./process";

const FOLDER = join(PACKAGE_ROOT, "images", "machine");

/** Writing a file system of a gigabyte. */
const DISK_DEADLINE = 15 * 60_000;

/** Whether this machine keeps a machine image, whole. @param hash in hexadecimal */
export function hasMachineImage(hash: string): boolean {
  return cachedImage(hash).files.every((file) => existsSync(file));
}

/** What the disk is made with, by the package that has it. */
const TOOLS = { "mkfs.ext4": "e2fsprogs", "qemu-img": "qemu-utils" } as const;

async function checkTools(): Promise<void> {
  const lacking: string[] = [];
  for (const [tool, holder] of Object.entries(TOOLS)) {
    const found = await run("sh", ["-c", `PATH=$PATH:/usr/sbin:/sbin command -v ${tool}`]);
    if (found.code !== 0) lacking.push(holder);
  }
  if (lacking.length === 0) return;
  throw new FaultError([
    {
      code: "environment-missing",
      where: "this machine",
      what: `the disk of virtual machines is made with programs that are not installed (packages: ${lacking.join(", ")})`,
      fix: `Run: sudo apt-get install ${lacking.join(" ")}`,
    },
  ]);
}

const command = (words: readonly string[]): string => words.map(quote).join(" ");

async function pipe(line: string, what: string): Promise<void> {
  const made = await run("sh", ["-c", line], { deadline: DISK_DEADLINE });
  if (made.code !== 0) throw buildFault(`${what}:\n${tail(`${made.stdout}\n${made.stderr}`)}`, "machine");
}

/** Writes what the Docker of a guest has once it loaded the course's images: a machine that begins with it loads nothing. */
async function makeStore(images: ImageSet, file: string): Promise<void> {
  const load = guestContainer(
    images,
    // An engine keeps no overlay on an overlay. Gone with the container.
    ["-v", "/var/lib/docker", "--label", "classlab.image=machine"],
    ["sh", "-c", readFileSync(join(FOLDER, "load-images"), "utf8"), "load-images", ...courseNames(images)],
  );
  await pipe(
    `${feedCourseImages(images, load)} >${quote(file)}`,
    "the course's images could not be loaded for it",
  );
}

/** Makes a disk, a kernel and an initramfs of an image, where libvirt may read them: all or nothing. */
async function makeDisk(reference: string, hash: string, images: ImageSet, say: Say): Promise<void> {
  await checkTools();
  say("image machine: making its disk");
  const started = performance.now();
  const scratch = mkdtempSync(join(tmpdir(), "classlab-machine-"));
  try {
    const store = join(scratch, "store.tar");
    await makeStore(images, store);
    const created = await dockerOutput(["create", "--label", "classlab.image=machine", reference, "true"]);
    const container = created.trim();
    try {
      const script = [...rootWords(), "sh", join(FOLDER, "build-disk.sh"), cachedImage(hash).folder, store];
      await pipe(
        `${command(["docker", "export", container])} | ${command(script)}`,
        "its disk could not be made",
      );
    } finally {
      await docker(["rm", "-f", container]);
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  if (!hasMachineImage(hash)) throw buildFault("its disk could not be made: files are lacking", "machine");
  say(`image machine: disk made in ${Math.round((performance.now() - started) / 1000)} s`);
}

/**
 * Makes the image that virtual machines begin with on this machine, or finds it in the cache: the guest's image, with what a machine
 * has and a container lacks, and the course's images in its Docker.
 * @param images those that the lab decided on
 * @returns its hash, which names its folder in the cache of each host
 * @throws FaultError `image-build-failed`, `image-damaged`, `disk-full`, or `environment-missing`
 */
export async function ensureMachineImage(
  images: ImageSet,
  say: Say,
  network: LabConfig["site"]["network"],
): Promise<string> {
  const { reference } = await build(
    {
      name: "machine",
      folder: FOLDER,
      args: {
        BASE: images.guest.reference,
        STAND_IN: images.source === "distribution" ? MACHINE_STAND_IN_TEXT : "",
        // They make another disk, and so another hash.
        IMAGES: courseReferences(images).join(" "),
      },
      files: {},
    },
    { say, network: buildNetwork(network) },
  );
  const hash = reference.slice(reference.indexOf(":") + 1);
  const image = cachedImage(hash);
  await dropDamaged(image, say);
  if (!hasMachineImage(hash)) await makeDisk(reference, hash, images, say);
  if (!isNoted(image)) await noteImage(image);
  return hash;
}
