import { existsSync } from "node:fs";
import { join } from "node:path";
import { teamKeyPath } from "../components/hypervisors/channelOptions";
import { FaultError, formatFaults } from "../course/faults";
import type { LabPlan } from "../course/plan";
import type { StateResource } from "./engine";
import type { Say } from "./images";
import { homeFolder } from "./paths";
import type { PreparedUnit } from "./units";

/** Teams whose keys a state has. */
function teamsWithKeys(resources: readonly StateResource[]): string[] {
  return resources
    .filter(({ type }) => type === "classlab:index:TeamKey")
    .map(({ inputs }) => String(inputs?.team));
}

/**
 * Brings the keys of teams to this machine where another operator made them: the program writes them from the state, so a preview is enough.
 * Without them nobody looks into a guest whose channel is SSH.
 * @param units whose files are written
 */
export async function bringTeamKeys(
  { lab }: Pick<LabPlan, "lab">,
  units: readonly PreparedUnit[],
  say?: Say,
): Promise<void> {
  for (const { unit, engine, state } of units) {
    const teams = teamsWithKeys(state.resources);
    if (teams.every((team) => existsSync(join(homeFolder(), teamKeyPath(lab, team))))) continue;
    say?.(`stack ${unit.stack}: bringing its keys from the state to this machine`);
    try {
      await engine.preview();
    } catch (error) {
      // The program has written them by then; what stands in a preview's way does not stand in that of every verb.
      if (!(error instanceof FaultError)) throw error;
      say?.(formatFaults(error.faults));
    }
  }
}
