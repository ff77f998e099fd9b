import { z } from "zod";
import { budgetMark } from "../../../course/clouds/budget";
import { EXPIRES_KEY } from "../../../course/clouds/tags";
import { FaultError } from "../../../course/faults";
import { readMark } from "../../../course/mark";
import type { CloudAccount, CloudLeftover } from "../leftovers";
import { AzureRest } from "./rest";

/** A kind of object that a lab has on Azure, as it is found and removed. */
interface AzureKind {
  /** As people read it. */
  readonly kind: string;
  /** Its type, in small letters. */
  readonly type: string;
  /** Version of its provider's API that removes it (learn.microsoft.com, REST reference of each). */
  readonly version: string;
}

/** Version of Azure Resource Manager's own API. */
const RESOURCES = "2021-04-01";
const GROUP = "microsoft.resources/resourcegroups";

/** Where a subscription's budgets are, and the version of the API that has them. */
const BUDGETS = "providers/Microsoft.Consumption/budgets";
const BUDGETS_VERSION = "2024-08-01";

/** All kinds, in the order in which they can be removed: what is needed goes after what needs it. */
const KINDS: readonly AzureKind[] = [
  { kind: "clock", type: "microsoft.devtestlab/schedules", version: "2018-09-15" },
  { kind: "workflow", type: "microsoft.logic/workflows", version: "2019-05-01" },
  { kind: "machine", type: "microsoft.compute/virtualmachines", version: "2024-07-01" },
  { kind: "bastion", type: "microsoft.network/bastionhosts", version: "2024-05-01" },
  { kind: "network interface", type: "microsoft.network/networkinterfaces", version: "2024-05-01" },
  { kind: "disk", type: "microsoft.compute/disks", version: "2024-03-02" },
  { kind: "network", type: "microsoft.network/virtualnetworks", version: "2024-05-01" },
  { kind: "NAT gateway", type: "microsoft.network/natgateways", version: "2024-05-01" },
  { kind: "address", type: "microsoft.network/publicipaddresses", version: "2024-05-01" },
  { kind: "identity", type: "microsoft.managedidentity/userassignedidentities", version: "2023-01-31" },
  { kind: "firewall", type: "microsoft.network/networksecuritygroups", version: "2024-05-01" },
  { kind: "resource group", type: GROUP, version: RESOURCES },
  { kind: "budget", type: "microsoft.consumption/budgets", version: BUDGETS_VERSION },
];

const resourceSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  type: z.string().default(GROUP),
  location: z.string(),
  tags: z.record(z.string(), z.string()).default({}),
});

const order = ({ kind }: CloudLeftover): number => KINDS.findIndex((entry) => entry.kind === kind);

function leftover(found: unknown, lab: string | undefined): CloudLeftover[] {
  const { id, name, type, location, tags } = resourceSchema.parse(found);
  const mark = readMark(tags);
  const kind = KINDS.find((entry) => entry.type === type.toLowerCase());
  if (!mark || !kind || (lab !== undefined && mark.lab !== lab)) return [];
  const expires = tags[EXPIRES_KEY];
  return [
    {
      cloud: "azure",
      region: location,
      kind: kind.kind,
      id,
      name: tags.Name ?? name,
      mark,
      ...(expires === undefined ? {} : { expires }),
    },
  ];
}

/** A group that has something of somebody else's. */
function groupInUse({ name }: CloudLeftover, others: readonly unknown[]): FaultError {
  const ids = others
    .map((entry) => resourceSchema.parse(entry))
    .map(({ type, name: other }) => `${type} ${other}`);
  return new FaultError([
    {
      code: "cloud-in-use",
      where: `resource group ${name}`,
      what: `it has what the lab did not make: ${ids.join(", ")}`,
      fix: "Remove what is named if it is yours, and run the command again: it goes on where it stopped",
    },
  ]);
}

/**
 * Azure's subscription as labs use it. Lists are taken whole: asked for by a tag's name and value Azure leaves the tags out, by which two labs of
 * one name are told apart (learn.microsoft.com, "Resources - List").
 */
export function azureAccount(azure: AzureRest = new AzureRest()): CloudAccount {
  return {
    observe: async (lab) => {
      const subscription = await azure.subscription();
      const [groups, resources, budgets] = await Promise.all([
        azure.list(`${subscription}/resourcegroups`, RESOURCES),
        azure.list(`${subscription}/resources`, RESOURCES),
        azure.list(`${subscription}/${BUDGETS}`, BUDGETS_VERSION).catch(withoutBudgets),
      ]);
      return [
        ...[...resources, ...groups].flatMap((found) => leftover(found, lab)),
        ...budgets.flatMap((found) => budget(subscription, found, lab)),
      ].sort((a, b) => order(a) - order(b) || a.name.localeCompare(b.name));
    },
    remove: async (object) => {
      const kind = KINDS[order(object)];
      if (!kind) throw new Error(`Azure has no ${object.kind}`);
      if (kind.type === GROUP) {
        // With a group goes all that is in it, whoever made that.
        const others = await azure.list(`${object.id}/resources`, RESOURCES).catch(gone);
        if (others.length > 0) throw groupInUse(object, others);
      }
      await azure.remove(object.id, kind.version);
    },
  };
}

const budgetSchema = z.looseObject({ name: z.string() });

/** A budget, which has no tags: its name says whose it is. */
function budget(subscription: string, found: unknown, lab: string | undefined): CloudLeftover[] {
  const { name } = budgetSchema.parse(found);
  const mark = budgetMark(name);
  if (!mark || (lab !== undefined && mark.lab !== lab)) return [];
  const id = `${subscription}/${BUDGETS}/${name}`;
  return [{ cloud: "azure", region: "-", kind: "budget", id, name: `${mark.lab}-budget`, mark }];
}

/** Whoever may not see budgets has made none, and a subscription of a kind that has none says so with a refusal. */
function withoutBudgets(error: unknown): [] {
  if (error instanceof FaultError && error.faults[0].code !== "cloud-busy") return [];
  throw error;
}

/** A group that is gone has nothing. */
function gone(error: unknown): [] {
  if (error instanceof FaultError && error.message.includes("NotFound")) return [];
  throw error;
}
