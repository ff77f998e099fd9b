import type { Edition } from "./editions";

/** An image that learners' commands name, present in every guest's Docker before the class. */
export interface CourseImage {
  /** Short name, also the folder under `images/`. */
  readonly name: string;
  /** The references learners type; the first is the one shown. */
  readonly tags: readonly string[];
  /** The same as the manual of 2019 prints them, where it names another version. */
  readonly printed?: readonly string[];
}

/** The course's images (course.md, exercises 4 to 6). The sheet's commands must work without a pull. */
export const COURSE_IMAGES = [
  { name: "nginx", tags: ["nginx:latest"] },
  { name: "hello-world", tags: ["hello-world:latest"] },
  { name: "ubuntu", tags: ["ubuntu:latest"] },
  { name: "alpine", tags: ["alpine:latest"] },
  // Manual L3514.
  { name: "php-apache", tags: ["php:apache"], printed: ["php:7.0-apache"] },
  { name: "wordpress", tags: ["wordpress:latest"] },
  // Manual L3675.
  { name: "database", tags: ["mariadb:latest"], printed: ["mysql:5.7"] },
] as const satisfies readonly CourseImage[];

/** Name of a course image. */
export type CourseImageName = (typeof COURSE_IMAGES)[number]["name"];

/** The references that learners type, image by image, as the edition of their manual has them. */
export function imageNames(edition: Edition = "current"): readonly Pick<NamedImage, "name" | "tags">[] {
  return COURSE_IMAGES.map(({ name, tags, printed }: NamedImage) => ({
    name,
    tags: (edition === "2019" && printed) || tags,
  }));
}

interface NamedImage extends CourseImage {
  readonly name: CourseImageName;
}

/** Where images come from: official registries, or the host's distribution packages where no registry answers. */
export const IMAGE_SOURCES = ["auto", "registry", "distribution"] as const;

/** A decided source: `auto` is decided once per lab. */
export type DecidedImageSource = Exclude<(typeof IMAGE_SOURCES)[number], "auto">;

/** One image as it stands on a host. */
export interface ImageRecord {
  /** Reference under which the host's cache holds it, e.g. `classlab/nginx:1f0c…`. */
  readonly reference: string;
  /** Content id on the host (`sha256:…`). */
  readonly id: string;
}

/** The images of a lab as decided and found. */
export interface ImageSet {
  /** Where they came from. */
  readonly source: DecidedImageSource;
  /** Of which edition of the course they are; absent in records of labs that were made before there was a choice: the current one. */
  readonly edition?: Edition | undefined;
  /** The guest's own image. */
  readonly guest: ImageRecord;
  /** The course images by name. */
  readonly course: Readonly<Record<CourseImageName, ImageRecord>>;
  /** That of the class's own registry; absent where the lab runs none. */
  readonly registry?: ImageRecord | undefined;
}
