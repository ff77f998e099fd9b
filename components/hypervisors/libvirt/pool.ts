import type { OwnerMark } from "../../../course/mark";
import type { GuestPlan } from "../../../course/plan";
import { uuidOf } from "../identity";
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

/** Volume that a guest's clones begin with. */
export function cloneBaseVolume(guest: Pick<GuestPlan, "objectName">): string {
  return `${guest.objectName}-base.qcow2`;
}

/** Volume that is a guest's seed. */
export function seedVolume(guest: Pick<GuestPlan, "objectName">): string {
  return `${guest.objectName}-seed.iso`;
}

/** Size of a seed's volume in bytes: one size, so that a changed seed takes the place of the one before. */
export const SEED_BYTES = 1024 * 1024;

/** What disks lie over: read by guests, written by none. */
export interface BaseImage {
  /** Absolute path on the host. */
  readonly path: string;
  readonly format: "qcow2" | "raw";
  /** True for one that holds what a guest wrote: it is the lab's, and nobody else's to read. */
  readonly own?: true;
  /** What it lies over itself. */
  readonly over?: BaseImage;
}

/** What a clone is made of: the frozen copy of its guest's disk. */
export function cloneBase(origin: NonNullable<GuestPlan["cloneOf"]>, mark: PoolMark): BaseImage {
  return { path: `${poolFolder(mark)}/${cloneBaseVolume(origin)}`, format: "qcow2", own: true };
}

/**
 * What a guest's disk lies over; undefined where it is a copy. A disk whose space is set aside is one: no overlay can have that (qemu-img
 * refuses preallocation with a backing file). So is that of a full clone; a linked clone's never is.
 */
export function underDisk(
  guest: Pick<GuestPlan, "cloneOf" | "disk">,
  image: BaseImage,
  mark: PoolMark,
): BaseImage | undefined {
  const own = guest.disk.allocation === "fixed" ? undefined : image;
  if (!guest.cloneOf) return own;
  if (guest.cloneOf.kind === "full") return undefined;
  return { ...cloneBase(guest.cloneOf, mark), ...(own ? { over: own } : {}) };
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
