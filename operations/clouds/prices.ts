import { type AskedPrice, type RentedType, rentedTypes, withAsked } from "../../course/cost/live";
import { CLOUDS, type Cloud, PRICES, type PriceTable } from "../../course/cost/prices";
import { type Fault, FaultError } from "../../course/faults";
import type { LabPlan } from "../../course/plan";

/** Prices of today, as far as clouds told them. */
export interface PricesOfToday {
  readonly table: PriceTable;
  /** Why a cloud's figures are the table's after all, a fault each. */
  readonly missing: readonly Fault[];
}

/** Asks a cloud's price list. @throws FaultError with its words */
type PriceList = (
  types: readonly RentedType[],
  date: string,
  signal?: AbortSignal,
) => Promise<readonly AskedPrice[]>;

/** The price lists of both clouds. */
export type PriceLists = Readonly<Record<Cloud, () => Promise<PriceList>>>;

/** What asks one is loaded only where a lab has hosts there. */
const LISTS: PriceLists = {
  ec2: async () => (await import("./amazon/prices.js")).amazonPrices,
  azure: async () => (await import("./azure/prices.js")).azurePrices,
};

/**
 * The table with what a lab's hosts cost today by their clouds' own price lists. A cloud that does not answer, or lets nobody ask without credentials, leaves the table
 * as it is, and that is told.
 * @param today the day, as a source is dated
 */
export async function pricesOfToday(
  plan: LabPlan,
  today: string,
  { signal, lists = LISTS }: { readonly signal?: AbortSignal; readonly lists?: PriceLists } = {},
): Promise<PricesOfToday> {
  const types = rentedTypes(plan);
  const missing: Fault[] = [];
  const asked = await Promise.all(
    CLOUDS.map(async (cloud): Promise<readonly AskedPrice[]> => {
      const own = types.filter((type) => type.cloud === cloud);
      if (own.length === 0) return [];
      try {
        const list = await lists[cloud]();
        return await list(own, today, signal);
      } catch (error) {
        if (!(error instanceof FaultError)) throw error;
        missing.push(...error.faults);
        return [];
      }
    }),
  );
  const found = asked.flat();
  for (const { type, region, linux } of found)
    if (linux === undefined)
      missing.push({
        code: "cloud-busy",
        where: `${type} in ${region}`,
        what: "its cloud's price list does not have it",
        fix: "See the cloud's own page of prices",
      });
  return { table: withAsked(PRICES, found), missing };
}
