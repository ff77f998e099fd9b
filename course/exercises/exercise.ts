import type { DockerStackConfig } from "../config";
import type { CourseImageName } from "../images";
import type { Language } from "../languages";
import type { Mode, SwitchMode } from "../modes";
import type { Target } from "../support";
import type { ExerciseId } from "./ids";

/** A text in every language of the course. */
export type LocalText = Readonly<Record<Language, string>>;

/** Why a target does not make a state, and what to use instead; in English, as all faults are. */
export interface StateRefusal {
  readonly why: string;
  /** Completes "Expected …". */
  readonly instead: string;
}

/** What a team's lab is at the start or at the end of an exercise. */
export interface ExerciseState {
  readonly words: LocalText;
  /** How many of the configured guests stand, in their order. */
  readonly guests: 0 | 1 | "all";
  /** The mode of every guest's only adapter; `configured`: the adapters that are configured. */
  readonly adapters: Mode | "configured";
  /** Kinds of Docker stacks that run, in the order in which ports are given to them; none is an empty list. */
  readonly stacks: readonly DockerStackConfig["kind"][];
  /** Traits of the first guest that are the exercise's own work; absent where they are as configured. */
  readonly first?: {
    /** Whether guests run in it. */
    readonly nested?: boolean;
    /** The snapshot and the full clone that the exercise makes of it. */
    readonly cloned?: true;
    /** The folder of the host that it mounts. */
    readonly sharedFolder?: true;
  };
  /** Targets that do not make it; the others do. */
  readonly refused: Readonly<Partial<Record<Target, StateRefusal>>>;
}

/** One line of a check list. */
export interface ChecklistItem extends LocalText {
  /** Lines of the manual that say it, such as `L2894`; where it is silent, the part of the course that does. */
  readonly manual: string;
}

/** What must be there before an exercise begins. */
export interface ExerciseNeeds {
  /** Number of guests, at least. */
  readonly guests: 0 | 1 | 2;
  /** Whether a guest's Docker Engine runs. */
  readonly docker: boolean;
  /** Course images that its commands name. */
  readonly images: readonly CourseImageName[];
  /** Modes of the switches that guests are connected to. */
  readonly switches: readonly SwitchMode[];
  /** What else is ready beforehand, by hand or by whoever prepares the host. */
  readonly others: readonly LocalText[];
}

/** One exercise of the course. */
export interface ExerciseData {
  readonly id: ExerciseId;
  readonly title: LocalText;
  /** Lines of the manual, such as `L2945–3226`. */
  readonly manual: string;
  readonly needs: ExerciseNeeds;
  readonly start: ExerciseState;
  readonly solved: ExerciseState;
  /** The check list in words; what learners see for themselves. */
  readonly checks: readonly [ChecklistItem, ...ChecklistItem[]];
  /** Whether what learners make is inside guests, where no plan of a lab reaches. */
  readonly inside: boolean;
}
