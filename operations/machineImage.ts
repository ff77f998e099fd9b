import { existsSync } from "node:fs";
import { join } from "node:path";
import { cachedImage } from "../components/hypervisors/libvirt/cache";
import type { LabConfig } from "../course/config";
import type { ImageSet } from "../course/images";
import { quote } from "../course/shell";
import { STAND_IN_TEXT } from "../images/catalog";
import { buildNetwork, sudoWords } from "./buildNetwork";
import { docker, dockerOutput } from "./docker";
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
async function makeDisk(reference: string, hash: string, say: Say): Promise<void> {
  say("image machine: making its disk");
  const started = performance.now();
  const container = (await dockerOutput(["create", reference, "true"])).trim();
  try {
    const asRoot = process.getuid?.() === 0 ? [] : sudoWords([]);
    const words = [...asRoot, "sh", join(FOLDER, "build-disk.sh"), cachedImage(hash).folder];
    const made = await run("sh", ["-c", `docker export ${container} | ${words.map(quote).join(" ")}`], {
      deadline: DISK_DEADLINE,
    });
    // Another run may have made it meanwhile.
    if (made.code !== 0 && !hasMachineImage(hash))
      throw buildFault(`its disk could not be made:\n${tail(made.stderr)}`, "machine");
  } finally {
    await docker(["rm", "-f", container]);
  }
  say(`image machine: disk made in ${Math.round((performance.now() - started) / 1000)} s`);
}

/**
 * Makes the image that virtual machines begin with on this machine, or finds it in the cache: the guest's image, with what a machine
 * has and a container lacks.
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
  const hash = reference.slice(reference.indexOf(":") + 1);
  if (!hasMachineImage(hash)) await makeDisk(reference, hash, say);
  return hash;
}
