import type { Mode } from "../modes";

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

/** Exercises of whose check lists `verify` measures something; of the others all is done by hand. */
export const EXERCISES = [
  "3b-disabled",
  "3b-host-only",
  "3b-nat",
  "3b-nat-network",
  "3b-bridged",
  "3b-internal",
  "vlan",
  "nested",
  "4-docker",
  "5-image",
  "6-php",
  "6-wordpress",
] as const;

/** One of the exercises that `verify` measures. */
export type Exercise = (typeof EXERCISES)[number];

/** The exercise that a mode is taught in. */
export function exerciseOfMode(mode: Mode): Exercise {
  return `3b-${mode}`;
}

/** The exercises that are done with a guest's Docker Engine, whatever they make there. */
export const DOCKER_EXERCISES: readonly Exercise[] = ["4-docker", "5-image", "6-php", "6-wordpress"];
