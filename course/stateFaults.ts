import type { LabConfig } from "./config";
import { exerciseData } from "./exercises";
import type { Fault } from "./faults";
import type { Mode } from "./modes";
import type { PlacedTeam } from "./placement";
import { stateOf } from "./states";
import { MODE_SUPPORT, type Support, type Target } from "./support";

/** What each target does with each mode. */
type ModeTable = Readonly<Record<Target, Readonly<Record<Mode, Support>>>>;

/** Where a team's state is written. */
function whereOf(config: LabConfig, team: PlacedTeam): string {
  if (team.state) {
    const index = Array.isArray(config.teams)
      ? config.teams.findIndex((entry) => typeof entry === "object" && entry.id === team.id)
      : -1;
    return index < 0 ? "lab.teams" : `lab.teams[${index}].state`;
  }
  return config.state ? "lab.state" : "lab.exercises[0]";
}

function stateFault(config: LabConfig, team: PlacedTeam, table: ModeTable): Fault[] {
  const state = stateOf(config, team);
  if (state.at === "configured") return [];
  const data = exerciseData(state.exercise);
  const where = whereOf(config, team);
  const words = state.at === "start" ? `the start of ${data.id}` : `${data.id} solved`;
  const refusal = data[state.at].refused[team.host.target];
  if (refusal) {
    return [
      {
        code: "state-unsupported",
        where,
        what: `${words} is not made on the ${team.host.target} target: ${refusal.why}`,
        expected: refusal.instead,
      },
    ];
  }
  const { adapters } = data[state.at];
  const support = adapters === "configured" ? undefined : table[team.host.target][adapters];
  if (support?.kind === "refused") {
    return [
      {
        code: "state-unsupported",
        where,
        what: `${words} is in mode "${adapters}", which the ${team.host.target} target refuses: ${support.why}`,
        expected: support.instead,
      },
    ];
  }
  if (config.guests.length < data.needs.guests) {
    return [
      {
        code: "state-unsupported",
        where,
        what: `${words} needs ${data.needs.guests} guests a team, and ${config.guests.length} is configured`,
        expected: `at least ${data.needs.guests} entries under lab.guests`,
      },
    ];
  }
  return [];
}

/**
 * States that cannot be made where their teams are: one fault for each place in the configuration.
 * @param table what targets do with modes
 */
export function checkStates(
  config: LabConfig,
  teams: readonly PlacedTeam[],
  table: ModeTable = MODE_SUPPORT,
): Fault[] {
  const faults = teams.flatMap((team) => stateFault(config, team, table));
  return faults.filter(
    (fault, index) =>
      faults.findIndex((other) => other.where === fault.where && other.what === fault.what) === index,
  );
}

/** Faults of switches that the configuration does not list: what is to be mended is that it does not. */
export function checkStateSwitches(config: LabConfig, faults: readonly Fault[]): Fault[] {
  /** NaN, which is behind nothing, for a fault of no switch alone. */
  const index = (where: string) => Number(/lab\.switches\[(\d+)\]/.exec(where)?.[1]);
  return faults.map((fault) =>
    index(fault.where) >= config.switches.length
      ? {
          ...fault,
          where: "lab.switches",
          what: `a state needs a switch that the configuration does not list: ${fault.what}`,
          fix: "List a switch in that mode with a subnet of its own",
        }
      : fault,
  );
}
