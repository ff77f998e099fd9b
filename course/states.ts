import type { GuestConfig, LabConfig } from "./config";
import type { ExerciseId } from "./exercises";
import type { TeamIdentity } from "./teams";

/** Where in the course a team's lab stands; `configured`: all that the configuration lists, whatever exercise it is of. */
export type StatePlan =
  | { readonly at: "configured" }
  | { readonly at: "start" | "solved"; readonly exercise: ExerciseId };

/** The state of a team: its own, the lab's, the start of the first exercise, or all that is configured. */
export function stateOf(config: LabConfig, team: Pick<TeamIdentity, "state">): StatePlan {
  const [first] = config.exercises ?? [];
  return team.state ?? config.state ?? (first ? { at: "start", exercise: first } : { at: "configured" });
}

/** The guests of a team in a state: what an exercise starts with or ends with, of what is configured. */
export function guestsIn(config: LabConfig, state: StatePlan): readonly GuestConfig[] {
  void state;
  return config.guests;
}
