import type { Mode } from "./modes";

/** Every exercise of the course, in its order; ids as in course.md, "Exercises". */
export const EXERCISE_IDS = [
  "1-virtualbox",
  "2-guest",
  "3a-clone",
  "3b-disabled",
  "3b-host-only",
  "3b-nat",
  "3b-nat-network",
  "3b-bridged",
  "3b-internal",
  "vlan",
  "hyperv",
  "vagrant",
  "nested",
  "4-docker",
  "5-image",
  "6-php",
  "6-wordpress",
  "final",
] as const;

/** One of the course's exercises. */
export type ExerciseId = (typeof EXERCISE_IDS)[number];

/** Exercises whose check lists `verify` can run on a lab in the solved state; ids as in course.md, "Exercises". */
export const EXERCISES = [
  "3b-disabled",
  "3b-host-only",
  "3b-nat",
  "3b-nat-network",
  "3b-bridged",
  "3b-internal",
  "4-docker",
  "6-php",
  "6-wordpress",
] as const;

/** One of the exercises. */
export type Exercise = (typeof EXERCISES)[number];

/** The exercise that a mode is taught in. */
export function exerciseOfMode(mode: Mode): Exercise {
  return `3b-${mode}`;
}
