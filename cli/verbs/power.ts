import { type CostEstimate, estimateCost, estimateOfTeams } from "../../course/cost/estimate";
import { formatMoney } from "../../course/cost/money";
import { EXIT } from "../../course/faults";
import type { WantedPower } from "../../operations/clouds/power";
import { confirm, json, labFile, type Options, type Verb } from "../context";
import { powerJson, renderPower } from "../powerOutput";
import { withProgress } from "../run";

function question(
  wanted: WantedPower,
  lab: string,
  teams: readonly string[],
  estimate: CostEstimate,
): string {
  const whose = `the hosts of ${teams.length > 0 ? `${teams.join(", ")} of ` : ""}lab "${lab}" in the cloud`;
  return wanted === "stopped"
    ? `Stop ${whose}, with all guests on them?`
    : `Start ${whose}, for ${formatMoney(estimate.byState.running.perHour)} an hour?`;
}

/** The verb that has a lab's hosts in clouds stopped, or started. */
export function powerVerb(wanted: WantedPower): Verb {
  return async (options: Options) => {
    const file = labFile(options);
    const teams = options.team ?? [];
    const { planLab } = await import("../../operations/plan.js");
    const { changePower, chosenHosts } = await import("../../operations/clouds/power.js");
    const plan = planLab(file);
    chosenHosts(plan, teams);
    const estimate = estimateOfTeams(plan, estimateCost(plan), teams);
    await confirm(question(wanted, file.lab, teams, estimate), options);
    const report = await withProgress((progress, signal) =>
      changePower(file, wanted, { teams, say: (line) => progress.line(line), signal }),
    );
    const now = new Date().toISOString();
    if (options.json) json(powerJson(report, wanted, estimate));
    else process.stdout.write(renderPower(report, wanted, estimate, { selection: file.selection, now }));
    return EXIT.done;
  };
}
