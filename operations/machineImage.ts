import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cachedImage } from "../components/hypervisors/libvirt/cache";
import type { LabConfig } from "../course/config";
import type { ImageSet } from "../course/images";
import { quote } from "../course/shell";
import { STAND_IN_TEXT } from "../images/catalog";
import { buildNetwork, sudoWords } from "./buildNetwork";
import { docker, dockerOutput } from "./docker";
import { hasStoreSet, storeArchive, storeSet } from "./imageStore";
import { build, buildFault, type Say } from "./images";
import { PACKAGE_ROOT } from "./paths";
import { run, tail } from "./process";

const FOLDER = join(PACKAGE_ROOT, "images", "machine");

/** Writing a file system of a gigabyte. */
const DISK_DEADLINE = 15 * 60_000;

/** Whether this machine keeps a machine image, whole. @param hash in hexadecimal */
export function hasMachineImage(hash: string): boolean {
  return cachedImage(hash).files.every((file) => existsSync(file));
}

/** Makes a disk, a kernel and an initramfs of an image, where libvirt may read them: all or nothing. */
async function makeDisk(reference: string, hash: string, images: ImageSet, say: Say): Promise<void> {
  say("image machine: making its disk");
  const started = performance.now();
  const folder = mkdtempSync(join(tmpdir(), "classlab-machine-"));
  // Where the store has nothing, an engine of the guest's loads the images itself.
  const store = (await hasStoreSet(images)) ? join(folder, "store.tar") : undefined;
  const container = (await dockerOutput(["create", reference, "true"])).trim();
  try {
    const asRoot = process.getuid?.() === 0 ? [] : sudoWords([]);
    const words = [...asRoot, "sh", join(FOLDER, "build-disk.sh"), cachedImage(hash).folder];
    const disk = `docker export ${container} | ${[...words, ...(store ? [store] : [])].map(quote).join(" ")}`;
    const made = await run(
      "sh",
      ["-ec", store ? `${storeArchive(images)} > ${quote(store)}\n${disk}` : disk],
      { deadline: DISK_DEADLINE },
    );
    // Another run may have made it meanwhile.
    if (made.code !== 0 && !hasMachineImage(hash))
      throw buildFault(`its disk could not be made:\n${tail(made.stderr)}`, "machine");
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await docker(["rm", "-f", container]);
  }
  say(`image machine: disk made in ${Math.round((performance.now() - started) / 1000)} s`);
}

/**
 * Makes the image that virtual machines begin with on this machine, or finds it in the cache: the guest's image, with what a machine
 * has and a container lacks, and the course's images in its engine.
 * @param images those that the lab decided on
 * @returns its hash, which names its folder in the cache of each host
 * @throws FaultError `image-build-failed` or `disk-full`
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
        STAND_IN: images.source === "distribution" ? STAND_IN_TEXT : "",
      },
      files: {},
    },
    { say, network: buildNetwork(network) },
  );
  const hash = `${reference.slice(reference.indexOf(":") + 1)}${storeSet(images)}`;
  if (!hasMachineImage(hash)) await makeDisk(reference, hash, images, say);
  return hash;
}
