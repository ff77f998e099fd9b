import { z } from "zod";
import type { AskedPrice, RentedType } from "../../../course/cost/live";
import { parsed } from "../http";
import { AmazonQueries, GLOBAL_REGION } from "./query";

const answerSchema = z.looseObject({ PriceList: z.array(z.string()).default([]) });
const productSchema = z.looseObject({
  terms: z.looseObject({
    OnDemand: z.record(
      z.string(),
      z.looseObject({
        priceDimensions: z.record(
          z.string(),
          z.looseObject({ unit: z.string(), pricePerUnit: z.record(z.string(), z.string()) }),
        ),
      }),
    ),
  }),
});

/** Dollars an hour on demand that a product of the list has; undefined where it has none. */
function hourly(text: string): number | undefined {
  const product = productSchema.safeParse(parsed(text)).data;
  const dimensions = Object.values(product?.terms.OnDemand ?? {}).flatMap(({ priceDimensions }) =>
    Object.values(priceDimensions),
  );
  return dimensions
    .filter(({ unit }) => unit === "Hrs")
    .map(({ pricePerUnit }) => Number(pricePerUnit.USD))
    .find((price) => price > 0);
}

/** What types cost by Amazon's price list (AWS Billing User Guide, "Using the AWS Price List Query API"). @throws FaultError with Amazon's words, also where there are no credentials */
export async function amazonPrices(
  types: readonly RentedType[],
  date: string,
  signal?: AbortSignal,
): Promise<AskedPrice[]> {
  const amazon = new AmazonQueries(signal);
  const source = {
    title: "AWS Price List API, on demand",
    url: "https://aws.amazon.com/ec2/pricing/on-demand/",
    date,
  };
  const ask = async (region: string, type: string, operatingSystem: string): Promise<number | undefined> => {
    const fields = {
      regionCode: region,
      instanceType: type,
      operatingSystem,
      tenancy: "Shared",
      preInstalledSw: "NA",
      capacitystatus: "Used",
      // Not with a licence that is brought along.
      licenseModel: "No License required",
    };
    const Filters = Object.entries(fields).map(([Field, Value]) => ({ Type: "TERM_MATCH", Field, Value }));
    const input = { ServiceCode: "AmazonEC2", FormatVersion: "aws_v1", MaxResults: 10, Filters };
    const answer = await amazon.json("pricing", GLOBAL_REGION, "AWSPriceListService.GetProducts", input);
    return answerSchema
      .parse(answer)
      .PriceList.map(hourly)
      .find((usd) => usd !== undefined);
  };
  return Promise.all(
    types.map(async ({ cloud, region, type }) => {
      const [linux, windows] = await Promise.all([ask(region, type, "Linux"), ask(region, type, "Windows")]);
      return { cloud, region, type, linux, windows, source };
    }),
  );
}
