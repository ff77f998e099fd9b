import type { LabConfig } from "./config";
import { type Amounts, guestDemand, totalOf } from "./demand";
import { exerciseData } from "./exercises";
import { guestsStanding, type StatePlan, stateOf, statesOfClass } from "./states";
import type { Target } from "./support";
import type { TeamIdentity } from "./teams";

/** Where a team stands, and comes to stand in the exercises that the class does. */
function statesAhead(config: LabConfig, team: Pick<TeamIdentity, "state">, target: Target): StatePlan[] {
  const ahead = statesOfClass(config).filter(
    ({ exercise, at }) => exerciseData(exercise)[at].refused[target] === undefined,
  );
  return [stateOf(config, team), ...ahead];
}

function demandIn(config: LabConfig, state: StatePlan, target: Target): Amounts {
  return totalOf(guestsStanding(config, state).map((guest) => guestDemand(guest, target)));
}

/**
 * What a team's guests ask of their host at the most, each amount by itself: where the team stands now, and at the start and the
 * end of every exercise that the class does, which learners come to on the same host.
 */
export function teamDemand(config: LabConfig, team: Pick<TeamIdentity, "state">, target: Target): Amounts {
  const demands = statesAhead(config, team, target).map((state) => demandIn(config, state, target));
  const most = (amount: keyof Amounts) => Math.max(...demands.map((demand) => demand[amount]));
  return { cpus: most("cpus"), memory: most("memory"), disk: most("disk") };
}

/** {@link teamDemand}, worked out once for teams that are alike. */
export function teamDemands(
  config: LabConfig,
): (team: Pick<TeamIdentity, "state">, target: Target) => Amounts {
  const known = new Map<string, Amounts>();
  return (team, target) => {
    const key = `${target} ${JSON.stringify(team.state)}`;
    const demand = known.get(key) ?? teamDemand(config, team, target);
    known.set(key, demand);
    return demand;
  };
}
