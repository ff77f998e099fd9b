import { COURSE_IMAGES } from "./images";
import type { LabPlan } from "./plan";
import { imageTableSchema, type LabRecord } from "./record";
import { targetOfHost } from "./resources";

/** What stands for an image that nobody has looked for. */
const IMAGE = { reference: "draft", id: "draft" };

/**
 * What stands for a lab's record in a preview before there is one: what is decided once is decided by looking at hosts, which may not be
 * made yet. Names of resources depend on none of it; nothing is ever made of it.
 */
export function draftRecord(plan: LabPlan, labId: string): LabRecord {
  const on = (target: LabPlan["target"]) =>
    plan.hosts.map(({ name }) => name).filter((name) => targetOfHost(plan, name) === target);
  const each = <T>(names: readonly string[], value: T): Record<string, T> =>
    Object.fromEntries(names.map((name) => [name, value]));
  const course = imageTableSchema.parse(Object.fromEntries(COURSE_IMAGES.map(({ name }) => [name, IMAGE])));
  return {
    schemaVersion: 1,
    labId,
    access: "routed",
    published: {},
    images: { source: "distribution", guest: IMAGE, course, registry: IMAGE },
    libvirt: {
      image: "00000000",
      hosts: each(on("libvirt"), { acceleration: "kvm", sharedFolders: "9p" }),
    },
    virtualbox: each(on("virtualbox"), {
      version: "7",
      folder: "/",
      source: { kind: "installer", path: "/" },
    }),
  };
}
