import { diskPerMonth, HOURS_PER_MONTH } from "./lines";
import { type Money, money } from "./money";
import { type Cloud, PRICES, type PriceTable } from "./prices";

/** Something that stands in a cloud, as far as its price goes by it. */
export type BilledObject =
  | {
      readonly kind: "machine";
      readonly type: string /** True where it is paid for: it runs, or is off and not given back. */;
      readonly on: boolean;
    }
  | { readonly kind: "disk"; readonly gib: number }
  | { readonly kind: "address" | "bastion" | "nat" };

/**
 * What an object costs an hour by the table: a machine without its disk and without a licence of Windows.
 * @returns undefined where the table has no price
 */
export function hourlyPrice(
  cloud: Cloud,
  region: string,
  object: BilledObject,
  { regions, usdJpy }: PriceTable = PRICES,
): Money | undefined {
  // A region may be named like what every object has, such as "constructor".
  const prices = Object.hasOwn(regions[cloud], region) ? regions[cloud][region] : undefined;
  if (!prices) return undefined;
  const usd = (): number | undefined => {
    if (object.kind === "machine") return object.on ? prices.instances[object.type]?.usd : 0;
    if (object.kind !== "disk") return prices[object.kind]?.usd;
    const month = diskPerMonth(prices.disk, object.gib);
    return month === undefined ? undefined : month / HOURS_PER_MONTH;
  };
  const found = usd();
  return found === undefined ? undefined : money(found, usdJpy.yen);
}
