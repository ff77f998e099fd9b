import { z } from "zod";
import { azureImage } from "../../../course/clouds/images";
import { MARK_KEYS } from "../../../course/mark";
import type { CloudQuestions, Quota } from "../questions";
import { azureMachines } from "./machines";
import { AzureRest } from "./rest";

/** Versions of what is asked (learn.microsoft.com, REST: "Subscriptions", "Usage", "Resource SKUs", "Virtual Machine Images", "Usages"). */
const VERSIONS = {
  subscription: "2022-12-01",
  authorization: "2022-04-01",
  compute: "2024-07-01",
  skus: "2021-07-01",
  network: "2024-05-01",
} as const;

/** Names of quotas: of all vCPUs, of addresses of the only tier that there is still, and of networks. */
const CORES = "cores";
const ADDRESSES = "StandardSkuPublicIpAddresses";
const NETWORKS = "VirtualNetworks";

/** What somebody may do, as patterns of operations (learn.microsoft.com, "Permissions - List For Resource Group"). */
const permissionSchema = z.looseObject({
  actions: z.array(z.string()).default([]),
  notActions: z.array(z.string()).default([]),
});

/** The operation of giving somebody a role. */
const ASSIGN = "microsoft.authorization/roleassignments/write";

/** Whether a pattern covers that operation. */
function coversAssigning(pattern: string): boolean {
  const parts = pattern
    .toLowerCase()
    .split("*")
    .map((part) => part.replace(/[.\\/]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(ASSIGN);
}

const usageSchema = z.looseObject({
  limit: z.number(),
  currentValue: z.number(),
  name: z.looseObject({ value: z.string(), localizedValue: z.string().optional() }),
});
type Usage = z.output<typeof usageSchema>;

const skuSchema = z.looseObject({
  name: z.string().default(""),
  resourceType: z.string().default(""),
  family: z.string().default(""),
  restrictions: z
    .array(z.looseObject({ type: z.string().optional(), reasonCode: z.string().optional() }))
    .default([]),
});

const networkSchema = z.looseObject({
  name: z.string(),
  location: z.string(),
  tags: z.record(z.string(), z.string()).default({}),
  properties: z.looseObject({ addressSpace: z.looseObject({ addressPrefixes: z.array(z.string()) }) }),
});

function quotaOf({ limit, currentValue, name }: Usage): Quota {
  return { name: name.localizedValue ?? name.value, limit, used: currentValue };
}

/** The one that has least left. */
const tightest = (quotas: readonly Quota[]): Quota | undefined =>
  [...quotas].sort((a, b) => a.limit - a.used - (b.limit - b.used))[0];

const UNKNOWN: Quota = { name: "not told by Azure", limit: Number.POSITIVE_INFINITY, used: 0 };

/** Questions to Azure. */
export function azureQuestions(): CloudQuestions {
  const azure = new AzureRest();
  const own = azureMachines();

  const skuOf = async (location: string, type: string) => {
    const path = `${await azure.subscription()}/providers/Microsoft.Compute/skus`;
    const query = `$filter=${encodeURIComponent(`location eq '${location}'`)}`;
    const found = (await azure.list(path, VERSIONS.skus, query)).map((entry) => skuSchema.parse(entry));
    return found.find(({ name, resourceType }) => resourceType === "virtualMachines" && name === type);
  };
  const usages = async (
    provider: "Compute" | "Network",
    location: string,
    version: string,
  ): Promise<Usage[]> => {
    const path = `${await azure.subscription()}/providers/Microsoft.${provider}/locations/${location}/usages`;
    return (await azure.list(path, version)).map((entry) => usageSchema.parse(entry));
  };

  return {
    cloud: "azure",
    identity: async () => {
      const found = await azure.get(await azure.subscription(), VERSIONS.subscription);
      return `subscription ${String(found?.displayName ?? found?.subscriptionId ?? "without a name")}`;
    },
    mayAssign: async () => {
      const path = `${await azure.subscription()}/providers/Microsoft.Authorization/permissions`;
      const found = (await azure.list(path, VERSIONS.authorization)).map((entry) =>
        permissionSchema.parse(entry),
      );
      return found.some(
        ({ actions, notActions }) => actions.some(coversAssigning) && !notActions.some(coversAssigning),
      );
    },
    offers: async (location, type) => {
      const sku = await skuOf(location, type);
      if (!sku) return { refused: `${location} has no ${type}` };
      const barred = sku.restrictions.find((entry) => entry.type === "Location");
      return barred
        ? {
            refused: `${type} is not for this subscription in ${location} (${barred.reasonCode ?? "no reason"})`,
          }
        : {};
    },
    image: async (location, os) => {
      const { publisher, offer, sku } = azureImage({ os });
      const place = `locations/${location}/publishers/${publisher}/artifacttypes/vmimage/offers/${offer}/skus/${sku}/versions`;
      const path = `${await azure.subscription()}/providers/Microsoft.Compute/${place}`;
      const found = await azure.get(path, VERSIONS.compute);
      return found && Object.keys(found).length > 0 ? `${publisher}:${offer}:${sku}` : undefined;
    },
    quotas: async (location, type, { lab, cpus: each }) => {
      const [compute, network, sku, machines] = await Promise.all([
        usages("Compute", location, VERSIONS.compute),
        usages("Network", location, VERSIONS.network),
        skuOf(location, type),
        own.machines(lab),
      ]);
      // Azure counts what stands, stopped or not.
      const standing = machines.filter(({ region }) => region === location).length;
      const cpus = compute
        .filter(({ name }) => name.value === CORES || name.value === sku?.family)
        .map(quotaOf);
      const addresses = network.filter(({ name }) => name.value === ADDRESSES).map(quotaOf);
      const ofOthers = (quota: Quota, own: number): Quota => ({
        ...quota,
        used: Math.max(0, quota.used - own),
      });
      return {
        cpus: ofOthers(tightest(cpus) ?? UNKNOWN, standing * each),
        addresses: ofOthers(tightest(addresses) ?? UNKNOWN, standing),
      };
    },
    networks: async (location, lab) => {
      const path = `${await azure.subscription()}/providers/Microsoft.Network/virtualNetworks`;
      const [found, network] = await Promise.all([
        azure.list(path, VERSIONS.network),
        usages("Network", location, VERSIONS.network),
      ]);
      const others = found
        .map((entry) => networkSchema.parse(entry))
        .filter((entry) => entry.location === location && entry.tags[MARK_KEYS.lab] !== lab)
        .map(({ name, properties }) => ({ name, ranges: properties.addressSpace.addressPrefixes }));
      const quota = tightest(network.filter(({ name }) => name.value === NETWORKS).map(quotaOf)) ?? UNKNOWN;
      return { quota: { ...quota, used: others.length }, others };
    },
  };
}
