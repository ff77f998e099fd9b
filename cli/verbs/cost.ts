import { estimateCost, estimateOfTeams } from "../../course/cost/estimate";
import { EXIT } from "../../course/faults";
import { json, labFile, type Options } from "../context";
import { costJson, renderCost } from "../costOutput";

/** Shows what a lab costs; nothing is asked of any cloud. */
export async function costVerb(options: Options): Promise<number> {
  const { planLab, refuseUnknownTeams } = await import("../../operations/plan.js");
  const plan = planLab(labFile(options));
  const teams = options.team ?? [];
  refuseUnknownTeams(plan, teams);
  const estimate = estimateOfTeams(plan, estimateCost(plan), teams);
  const now = new Date().toISOString();
  if (options.json) json(costJson(plan, estimate, now));
  else process.stdout.write(renderCost(plan, estimate, options.language ?? "en", now));
  return EXIT.done;
}
