import { z } from "zod";
import type { AskedPrice, RentedType } from "../../../course/cost/live";
import { FaultError } from "../../../course/faults";
import { refusal } from "../faults";
import { asked, parsed } from "../http";

/** Azure's price list, which asks nobody who they are (learn.microsoft.com, "Azure Retail Prices overview"); a test's by `CLASSLAB_AZURE_ENDPOINT`. */
const LIST = "https://prices.azure.com";

const answerSchema = z.looseObject({
  Items: z.array(
    z.looseObject({
      retailPrice: z.number(),
      unitOfMeasure: z.string(),
      productName: z.string(),
      skuName: z.string(),
      meterName: z.string(),
    }),
  ),
});

/** What is in the list beside machines that are rented by the hour and kept. */
const OTHERS = /Spot|Low Priority/;

/** What sizes cost by Azure's price list. @throws FaultError where it does not answer */
export async function azurePrices(
  types: readonly RentedType[],
  date: string,
  signal?: AbortSignal,
): Promise<AskedPrice[]> {
  const base = process.env.CLASSLAB_AZURE_ENDPOINT?.replace(/\/$/, "") ?? LIST;
  const source = {
    title: "Azure Retail Prices API, on demand",
    url: "https://azure.microsoft.com/pricing/details/virtual-machines/",
    date,
  };
  return Promise.all(
    types.map(async ({ cloud, region, type }) => {
      const filter = `serviceName eq 'Virtual Machines' and priceType eq 'Consumption' and armRegionName eq '${region}' and armSkuName eq '${type}'`;
      const url = `${base}/api/retail/prices?${new URLSearchParams({ $filter: filter })}`;
      const answer = await asked("Azure's price list", { signal, attempt: async () => ({ url, init: {} }) });
      if (!answer.ok)
        throw new FaultError([
          refusal("Azure's price list", String(answer.status), answer.text.slice(0, 200)),
        ]);
      const document = answerSchema.safeParse(parsed(answer.text));
      if (!document.success)
        throw new FaultError([refusal("Azure's price list", "NotUnderstood", answer.text.slice(0, 200))]);
      const { Items: items } = document.data;
      const kept = items.filter(
        ({ unitOfMeasure, skuName, meterName }) =>
          unitOfMeasure === "1 Hour" && !OTHERS.test(`${skuName} ${meterName}`),
      );
      const priceOf = (windows: boolean) =>
        kept.find(({ productName }) => productName.endsWith(" Windows") === windows)?.retailPrice;
      return { cloud, region, type, linux: priceOf(false), windows: priceOf(true), source };
    }),
  );
}
