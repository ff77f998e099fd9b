import { uuidOf } from "../identity";
import { controllerStep, diskStep, isKnown, MEBIBYTES } from "./controller";
import { isThere } from "./off";
import { DISKS } from "./questions";
import { basePath, type VirtualBoxSettings } from "./settings";
import { snapshotSteps } from "./snapshots";
import { has, lacks, type Step, step } from "./steps";

/** Group of the machines that keep images. */
const GROUP = "/classlab/images";

/** The host and its cache. */
type Cache = Pick<VirtualBoxSettings, "os" | "folder">;

/** Name of the machine that keeps an image; no lab's own, as the image is not. */
function keeperName(hash: string, size: number): string {
  return `classlab-image-${hash.slice(0, 12)}-${size}`;
}

const keeperUuid = (hash: string, size: number) => uuidOf({ id: hash }, "domain", keeperName(hash, size));

/**
 * A machine image in the host's cache, of the size that disks are to have: a disk over it has its size, and one that was made larger
 * afterwards cannot be cloned in full (VirtualBox 7.2.22, VERR_INVALID_PARAMETER).
 *
 * A machine that is never started has a snapshot on it. Without that, `unregistervm --delete` of a guest goes on from the guest's disk to
 * the image under it (7.2.22: refused half-way while another disk lies over it, deleted with the last one).
 * @param image absolute path of the image on the host, in any format that VirtualBox reads: VDI, VMDK, VHD, qcow2
 * @param size GiB
 */
export function imageSteps(image: string, hash: string, size: number, cache: Cache): Step[] {
  const base = basePath(cache, hash, size);
  const uuid = keeperUuid(hash, size);
  const named = ["--name", keeperName(hash, size), "--groups", GROUP, "--ostype", "Ubuntu_64"];
  return [
    step(`machine image of ${size} GiB`, {
      settled: [isKnown(DISKS, base, cache)],
      args: ["clonemedium", "disk", image, base, "--format", "VDI"],
    }),
    step("size of the machine image", {
      settled: [has(["showmediuminfo", "disk", base], { is: `Capacity: ${size * MEBIBYTES} MBytes` })],
      args: ["modifymedium", "disk", base, "--resize", `${size * MEBIBYTES}`],
    }),
    // Whoever brought it may take it away or replace it.
    step("source of the machine image", {
      when: [isKnown(DISKS, image, cache)],
      args: ["closemedium", "disk", image],
    }),
    step("keeper of the machine image", {
      settled: [isThere(uuid)],
      args: ["createvm", ...named, "--basefolder", cache.folder, "--uuid", uuid, "--register"],
    }),
    controllerStep(uuid, 1),
    diskStep(uuid, 0, base),
    ...snapshotSteps(uuid, "image"),
  ];
}

/** Takes a machine image out of the host's cache; refused while a guest's disk lies over it. */
export function imageRemoval(hash: string, size: number, cache: Cache): Step[] {
  const base = basePath(cache, hash, size);
  const uuid = keeperUuid(hash, size);
  return [
    step(`machine image of ${size} GiB removed`, {
      when: [isThere(uuid)],
      must: [
        {
          // The first disk over it, the keeper's own, is told behind a title, the others below that.
          ...lacks(["showmediuminfo", "disk", base], { starts: " ", ends: "" }),
          otherwise: "image-in-use: disks of guests lie over the machine image",
        },
      ],
      args: ["unregistervm", uuid, "--delete"],
    }),
  ];
}
