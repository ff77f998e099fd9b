import { z } from "zod";
import { EDITIONS } from "./editions";
import { COURSE_IMAGES, IMAGE_SOURCES } from "./images";

const imageRecord = z.strictObject({ reference: z.string(), id: z.string() });

/** The course images by name, each of them present. */
export const imageTableSchema = z.record(z.enum(COURSE_IMAGES.map((image) => image.name)), imageRecord);

/**
 * What was found of a host that guests run on by libvirt, and what they are made of there. Found once, before the lab is made: a plan and
 * a preview do not depend on the moment.
 */
const libvirtHostSchema = z.strictObject({
  /** KVM where a guest really started with it, else QEMU's own processor. */
  acceleration: z.enum(["kvm", "tcg"]),
  /** The host's bridge on the classroom LAN; absent where it has none, and a bridge of the lab's own stands in for the LAN. */
  bridge: z.string().optional(),
  /**
   * By what guests that run guests see that they can; `none` where the host does not let them. Absent in records of labs that were made
   * before it was looked at.
   */
  virtualization: z.enum(["vmx", "svm", "none"]).optional(),
  /**
   * The UEFI firmware that the host has for guests: `secure` where one of them checks signatures by Microsoft's keys; and whether it emulates a TPM 2.0. Absent
   * where no guest has Windows.
   */
  firmware: z.strictObject({ uefi: z.enum(["none", "plain", "secure"]), tpm: z.boolean() }).optional(),
  /** How guests mount a folder of the host: virtiofs where its server is there, else 9p. */
  sharedFolders: z.enum(["virtiofs", "9p"]),
});

/** What was found of a host of the target libvirt. */
export type LibvirtHostRecord = z.output<typeof libvirtHostSchema>;

const libvirtSchema = z.strictObject({
  /** Name of the machine image, which is that of its folder in the cache of each host: a hash in hexadecimal, for a cloud image behind its release. */
  image: z.string().regex(/^(?:ubuntu-\d{2}\.\d{2}-)?[0-9a-f]{8,64}$/),
  /** By the name of the host. */
  hosts: z.record(z.string(), libvirtHostSchema),
});

/** What guests on libvirt are made of. */
export type LibvirtRecord = z.output<typeof libvirtSchema>;

/** What guests' disks on a host of VirtualBox begin with. */
const virtualBoxSource = z.discriminatedUnion("kind", [
  /** A disk image on the host, by the hash of its content in hexadecimal and its absolute path there. */
  z.strictObject({ kind: z.literal("image"), hash: z.string().regex(/^[0-9a-f]{8,64}$/), path: z.string() }),
  /** Nothing: the learner installs from this image of a DVD on the host (manual L2580). */
  z.strictObject({ kind: z.literal("installer"), path: z.string() }),
]);

/** What was found of a host that guests run on by VirtualBox, and what they begin with there. */
const virtualBoxHostSchema = z.strictObject({
  version: z.enum(["7", "6.0"]),
  /** Absolute path of the folder for machines, disks and images. */
  folder: z.string(),
  /** The host's card that is on the classroom LAN; absent where no guest is bridged. */
  bridge: z.string().optional(),
  source: virtualBoxSource,
  /** Absolute path of the image of the Guest Additions; absent where the host has none. */
  additions: z.string().optional(),
});

/** What was found of a host of the target virtualbox. */
export type VirtualBoxHostRecord = z.output<typeof virtualBoxHostSchema>;

/** By the name of the host. */
const virtualBoxSchema = z.record(z.string(), virtualBoxHostSchema);

/** What guests on VirtualBox are made of, host by host. */
export type VirtualBoxRecord = z.output<typeof virtualBoxSchema>;

const registryRecord = z.strictObject({
  /** Which of the registry's two authorities signs. */
  signs: z.enum(["a", "b"]),
  /** True while one takes over from the other: guests then trust both. */
  both: z.boolean(),
});

/** How far a change of the registry's authority is. */
export type RegistryRecord = z.output<typeof registryRecord>;

/** The authority of a registry that is new. */
export const FIRST_AUTHORITY: RegistryRecord = { signs: "a", both: false };

/**
 * What was decided once for a lab and must stay, wherever it is run from: kept in the stack's state, read back before
 * every run.
 */
export const labRecordSchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** The random id of the lab, part of the owner mark. Not `id`: the engine takes that name for its own. */
  labId: z.string().regex(/^[0-9a-f]{16}$/),
  /** How guests are reached from this machine. */
  access: z.enum(["routed", "published"]),
  /** Published ports by `publishedKey`. */
  published: z.record(z.string(), z.int().min(1).max(65535)),
  /** Source and ids of the images; absent where no guest is made of them, and none is given any. */
  images: z
    .strictObject({
      source: z.enum(IMAGE_SOURCES).exclude(["auto"]),
      /** Absent in records of labs that were made before there was a choice: the current one. */
      edition: z.enum(EDITIONS).optional(),
      guest: imageRecord,
      course: imageTableSchema,
      /** That of the class's own registry; absent where the lab runs none. */
      registry: imageRecord.optional(),
    })
    .optional(),
  /** The class's own registry; absent where the lab runs none. */
  registry: registryRecord.optional(),
  /** Absent where no host's target is libvirt. */
  libvirt: libvirtSchema.optional(),
  /** Absent where no host's target is virtualbox. */
  virtualbox: virtualBoxSchema.optional(),
});

/** A lab's decisions, as kept in state. */
export type LabRecord = z.output<typeof labRecordSchema>;

/** Type token by which the record is found in a stack's state. */
export const LAB_RECORD_TYPE = "classlab:index:LabRecord";
