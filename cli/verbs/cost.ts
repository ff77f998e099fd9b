import { estimateCost, estimateOfTeams } from "../../course/cost/estimate";
import { EXIT, formatFault } from "../../course/faults";
import type { LabPlan } from "../../course/plan";
import type { PricesOfToday } from "../../operations/clouds/prices";
import { json, labFile, type Options } from "../context";
import { costJson, renderCost } from "../costOutput";

/** What hosts cost on the day of an instant; what asks clouds is loaded only here. */
async function today(plan: LabPlan, now: string): Promise<PricesOfToday> {
  const { pricesOfToday } = await import("../../operations/clouds/prices.js");
  return pricesOfToday(plan, now.slice(0, 10));
}

/** Shows what a lab costs; nothing is asked of any cloud but, with `--live`, its price list. */
export async function costVerb(options: Options): Promise<number> {
  const { planLab, refuseUnknownTeams } = await import("../../operations/plan.js");
  const plan = planLab(labFile(options));
  const teams = options.team ?? [];
  refuseUnknownTeams(plan, teams);
  const now = new Date().toISOString();
  const prices = options.live ? await today(plan, now) : undefined;
  for (const fault of prices?.missing ?? [])
    process.stderr.write(`prices of the table instead: ${formatFault(fault)}\n`);
  const estimate = estimateOfTeams(plan, estimateCost(plan, prices?.table), teams);
  if (options.json) json(costJson(plan, estimate, now));
  else process.stdout.write(renderCost(plan, estimate, options.language ?? "en", now));
  return EXIT.done;
}
