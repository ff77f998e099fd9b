import type { GuestBoot } from "./domain";
import { EMULATED_ARGUMENTS, MACHINE_ARGUMENTS } from "./machine";
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
 * Where a host keeps a machine image, and how a guest starts with it.
 * @param hash of the image, in hexadecimal
 * @param acceleration of the guest
 */
export function cachedImage(hash: string, acceleration: "kvm" | "tcg" = "kvm"): CachedImage {
  const folder = `${IMAGES}/classlab-cache/${hash}`;
  const words = acceleration === "kvm" ? MACHINE_ARGUMENTS : `${MACHINE_ARGUMENTS} ${EMULATED_ARGUMENTS}`;
  const [disk, kernel, initrd] = [`${folder}/disk.qcow2`, `${folder}/vmlinuz`, `${folder}/initrd.img`];
  return {
    folder,
    disk: { path: disk, format: "qcow2" },
    boot: { kind: "kernel", kernel, initrd, arguments: words },
    files: [disk, kernel, initrd],
  };
}
