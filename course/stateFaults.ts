import type { LabConfig } from "./config";
import { exerciseData } from "./exercises";
import type { Fault } from "./faults";
import type { PlacedTeam } from "./placement";
import { modeOf, stateData, stateOf } from "./states";
import { type Feature, HOST_KIND_NAMES, supportOf } from "./support";
import { CLOUDS } from "./support/targets";

/** What each target does with a feature on a kind of host. */
type SupportTable = typeof supportOf;

/** What a state itself asks of a host, whatever is configured, and how that is said of it. */
function asksOf(config: LabConfig, team: PlacedTeam): readonly (readonly [Feature, string])[] {
  const state = stateOf(config, team);
  const mode = modeOf(state, team.host);
  const first = stateData(state)?.first;
  return [
    ...(mode === "configured" ? [] : [[mode, `is in mode "${mode}"`] as const]),
    ...(first?.nested ? [["nested", "has guests in a guest"] as const] : []),
    ...(first?.sharedFolder ? [["shared-folder", "has a shared folder"] as const] : []),
    ...(first?.cloned
      ? [["snapshots", "has a snapshot"] as const, ["full-clone", "has a full clone"] as const]
      : []),
  ];
}

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

/**
 * What to do where the first exercise of the class, whose start is every team's state by itself, is not made there: the start of its first one
 * that is.
 */
function otherStart(
  config: LabConfig,
  team: PlacedTeam,
  support: SupportTable,
): Pick<Fault, "fix"> | undefined {
  if (team.state || config.state) return undefined;
  const made = config.exercises?.find((exercise) => {
    const there = { ...team, state: { exercise, at: "start" as const } };
    return stateFault(config, there, support).length === 0;
  });
  return made && { fix: `Set "state: { exercise: ${made}, at: start }" under lab: teams can start there` };
}

function stateFault(config: LabConfig, team: PlacedTeam, support: SupportTable): Fault[] {
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
        ...otherStart(config, team, support),
      },
    ];
  }
  const { target, kind } = team.host;
  const cloud = CLOUDS.includes(kind);
  for (const [feature, says] of asksOf(config, team)) {
    const cell = support(feature, target, kind);
    if (cell.kind !== "refused") continue;
    const place = cloud ? ` on ${HOST_KIND_NAMES[kind]}` : "";
    return [
      {
        code: "state-unsupported",
        where,
        what: `${words} ${says}, which the ${target} target refuses${place}: ${cell.why}`,
        expected: cloud ? "a state of another exercise, or hosts in the classroom" : cell.instead,
        ...otherStart(config, team, support),
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
 * @param support what targets do with features
 */
export function checkStates(
  config: LabConfig,
  teams: readonly PlacedTeam[],
  support: SupportTable = supportOf,
): Fault[] {
  const faults = teams.flatMap((team) => stateFault(config, team, support));
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
