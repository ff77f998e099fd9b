import { hourlyPrice } from "../../course/cost/objects";
import { azureAccount } from "../../operations/clouds/azure/account";
import { azureMachines } from "../../operations/clouds/azure/machines";
import { removeFromCloud, unknownInCloud, withPrices } from "../../operations/clouds/leftovers";
import { StandInCloud } from "../support/clouds";
import { azureEnvironment } from "../support/clouds/azureApi";
import { buildAzureHost, ID } from "../support/clouds/standing";

// Azure Resource Manager on loopback. What this does not prove: that Azure answers so.
let cloud: StandInCloud;
const before = { ...process.env };
beforeEach(async () => {
  cloud = await StandInCloud.start();
  Object.assign(process.env, azureEnvironment(cloud));
});
afterEach(async () => {
  process.env = { ...before };
  await cloud.stop();
});

const KINDS = [
  "clock",
  "machine",
  "network interface",
  "network",
  "address",
  "firewall",
  "resource group",
  "resource group",
];
const kinds = (found: readonly { readonly kind: string }[]) => found.map(({ kind }) => kind);

test("all that carries the mark is found without state, in the order in which it can be removed, with what it costs", async () => {
  const machine = buildAzureHost(cloud, "lab", "team-01");
  buildAzureHost(cloud, "other", "team-01", "fedcba9876543210");
  const found = await azureAccount().observe("lab");
  expect(kinds(found)).toEqual(KINDS);
  const priced = withPrices(found, await azureMachines().machines("lab"));
  expect(priced.filter(({ perHour }) => perHour).map(({ kind, perHour }) => [kind, perHour?.usd])).toEqual([
    ["machine", 0.248],
    ["address", 0.005],
  ]);
  expect(priced.find(({ kind }) => kind === "machine")).toMatchObject({
    cloud: "azure",
    region: "japaneast",
    id: machine.id,
    name: "lab-az-team-01",
    mark: { lab: "lab", id: ID, stack: "lab-hosts", team: "team-01" },
    expires: "2027-01-20T15:00:00.000Z",
  });
});

test("it is removed whole, and nothing of anybody else", async () => {
  buildAzureHost(cloud, "lab", "team-01");
  buildAzureHost(cloud, "lab", "team-02");
  buildAzureHost(cloud, "other", "team-01", "fedcba9876543210");
  const others = cloud.account.all.filter(({ id }) => id.includes("fedcba9876543210"));
  const account = azureAccount();
  const removed = await removeFromCloud(account, await account.observe("lab"));
  expect(removed).toHaveLength(2 * KINDS.length - 2);
  expect(cloud.account.all).toEqual(others);
});

test("a group in which somebody has something of their own stays with it, and that is told", async () => {
  buildAzureHost(cloud, "lab", "team-01");
  const group = { resourceGroupName: `classlab-${ID}-az-team-01`, location: "japaneast" };
  const sku = { sku: { name: "Standard" }, publicIPAllocationMethod: "Static" };
  const inputs = { ...group, publicIpAddressName: "mine", ...sku };
  const own = cloud.account.create("azure-native:network:PublicIPAddress", inputs, "japaneast");
  const account = azureAccount();
  await expect(removeFromCloud(account, await account.observe("lab"))).rejects.toMatchObject({
    faults: [
      {
        code: "cloud-in-use",
        what: "it has what the lab did not make: Microsoft.Network/publicIPAddresses mine",
      },
    ],
  });
  expect(cloud.account.all.map(({ id }) => id)).toContain(own.id);
  expect(kinds(await account.observe("lab"))).toEqual(["resource group"]);
});

test("what state has in other letters is known to it", async () => {
  const machine = buildAzureHost(cloud, "lab", "team-01");
  const found = await azureAccount().observe("lab");
  const resource = { urn: "urn:pulumi:lab-hosts::classlab::m::m", type: "m", id: machine.id.toUpperCase() };
  expect(kinds(unknownInCloud(found, ID, [resource]))).toEqual(KINDS.filter((kind) => kind !== "machine"));
});

test("what an hour costs, by the table", () => {
  const machine = (type: string, on = true) =>
    hourlyPrice("ec2", "ap-northeast-1", { kind: "machine", type, on })?.usd;
  expect(machine("m8i.xlarge")).toBe(0.2734);
  expect(machine("m8i.xlarge", false)).toBe(0);
  expect(machine("x1.large")).toBeUndefined();
  expect(hourlyPrice("ec2", "ap-northeast-1", { kind: "disk", gib: 60 })?.usd).toBe(0.0079);
  expect(hourlyPrice("azure", "japaneast", { kind: "disk", gib: 1_000_000 })).toBeUndefined();
  expect(hourlyPrice("azure", "constructor", { kind: "address" })).toBeUndefined();
});
