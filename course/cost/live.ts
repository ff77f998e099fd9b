import { TYPE_SIZES } from "../instanceTypes";
import type { LabPlan } from "../plan";
import { regionOf, rentedHosts, typeOf } from "./hosts";
import { CLOUDS, type Cloud, type PriceSource, type PriceTable, type RegionPrices } from "./prices";

/** What a type of host costs an hour by its cloud's own price list, as it was just asked. */
export interface AskedPrice {
  readonly cloud: Cloud;
  readonly region: string;
  readonly type: string;
  /** US dollars an hour with Linux; undefined where the list does not have it. */
  readonly linux: number | undefined;
  /** The same with Windows and its licence. */
  readonly windows: number | undefined;
  readonly source: PriceSource;
}

/** A type of host that a lab rents in a region. */
export type RentedType = Pick<AskedPrice, "cloud" | "region" | "type">;

/** The types of hosts that a lab rents, each once. */
export function rentedTypes(plan: LabPlan): RentedType[] {
  const all = rentedHosts(plan).map(({ host }) => ({
    cloud: host.kind,
    region: regionOf(host),
    type: typeOf(host),
  }));
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

/** A region's prices with what was asked of it. Its licence for Windows is what the first type costs more with it, by vCPU: it is the same for all (EC2 and Azure price lists). */
function renewed(prices: RegionPrices, asked: readonly AskedPrice[]): RegionPrices {
  let { windows } = prices;
  const instances = { ...prices.instances };
  for (const { cloud, type, linux, windows: licensed, source } of asked) {
    const vcpus = prices.instances[type]?.vcpus ?? TYPE_SIZES[cloud](type)?.cpus;
    if (linux === undefined || vcpus === undefined) continue;
    instances[type] = { vcpus, usd: linux, source };
    if (licensed !== undefined && windows === prices.windows)
      windows = { usd: Number(((licensed - linux) / vcpus).toFixed(6)), source };
  }
  return { ...prices, instances, windows };
}

/**
 * A table with hosts as their clouds' own price lists have them; disks, addresses and traffic stay the table's.
 * @param asked what was found; a region that the table does not have is left out, since it has no price for what a host needs besides
 */
export function withAsked(table: PriceTable, asked: readonly AskedPrice[]): PriceTable {
  const regions = Object.fromEntries(
    CLOUDS.map((cloud) => [
      cloud,
      Object.fromEntries(
        Object.entries(table.regions[cloud]).map(([region, prices]) => [
          region,
          renewed(
            prices,
            asked.filter((one) => one.cloud === cloud && one.region === region),
          ),
        ]),
      ),
    ]),
  );
  return { ...table, regions: { ...table.regions, ...regions } };
}
