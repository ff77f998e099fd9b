import { join } from "node:path";
import { COURSE_IMAGES, type CourseImageName, type ImageRecord, type ImageSet } from "../../course/images";
import type { LabPlan } from "../../course/plan";
import { makePlan } from "../../course/plan";
import type { LabRecord } from "../../course/record";
import { imageTableSchema, labRecordSchema } from "../../course/record";
import { readStackFile } from "../../operations/stackFile";
import { ROOT } from "./cli";

/** The plan of the dev lab as the repository has it. */
export function devPlan(): LabPlan {
  const file = readStackFile(join(ROOT, "Pulumi.dev.yaml"));
  const planned = makePlan(file.lab, file.config);
  if (!planned.ok) throw new Error(JSON.stringify(planned.faults));
  return planned.value;
}

function image(name: CourseImageName | "guest"): ImageRecord {
  return { reference: `classlab/${name}:0123456789ab`, id: `sha256:${name}` };
}

const IMAGES: ImageSet = {
  source: "distribution",
  guest: image("guest"),
  course: imageTableSchema.parse(Object.fromEntries(COURSE_IMAGES.map(({ name }) => [name, image(name)]))),
};

/** Decisions of a lab as a first run would take them. */
export const RECORD: LabRecord & { readonly images: ImageSet } = {
  ...labRecordSchema.parse({
    schemaVersion: 1,
    labId: "0123456789abcdef",
    access: "routed",
    published: {},
  }),
  images: IMAGES,
};
