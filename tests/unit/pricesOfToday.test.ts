import { estimateCost } from "../../course/cost/estimate";
import { PRICES } from "../../course/cost/prices";
import { ratesOf, sourcesOf } from "../../course/cost/rates";
import type { LabPlan } from "../../course/plan";
import { amazonPrices } from "../../operations/clouds/amazon/prices";
import { azurePrices } from "../../operations/clouds/azure/prices";
import { type PriceLists, pricesOfToday } from "../../operations/clouds/prices";
import { AZURE, cloudLab, EC2 } from "../support/cloudLabs";
import type { StandInCloud } from "../support/clouds";
import { useCloud } from "../support/clouds/inEnvironment";
import { planOf } from "./labs";

// What is asked of both price lists, as it is signed and sent to their stand-ins. What this does not prove: that they answer so.
const theCloud = useCloud();
let cloud: StandInCloud;
beforeEach(() => {
  cloud = theCloud();
});

const TODAY = "2027-01-04";
const lists: PriceLists = { ec2: async () => amazonPrices, azure: async () => azurePrices };
const today = (plan: LabPlan) => pricesOfToday(plan, TODAY, { lists });
const labOf = (...hosts: readonly object[]): LabPlan =>
  planOf("lab", cloudLab(hosts, ["team-01", ...(hosts.length > 1 ? [{ id: "team-02", host: "az" }] : [])]));
const ec2 = PRICES.regions.ec2["ap-northeast-1"];
const azure = PRICES.regions.azure.japaneast;

test("hosts and licences of Windows cost what both lists say; disks, addresses and traffic stay the table's", async () => {
  cloud.listed = [
    { region: "ap-northeast-1", type: "m8i.xlarge", linux: 0.3, windows: 0.5 },
    { region: "japaneast", type: "Standard_D4s_v5", linux: 0.4, windows: 0.64 },
  ];
  const plan = labOf(EC2, AZURE);
  const { table, missing } = await today(plan);
  expect(missing).toEqual([]);
  const amazons = table.regions.ec2["ap-northeast-1"];
  expect(amazons?.instances["m8i.xlarge"]).toMatchObject({ vcpus: 4, usd: 0.3 });
  expect(amazons?.windows.usd).toBe(0.05);
  expect({ ...amazons, instances: 0, windows: 0 }).toEqual({ ...ec2, instances: 0, windows: 0 });
  const azures = table.regions.azure.japaneast;
  expect(azures?.instances.Standard_D4s_v5).toMatchObject({ vcpus: 4, usd: 0.4 });
  expect(azures?.windows.usd).toBe(0.06);
  expect({ ...azures, instances: 0, windows: 0 }).toEqual({ ...azure, instances: 0, windows: 0 });
  // Each figure says where it is from.
  const estimate = estimateCost(plan, table);
  const hosts = ratesOf(estimate).filter(({ what }) => what.en.startsWith("host "));
  expect(hosts.map(({ perHour, source }) => [perHour.running.usd, source.title, source.date])).toEqual([
    [0.3, "AWS Price List API, on demand", TODAY],
    [0.4, "Azure Retail Prices API, on demand", TODAY],
  ]);
  expect(sourcesOf(estimate).filter(({ date }) => date === TODAY)).toHaveLength(2);
});

test("a type that the table does not have has its price from the list", async () => {
  const plan = labOf({ ...EC2, instanceType: "r8i.2xlarge" });
  expect(ec2?.instances["r8i.2xlarge"]).toBeUndefined();
  expect(estimateCost(plan).complete).toBe(false);
  cloud.listed = [{ region: "ap-northeast-1", type: "r8i.2xlarge", linux: 0.8, windows: 1.168 }];
  const { table } = await today(plan);
  expect(table.regions.ec2["ap-northeast-1"]?.instances["r8i.2xlarge"]).toMatchObject({ vcpus: 8, usd: 0.8 });
  expect(estimateCost(plan, table).complete).toBe(true);
});

test("what a list does not have stays the table's, and that is told", async () => {
  const { table, missing } = await today(labOf(EC2, AZURE));
  expect(table).toEqual(PRICES);
  expect(missing.map(({ where, what }) => `${where}: ${what}`)).toEqual([
    "m8i.xlarge in ap-northeast-1: its cloud's price list does not have it",
    "Standard_D4s_v5 in japaneast: its cloud's price list does not have it",
  ]);
});

test("without credentials Amazon's list is not read, and that is told; Azure's asks for none", async () => {
  for (const name of Object.keys(process.env)) if (/^(?:AWS|ARM)_/.test(name)) delete process.env[name];
  process.env.AWS_ENDPOINT_URL = cloud.url;
  process.env.AWS_EC2_METADATA_DISABLED = "true";
  process.env.AWS_SHARED_CREDENTIALS_FILE = process.env.AWS_CONFIG_FILE = "/dev/null";
  cloud.listed = [{ region: "japaneast", type: "Standard_D4s_v5", linux: 0.4, windows: 0.64 }];
  const { table, missing } = await today(labOf(EC2, AZURE));
  expect(missing.map(({ code, where }) => [code, where])).toEqual([["cloud-denied", "Amazon in us-east-1"]]);
  expect(table.regions.ec2).toEqual(PRICES.regions.ec2);
  expect(table.regions.azure.japaneast?.instances.Standard_D4s_v5?.usd).toBe(0.4);
});

test("a lab without hosts in clouds asks nobody", async () => {
  const nobody = async (): Promise<never> => {
    throw new Error("a cloud is asked");
  };
  const lab = planOf("lab", { ...cloudLab([{ kind: "this-machine", name: "pc" }], 1), calendar: undefined });
  const asked = await pricesOfToday(lab, TODAY, { lists: { ec2: nobody, azure: nobody } });
  expect(asked).toEqual({ table: PRICES, missing: [] });
});
