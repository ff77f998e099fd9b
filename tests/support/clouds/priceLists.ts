import { z } from "zod";

/** What a type costs an hour by a stand-in's price list, in US dollars. */
export interface Listed {
  readonly region: string;
  readonly type: string;
  readonly linux: number;
  readonly windows: number;
}

const requestSchema = z.strictObject({
  ServiceCode: z.literal("AmazonEC2"),
  FormatVersion: z.literal("aws_v1"),
  MaxResults: z.int().max(100),
  Filters: z.array(z.strictObject({ Type: z.literal("TERM_MATCH"), Field: z.string(), Value: z.string() })),
});

/** One product of Amazon's price list as text (AWS Price List API Reference, GetProducts; the names of its attributes are those of the list of AmazonEC2). */
function product(attributes: Readonly<Record<string, string>>, usd: number): string {
  const term = {
    priceDimensions: {
      "SKU.JRTCKXETXF.6YS6EN2CT7": { unit: "Hrs", pricePerUnit: { USD: usd.toFixed(10) } },
    },
  };
  return JSON.stringify({
    product: { productFamily: "Compute Instance", attributes },
    serviceCode: "AmazonEC2",
    terms: { OnDemand: { "SKU.JRTCKXETXF": term }, Reserved: {} },
  });
}

/** Amazon's answer to GetProducts. The list has the same type with other tenancies and licences as well: who does not ask for one gets the wrong price first. */
export function amazonProducts(listed: readonly Listed[], text: string): { status: number; body: object } {
  const asked = requestSchema.parse(JSON.parse(text));
  const all = listed.flatMap(({ region, type, linux, windows }) => {
    const common = {
      regionCode: region,
      instanceType: type,
      tenancy: "Shared",
      preInstalledSw: "NA",
      capacitystatus: "Used",
      licenseModel: "No License required",
    };
    return [
      [{ ...common, operatingSystem: "Linux", tenancy: "Dedicated" }, linux * 2],
      [{ ...common, operatingSystem: "Linux", preInstalledSw: "SQL Std" }, linux * 3],
      [{ ...common, operatingSystem: "Linux", capacitystatus: "AllocatedCapacityReservation" }, 0],
      [{ ...common, operatingSystem: "Windows", licenseModel: "Bring your own license" }, linux],
      [{ ...common, operatingSystem: "Linux" }, linux],
      [{ ...common, operatingSystem: "Windows" }, windows],
    ] as const;
  });
  const found = all.filter(([attributes]) =>
    asked.Filters.every(({ Field, Value }) => Reflect.get(attributes, Field) === Value),
  );
  const PriceList = found.map(([attributes, usd]) => product(attributes, usd));
  return { status: 200, body: { FormatVersion: "aws_v1", PriceList } };
}

/** Azure's answer (learn.microsoft.com, "Azure Retail Prices overview"). In its list are spot machines and low priority, too. */
export function azureItems(
  listed: readonly Listed[],
  query: URLSearchParams,
): { status: number; body: object } {
  const asked = Object.fromEntries(
    (query.get("$filter") ?? "").split(" and ").map((part) => {
      const [, name = "", value = ""] = /^(\w+) eq '([^']*)'$/.exec(part) ?? [];
      return [name, value];
    }),
  );
  const { serviceName, priceType, armRegionName, armSkuName, ...others } = asked;
  if (serviceName !== "Virtual Machines" || priceType !== "Consumption" || Object.keys(others).length > 0)
    return {
      status: 400,
      body: { Error: { Code: "BadRequest", Message: "the stand-in was not taught it" } },
    };
  const items = listed
    .filter(({ region, type }) => region === armRegionName && type === armSkuName)
    .flatMap(({ type, linux, windows }) => {
      const series = `Virtual Machines ${type.replace(/^Standard_/, "")} Series`;
      const item = (productName: string, more: string, retailPrice: number) => ({
        currencyCode: "USD",
        retailPrice,
        unitOfMeasure: "1 Hour",
        productName,
        skuName: `${type}${more}`,
        meterName: `${type}${more}`,
        type: "Consumption",
      });
      return [
        item(`${series} Windows`, " Spot", windows / 10),
        item(series, " Low Priority", linux / 5),
        item(series, "", linux),
        item(`${series} Windows`, "", windows),
      ];
    });
  return {
    status: 200,
    body: { BillingCurrency: "USD", Items: items, NextPageLink: null, Count: items.length },
  };
}
