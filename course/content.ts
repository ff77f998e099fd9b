import type { Exercise } from "./exercises";
import type { DockerStackPlan } from "./plan";

/** What a stack's page must hold. */
export interface Content {
  /** Extended regular expression that a line of the page matches. */
  readonly pattern: string;
  /** What the page is, in words. */
  readonly what: string;
  readonly rule: string;
}

const CONTENT: Readonly<Record<DockerStackPlan["kind"], Content & { readonly exercise: Exercise }>> = {
  nginx: {
    pattern: "Welcome to nginx!",
    what: "Welcome to nginx!",
    rule: "course.md, 4-docker",
    exercise: "4-docker",
  },
  "nginx-farm": {
    pattern: "Welcome to nginx!",
    what: "Welcome to nginx!",
    rule: "manual L3222",
    exercise: "4-docker",
  },
  "php-apache": { pattern: "PHP Version", what: "phpinfo", rule: "course.md, 6-php", exercise: "6-php" },
  // The page of its set-up until somebody installs it, then whatever they made of it: its own files are named in both.
  wordpress: {
    pattern: "wp-(admin|content|includes)",
    what: "WordPress",
    rule: "course.md, 6-wordpress",
    exercise: "6-wordpress",
  },
};

/** What a stack of a kind shows. */
export function contentOf(kind: DockerStackPlan["kind"]): Content {
  const { exercise: _, ...content } = CONTENT[kind];
  return content;
}

/** The exercise that a stack of a kind is made in. */
export function stackExercise(kind: DockerStackPlan["kind"]): Exercise {
  return CONTENT[kind].exercise;
}
