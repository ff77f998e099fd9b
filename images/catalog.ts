import type { CourseImageName } from "../course/images";

/** How an image is built from distribution packages. */
export interface Recipe {
  /** Folder below `images/`. */
  readonly folder: string;
  /** What `BASE` is: the distribution's base image, another course image, or nothing (the recipe starts from scratch). */
  readonly base: "distribution" | CourseImageName | "none";
}

/** The recipes of the course images, in an order in which each comes after its base. */
export const RECIPES: Readonly<Record<CourseImageName, Recipe>> = {
  "hello-world": { folder: "hello-world", base: "distribution" },
  alpine: { folder: "alpine", base: "distribution" },
  ubuntu: { folder: "ubuntu", base: "distribution" },
  nginx: { folder: "nginx", base: "distribution" },
  "php-apache": { folder: "php-apache", base: "distribution" },
  wordpress: { folder: "wordpress", base: "php-apache" },
  database: { folder: "database", base: "distribution" },
};

/** Said at login, in `/etc/motd` and in the summary where Debian or Ubuntu content stands in for an official image. */
export const STAND_IN_TEXT =
  "This guest is a container that stands in for an Ubuntu VM. It is built from distribution packages, not from Ubuntu's own image.";

/** The same of a virtual machine. */
export const MACHINE_STAND_IN_TEXT =
  "This machine stands in for an Ubuntu VM. It is built from distribution packages, not from Ubuntu's own image.";
