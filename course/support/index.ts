export type { Cell, Text } from "./cells";
export { type ExerciseSupport, exerciseSupport, modeInExercise } from "./exercises";
export { FEATURE_NAMES, type Feature } from "./features";
export { type Source, sourceWords } from "./sources";
export { SUPPORT, supportOf } from "./table";
export {
  BUILT_TARGETS,
  HOST_KIND_NAMES,
  HOST_KINDS,
  type HostKind,
  TARGET_NAMES,
  TARGETS,
  type Target,
} from "./targets";
