import { DOCKER_EXERCISE_DATA } from "./docker";
import type { ExerciseData } from "./exercise";
import { EXERCISE_IDS, type ExerciseId } from "./ids";
import { MACHINE_EXERCISES } from "./machines";
import { NETWORK_EXERCISES } from "./networks";

export type {
  ChecklistItem,
  ExerciseData,
  ExerciseNeeds,
  ExerciseState,
  LocalText,
  StateRefusal,
} from "./exercise";
export {
  DOCKER_EXERCISES,
  EXERCISE_IDS,
  EXERCISES,
  type Exercise,
  type ExerciseId,
  exerciseOfMode,
} from "./ids";

const BY_ID: ReadonlyMap<ExerciseId, ExerciseData> = new Map(
  [...MACHINE_EXERCISES, ...NETWORK_EXERCISES, ...DOCKER_EXERCISE_DATA].map((entry) => [entry.id, entry]),
);

/** What the course says of an exercise. */
export function exerciseData(id: ExerciseId): ExerciseData {
  const data = BY_ID.get(id);
  if (!data) throw new Error(`exercise ${id} has no data`);
  return data;
}

/** Every exercise, in the course's order. */
export const EXERCISE_DATA: readonly ExerciseData[] = EXERCISE_IDS.map(exerciseData);
