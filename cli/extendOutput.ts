import { formatMoney, type Money } from "../course/cost/money";
import type { PlannedExtension } from "../operations/clouds/extend";
import { SCHEMA_VERSION } from "./output";

const total = (money: Money | undefined): string => (money ? formatMoney(money) : "-");

/** The costs of a lab as a line: what it was and what it is. */
export function costWords({ costBefore, cost }: PlannedExtension): string {
  const atLeast = cost.complete ? "" : "at least ";
  return `from preparation to teardown ${atLeast}${total(cost.calendar?.total)} instead of ${total(costBefore.calendar?.total)}`;
}

/** What `extend` did, as people read it. @param path of the lab's file */
export function renderExtend(planned: PlannedExtension, path: string, selection: string): string {
  const { before, end, values, azureStops } = planned;
  return [
    `The end was ${before}, and is ${end}: from then on the cloud stops whatever runs.`,
    `Written into ${path}: ${Object.entries(values)
      .map(([key, value]) => `${key}: ${value}`)
      .join(", ")}`,
    `It costs ${costWords(planned)} (list prices of ${planned.cost.pricesOf}); a host that runs longer than its lessons costs more by the hour: npx classlab cost ${selection}`,
    "Hosts go on to stop when each lesson and its extension are over; have them back by npx classlab start.",
    ...(azureStops === undefined
      ? []
      : [
          `Hosts on Azure are also stopped each day at ${azureStops.slice(0, 2)}:${azureStops.slice(2)} UTC, whoever started them.`,
        ]),
    "",
  ].join("\n");
}

/** The document of `extend --json`. */
export function extendJson(lab: string, planned: PlannedExtension, path: string): object {
  const { before, end, values, azureStops, costBefore, cost } = planned;
  return {
    schemaVersion: SCHEMA_VERSION,
    ok: true,
    lab,
    before,
    end,
    file: path,
    calendar: values,
    costBefore: costBefore.calendar?.total,
    cost: cost.calendar?.total,
    complete: cost.complete,
    ...(azureStops === undefined ? {} : { azureStops }),
  };
}
