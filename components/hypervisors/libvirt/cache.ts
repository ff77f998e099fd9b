import type { GuestBoot } from "./domain";
import { MACHINE_ARGUMENTS } from "./machine";
import { type BaseImage, IMAGES } from "./pool";

/** A machine image as a host keeps it: read by all labs there, written by none. */
export interface CachedImage {
  /** Absolute path of its folder on the host. */
  readonly folder: string;
  readonly disk: BaseImage;
  readonly boot: GuestBoot;
  /** Every file of it, as absolute paths on the host. */
  readonly files: readonly string[];
}

/**
 * Where a host keeps a machine image.
 * @param hash of the image, in hexadecimal
 */
export function cachedImage(hash: string): CachedImage {
  const folder = `${IMAGES}/classlab-cache/${hash}`;
  const [disk, kernel, initrd] = [`${folder}/disk.qcow2`, `${folder}/vmlinuz`, `${folder}/initrd.img`];
  return {
    folder,
    disk: { path: disk, format: "qcow2" },
    boot: { kind: "kernel", kernel, initrd, arguments: MACHINE_ARGUMENTS },
    files: [disk, kernel, initrd],
  };
}
