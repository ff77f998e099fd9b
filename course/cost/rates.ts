import type { HostState } from "../calendar";
import type { CostEstimate } from "./estimate";
import type { CostLine } from "./lines";
import { type Money, money } from "./money";
import { type PriceSource, priceSource } from "./prices";
import type { Words } from "./words";

/** Something that bills, all of its kind together. */
export interface Rate {
  readonly what: Words;
  readonly count: number;
  /** Of all of them, an hour. */
  readonly perHour: Readonly<Record<HostState, Money>>;
  readonly source: PriceSource;
}

function rateOf({ what, count, perHour, source }: CostLine, usdJpy: number): Rate {
  const of = (state: HostState): Money => money(count * perHour[state], usdJpy);
  return {
    what,
    count,
    perHour: { running: of("running"), stopped: of("stopped"), ended: of("ended") },
    source: priceSource(source),
  };
}

/** What of an estimate bills by the hour. */
export function ratesOf({ lines, usdJpy }: CostEstimate): Rate[] {
  return lines.filter(({ perHour }) => perHour.running > 0).map((line) => rateOf(line, usdJpy));
}

/** What goes on to bill while hosts are stopped: disks, addresses, gateways. */
export function stillBilling(estimate: CostEstimate): Rate[] {
  return ratesOf(estimate).filter(({ perHour }) => perHour.stopped.usd > 0);
}

/** The sources of an estimate's figures, once each. */
export function sourcesOf({ lines }: CostEstimate): PriceSource[] {
  return [...new Set(lines.map(({ source }) => priceSource(source)))];
}
