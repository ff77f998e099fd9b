import { nextStop } from "../course/clouds/clock";
import type { CostEstimate } from "../course/cost/estimate";
import { formatRate } from "../course/cost/money";
import { stillBilling } from "../course/cost/rates";
import type { PowerReport, WantedPower } from "../operations/clouds/power";
import { SCHEMA_VERSION } from "./output";
import { table } from "./plan/terminal";

function hostRows({ hosts, absent }: PowerReport, wanted: WantedPower): string[][] {
  const words = wanted === "stopped" ? ["stopped", "was stopped already"] : ["runs", "ran already"];
  return [
    ...hosts.map(({ host, region, already, address }) => [
      host,
      region,
      words[already ? 1 : 0] ?? "",
      ...(wanted === "running" && address !== undefined ? [address] : []),
    ]),
    ...absent.map((host) => [host, "-", "not made"]),
  ];
}

/** What goes on to be paid for while hosts are stopped. */
function billingLines(estimate: CostEstimate): string[] {
  const rates = stillBilling(estimate);
  if (rates.length === 0) return [];
  return [
    `Stopped they go on to cost ${formatRate(estimate.byState.stopped.perHour)} an hour, until classlab down (list prices of ${estimate.pricesOf}):`,
    ...table(rates.map(({ count, what, perHour }) => [`  ${count} ×`, what.en, formatRate(perHour.stopped)])),
  ];
}

/** What running hosts cost, and who stops them when nobody does. */
function runningLines(
  { plan }: PowerReport,
  estimate: CostEstimate,
  selection: string,
  now: string,
): string[] {
  const stop = plan.schedule && nextStop(plan.schedule, now);
  return [
    `Running they cost ${formatRate(estimate.byState.running.perHour)} an hour. Stop them: npx classlab stop ${selection}`,
    ...(stop === undefined
      ? ["Nothing stops them but that: the lab has no calendar."]
      : stop <= now
        ? [
            `The lab's end was at ${stop}: the cloud stops them again soon. Move it: npx classlab extend ${selection} --hours 2`,
          ]
        : [`The cloud stops them at ${stop} by itself.`]),
  ];
}

/** What `stop` or `start` did, as people read it. @param estimate of the teams whose hosts they are; @param now an instant in UTC */
export function renderPower(
  report: PowerReport,
  wanted: WantedPower,
  estimate: CostEstimate,
  { selection, now }: { readonly selection: string; readonly now: string },
): string {
  const more = wanted === "stopped" ? billingLines(estimate) : runningLines(report, estimate, selection, now);
  return [...table(hostRows(report, wanted)), ...more, ""].join("\n");
}

/** The document of `stop --json` and `start --json`. */
export function powerJson(
  { plan, hosts, absent }: PowerReport,
  wanted: WantedPower,
  estimate: CostEstimate,
): object {
  const { byState, complete, pricesOf } = estimate;
  return {
    schemaVersion: SCHEMA_VERSION,
    ok: true,
    lab: plan.lab,
    state: wanted,
    hosts,
    absent,
    perHour: byState[wanted].perHour,
    complete,
    pricesOf,
    ...(wanted === "stopped" ? { stillBilling: stillBilling(estimate) } : {}),
  };
}
