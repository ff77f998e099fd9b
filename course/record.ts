import { z } from "zod";
import { COURSE_IMAGES, IMAGE_SOURCES } from "./images";

const imageRecord = z.strictObject({ reference: z.string(), id: z.string() });

/** The course images by name, each of them present. */
export const imageTableSchema = z.record(z.enum(COURSE_IMAGES.map((image) => image.name)), imageRecord);

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
  /** Source and ids of the images. */
  images: z.strictObject({
    source: z.enum(IMAGE_SOURCES).exclude(["auto"]),
    guest: imageRecord,
    course: imageTableSchema,
  }),
});

/** A lab's decisions, as kept in state. */
export type LabRecord = z.output<typeof labRecordSchema>;

/** Type token by which the record is found in a stack's state. */
export const LAB_RECORD_TYPE = "classlab:index:LabRecord";
