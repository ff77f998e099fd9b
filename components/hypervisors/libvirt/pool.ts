import type { OwnerMark } from "../../../course/mark";
import type { GuestPlan } from "../../../course/plan";
import { uuidOf } from "./identity";
import { renderXml } from "./xml";

/** Where libvirt's AppArmor rules let guests' disks be (abstractions/libvirt-qemu, usr.lib.libvirt.virt-aa-helper). */
export const IMAGES = "/var/lib/libvirt/images";

/** What of an owner mark is in a pool's name. */
export type PoolMark = Pick<OwnerMark, "lab" | "id">;

/**
 * Storage pool of a lab. Pools and volumes have no metadata: the lab's id and name in the pool's name are the mark, and all that is
 * in the pool is the lab's.
 */
export function poolName({ lab, id }: PoolMark): string {
  return `classlab-${id}-${lab}`;
}

/** The mark in a pool's name, of no stack: all of the lab's stacks on a host share it. Undefined when the pool is none of ours. */
export function poolMark(name: string): OwnerMark | undefined {
  const [, id, lab] = /^classlab-([0-9a-f]{16})-(.+)$/.exec(name) ?? [];
  return id === undefined || lab === undefined ? undefined : { lab, id, stack: "" };
}

/** Folder of the pool on the host. */
export function poolFolder(mark: PoolMark): string {
  return `${IMAGES}/${poolName(mark)}`;
}

/** XML of the lab's pool: a folder that only root lists, and QEMU passes through. */
export function renderPool(mark: PoolMark): string {
  const name = poolName(mark);
  return renderXml({
    pool: {
      "@type": "dir",
      name,
      uuid: uuidOf(mark, "pool", name),
      target: { path: poolFolder(mark), permissions: { mode: "0711" } },
    },
  });
}

/** Volume that is a guest's disk. */
export function diskVolume(guest: Pick<GuestPlan, "objectName">): string {
  return `${guest.objectName}-disk.qcow2`;
}

/** Volume that is a guest's seed. */
export function seedVolume(guest: Pick<GuestPlan, "objectName">): string {
  return `${guest.objectName}-seed.iso`;
}

/** Size of a seed's volume in bytes: one size, so that a changed seed takes the place of the one before. */
export const SEED_BYTES = 1024 * 1024;

/** A base image: read by all guests of a host, written by none. */
export interface BaseImage {
  /** Absolute path on the host. */
  readonly path: string;
  readonly format: "qcow2" | "raw";
}

/**
 * XML of a guest's disk for `virsh vol-create`: an overlay that holds what the guest writes; the base image stays as it is. `compat`
 * 1.1 is QEMU's own default since 1.7; libvirt's is older.
 */
export function renderOverlay(guest: Pick<GuestPlan, "objectName" | "disk">, base: BaseImage): string {
  return renderXml({
    volume: {
      name: diskVolume(guest),
      capacity: { "@unit": "GiB", "#": guest.disk.size },
      allocation: 0,
      target: { format: { "@type": "qcow2" }, compat: "1.1", permissions: { mode: "0600" } },
      backingStore: { path: base.path, format: { "@type": base.format } },
    },
  });
}

/** XML of the volume for a guest's seed, for `virsh vol-create`; what is in it comes by `virsh vol-upload`. Only root reads it: it is a secret. */
export function renderSeedVolume(guest: Pick<GuestPlan, "objectName">): string {
  return renderXml({
    volume: {
      name: seedVolume(guest),
      capacity: { "@unit": "bytes", "#": SEED_BYTES },
      target: { format: { "@type": "raw" }, permissions: { mode: "0600" } },
    },
  });
}
