import { releaseOfImage } from "../../../course/cloudImages";
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
 * Where a host keeps a machine image, and how a guest starts with it: a cloud image has a boot loader on its disk. By BIOS, since libvirt takes
 * no internal snapshot of a guest with UEFI; Ubuntu's images start by either.
 * @param name of the image
 * @param acceleration of the guest
 */
export function cachedImage(name: string, acceleration: "kvm" | "tcg" = "kvm"): CachedImage {
  const folder = `${IMAGES}/classlab-cache/${name}`;
  const words = acceleration === "kvm" ? MACHINE_ARGUMENTS : `${MACHINE_ARGUMENTS} ${EMULATED_ARGUMENTS}`;
  const [disk, kernel, initrd] = [`${folder}/disk.qcow2`, `${folder}/vmlinuz`, `${folder}/initrd.img`];
  if (releaseOfImage(name) !== undefined) {
    return {
      folder,
      disk: { path: disk, format: "qcow2" },
      boot: { kind: "disk", firmware: "bios" },
      files: [disk],
    };
  }
  return {
    folder,
    disk: { path: disk, format: "qcow2" },
    boot: { kind: "kernel", kernel, initrd, arguments: words },
    files: [disk, kernel, initrd],
  };
}
