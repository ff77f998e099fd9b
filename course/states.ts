import type { DockerStackConfig, GuestConfig, LabConfig, SwitchConfig } from "./config";
import { type ExerciseId, type ExerciseState, exerciseData } from "./exercises";
import type { HostPlan } from "./hosts";
import type { Mode, SwitchMode } from "./modes";
import { stacksOf } from "./stateStacks";
import { modeInExercise, type Target } from "./support";
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

/** The start and the end of every exercise that the class does, in its order. */
export function statesOfClass(config: LabConfig): readonly NonNullable<TeamIdentity["state"]>[] {
  return (config.exercises ?? []).flatMap((exercise) => [
    { exercise, at: "start" },
    { exercise, at: "solved" },
  ]);
}

/** What the course says of a state; undefined where all that is configured stands. */
export function stateData(state: StatePlan): ExerciseState | undefined {
  return state.at === "configured" ? undefined : exerciseData(state.exercise)[state.at];
}

/** What of a host decides how a state is made there. */
export type StateHost = Pick<HostPlan, "target" | "kind">;

/** The mode of every guest's only adapter in a state on a host: the course's, or what the host has in its place. */
export function modeOf(state: StatePlan, { target, kind }: StateHost): Mode | "configured" {
  if (state.at === "configured") return "configured";
  const { adapters } = exerciseData(state.exercise)[state.at];
  return adapters === "configured" ? adapters : modeInExercise(state.exercise, adapters, target, kind);
}

/** The switch that guests of a state are connected to for a mode: the first of that mode that is no VLAN. */
export function switchOfMode(switches: readonly SwitchConfig[], mode: SwitchMode): SwitchConfig | undefined {
  return switches.find((entry) => entry.mode === mode && entry.vlan === undefined);
}

function adaptersIn(config: LabConfig, guest: GuestConfig, mode: Mode): GuestConfig["adapters"] {
  if (mode === "disabled") return [{ mode }];
  const onSwitch = switchOfMode(config.switches, mode);
  if (!onSwitch) throw new Error(`a state needs a switch in mode ${mode}, which was not added`);
  const configured = guest.adapters.find(
    (adapter) => "switch" in adapter && adapter.switch === onSwitch.name,
  );
  return [configured ?? { switch: onSwitch.name }];
}

/** The manual's name for the snapshot (L2744); it gives the clone none. */
const SNAPSHOT = "snapshot1";
const CLONE = "clone1";

/** Whether a state has a clone whatever is configured, on some target of those given. */
const makesClone = (state: StatePlan, targets: readonly Target[]): boolean => {
  const data = stateData(state);
  return data?.first?.cloned === true && targets.some((target) => !data.refused[target]);
};

/**
 * How many clones states make that the configuration does not list: one, where any state that a team is or comes to be in makes it of a
 * guest that has none.
 */
export function clonesOfStates(
  config: LabConfig,
  teams: readonly Pick<TeamIdentity, "state">[],
  targets: readonly Target[],
): number {
  const states = [...teams.map((team) => stateOf(config, team)), ...statesOfClass(config)];
  const cloned = states.some((state) => makesClone(state, targets));
  return cloned && config.guests[0]?.clones.length === 0 ? 1 : 0;
}

/** What the exercise's own work adds to its guest, where the configuration has not said more of it. */
function worked(guest: GuestConfig, first: ExerciseState["first"]): Partial<GuestConfig> {
  return {
    ...(first?.nested === undefined ? {} : { nested: first.nested }),
    ...(first?.sharedFolder
      ? { sharedFolder: guest.sharedFolder ?? { name: "mount-test-win", mountPoint: "mnt-test" } }
      : {}),
    ...(first?.cloned
      ? {
          snapshots: guest.snapshots.length > 0 ? guest.snapshots : [SNAPSHOT],
          clones: guest.clones.length > 0 ? guest.clones : [{ name: CLONE, kind: "full" as const }],
        }
      : {}),
  };
}

/** The Docker stacks of each guest, in a state or in any: by the guest's place in the configuration. */
function dockerOf(config: LabConfig, state: ExerciseState): readonly (readonly DockerStackConfig[])[] {
  return stacksOf(config.guests, state.stacks);
}

/** The guests of a team in a state, on whatever host: what an exercise starts with or ends with, of what is configured, but for adapters. */
export function guestsStanding(config: LabConfig, state: StatePlan): readonly GuestConfig[] {
  if (state.at === "configured") return config.guests;
  const exercise = exerciseData(state.exercise);
  const data = exercise[state.at];
  const docker = dockerOf(config, data);
  const standing = data.guests === "all" ? config.guests : config.guests.slice(0, data.guests);
  return standing.map((guest, index) => ({
    ...guest,
    // How many machines stand is the exercise's; where it is about copies, they are its learners' to make.
    clones: [],
    snapshots: exercise.solved.first?.cloned ? [] : guest.snapshots,
    ...(index === 0 ? worked(guest, data.first) : {}),
    docker: [...(docker[index] ?? [])],
  }));
}

/**
 * {@link guestsStanding} with the adapters that they have on a host.
 * @param config with the switches that the state needs there, as from `withStateSwitches`
 */
export function guestsIn(config: LabConfig, state: StatePlan, host: StateHost): readonly GuestConfig[] {
  const mode = modeOf(state, host);
  const guests = guestsStanding(config, state);
  return mode === "configured"
    ? guests
    : guests.map((guest) => ({ ...guest, adapters: adaptersIn(config, guest, mode) }));
}

/**
 * The Docker stacks that a guest may have in the team's exercise, whatever its state: their ports are the guest's from the
 * start, since learners open them too, and a guest keeps its ports when its team moves on.
 */
export function stacksToCome(
  config: LabConfig,
  state: StatePlan,
  guestName: string,
): readonly DockerStackConfig[] {
  const index = config.guests.findIndex((guest) => guest.name === guestName);
  const configured = config.guests[index]?.docker ?? [];
  if (state.at === "configured") return configured;
  const solved = dockerOf(config, exerciseData(state.exercise).solved)[index] ?? [];
  return [...configured, ...solved.filter((stack) => !configured.some((other) => other.kind === stack.kind))];
}
