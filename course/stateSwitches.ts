import type { LabConfig, SwitchConfig } from "./config";
import { EXERCISE_DATA } from "./exercises";
import { MODE_TRAITS, type SwitchMode } from "./modes";
import { modeOf, type StateHost, stateOf, switchOfMode } from "./states";
import type { TeamIdentity } from "./teams";

/** A lab's configuration with the switches that its teams' states need and it does not list. */
export interface StateSwitches {
  /** The configuration; what was added is behind what it lists. */
  readonly config: LabConfig;
  /** Whether a team has a switch: all have what is configured, and of what was added those whose state needs it. */
  has(team: Pick<TeamIdentity, "id">, switchName: string): boolean;
}

/** A name for an added switch that no configured one has, within the 15 characters of names. */
function freeName(switches: readonly SwitchConfig[], mode: SwitchMode): string {
  const base = mode === "bridged" ? "lan" : mode;
  const taken = (name: string) => switches.some((entry) => entry.name === name);
  let name: string = base;
  for (let number = 2; taken(name); number += 1) name = `${base}-${number}`;
  return name;
}

/** A team in a state of its own or the lab's, and where it is. */
export type StandingTeam = Pick<TeamIdentity, "id" | "state"> & { readonly host: StateHost };

function modeNeeded(config: LabConfig, team: StandingTeam): SwitchMode | undefined {
  const mode = modeOf(stateOf(config, team), team.host);
  return mode === "configured" || mode === "disabled" ? undefined : mode;
}

/** Every mode that a state of the course connects guests to, in the order in which switches are added. */
const MODES_OF_STATES: readonly SwitchMode[] = [
  ...new Set(
    EXERCISE_DATA.flatMap(({ start, solved }) =>
      [start.adapters, solved.adapters].flatMap((mode) =>
        mode === "configured" || mode === "disabled" ? [] : [mode],
      ),
    ),
  ),
];

/** Adds a switch with the mode's own subnet for each mode that a team's state needs and the configuration does not list. */
export function withStateSwitches(config: LabConfig, teams: readonly StandingTeam[]): StateSwitches {
  const needed = new Map(teams.map((team) => [team.id, modeNeeded(config, team)]));
  const modes = new Set(needed.values());
  const added = MODES_OF_STATES.filter(
    (mode) => modes.has(mode) && switchOfMode(config.switches, mode) === undefined,
  ).map(
    (mode): SwitchConfig => ({
      name: freeName(config.switches, mode),
      mode,
      subnet: MODE_TRAITS[mode].subnet,
    }),
  );
  return {
    config: { ...config, switches: [...config.switches, ...added] },
    has: (team, switchName) => {
      const own = added.find((entry) => entry.name === switchName);
      return own === undefined || MODE_TRAITS[own.mode].shared || needed.get(team.id) === own.mode;
    },
  };
}
