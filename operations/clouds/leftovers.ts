import type { Money } from "../../course/cost/money";
import { hourlyPrice } from "../../course/cost/objects";
import { type Fault, FaultError } from "../../course/faults";
import type { HostPlan } from "../../course/hosts";
import type { OwnerMark } from "../../course/mark";
import type { StateResource } from "../engine";
import { planLab } from "../plan";
import type { StackFile } from "../stackFile";
import { machineAccounts } from "./accounts";
import type { CloudMachine } from "./machines";
import { amazonRegions } from "./regions";

/** An object in a cloud's account that carries an owner mark. */
export interface CloudLeftover {
  readonly cloud: "aws" | "azure";
  readonly region: string;
  /** As people read it: `machine`, `address`, `network`. */
  readonly kind: string;
  /** The cloud's own id, as the engine records it. */
  readonly id: string;
  readonly name: string;
  readonly mark: OwnerMark;
  /** From when on it should be gone, as an instant in UTC; absent in a lab without a calendar. */
  readonly expires?: string;
  /** What it costs an hour by the list prices of the table; absent where that is not known, or nothing by itself. */
  readonly perHour?: Money;
}

/** What is asked of a cloud without the engine, and done to it. No Pulumi state is read. */
export interface CloudAccount {
  /** What carries the mark, of one lab or of all, in the order in which it can be removed. @throws FaultError */
  observe(lab?: string): Promise<CloudLeftover[]>;
  /** Removes one object, with what only it has; one that is gone is no error. @throws FaultError with the cloud's words */
  remove(object: CloudLeftover): Promise<void>;
}

/** Several accounts as one. */
function joined(accounts: Readonly<Partial<Record<CloudLeftover["cloud"], CloudAccount>>>): CloudAccount {
  return {
    observe: async (lab) => {
      const found = await Promise.all(Object.values(accounts).map((account) => account.observe(lab)));
      return found.flat();
    },
    remove: async (object) => accounts[object.cloud]?.remove(object),
  };
}

/** The accounts in which a lab has hosts, as one; undefined where it has none. Only then is what asks a cloud loaded. */
export async function accountOf(hosts: readonly HostPlan[]): Promise<CloudAccount | undefined> {
  const accounts: Partial<Record<CloudLeftover["cloud"], CloudAccount>> = {};
  const regions = amazonRegions(hosts);
  if (regions.length > 0) {
    // The SDK's version is pinned: that a later one needs a later Node is nothing that whoever runs a class can mend.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
    const { amazonAccount } = await import("./amazon/account.js");
    const { amazonBySdk } = await import("./amazon/sdk.js");
    accounts.aws = amazonAccount(amazonBySdk(), regions);
  }
  if (hosts.some(({ config }) => config.kind === "azure")) {
    const { azureAccount } = await import("./azure/account.js");
    accounts.azure = azureAccount();
  }
  return Object.keys(accounts).length > 0 ? joined(accounts) : undefined;
}

/** Kinds whose price an hour goes by nothing but themselves. */
const PLAIN_PRICES = { address: "address", bastion: "bastion", "NAT gateway": "nat" } as const;

const isPlain = (kind: string): kind is keyof typeof PLAIN_PRICES => Object.hasOwn(PLAIN_PRICES, kind);

/** Adds what each object costs an hour. @param machines what the clouds say of machines: their types, and whether they are paid for */
export function withPrices(
  found: readonly CloudLeftover[],
  machines: readonly CloudMachine[],
): CloudLeftover[] {
  // Azure writes the same id in different letters.
  const byId = new Map(machines.map((machine) => [machine.id.toLowerCase(), machine]));
  return found.map((object) => {
    const cloud = object.cloud === "aws" ? "ec2" : "azure";
    const machine = byId.get(object.id.toLowerCase());
    const perHour =
      object.kind === "machine" && machine
        ? hourlyPrice(cloud, object.region, {
            kind: "machine",
            type: machine.type,
            on: machine.power !== "stopped",
          })
        : isPlain(object.kind)
          ? hourlyPrice(cloud, object.region, { kind: PLAIN_PRICES[object.kind] })
          : undefined;
    return perHour ? { ...object, perHour } : object;
  });
}

/** The account of a sweep: what it finds has its price. */
function pricing(account: CloudAccount, hosts: readonly HostPlan[]): CloudAccount {
  return {
    observe: async (lab) => {
      const [found, accounts] = await Promise.all([account.observe(lab), machineAccounts(hosts)]);
      if (!found.some(({ kind }) => kind === "machine")) return withPrices(found, []);
      const machines = await Promise.all(accounts.map((entry) => entry.machines(lab)));
      return withPrices(found, machines.flat());
    },
    remove: (object) => account.remove(object),
  };
}

/** The account of the lab of a file; undefined where it has none, or its file cannot be read, which is no reason to find nothing here. */
export async function accountToSweep(read: () => StackFile): Promise<CloudAccount | undefined> {
  let hosts: readonly HostPlan[];
  try {
    hosts = planLab(read()).hosts;
  } catch (error) {
    if (error instanceof FaultError) return undefined;
    throw error;
  }
  const account = await accountOf(hosts);
  return account && pricing(account, hosts);
}

const isSame = (a: CloudLeftover, b: CloudLeftover): boolean =>
  a.kind === b.kind && a.id === b.id && a.region === b.region && a.mark.id === b.mark.id;

/**
 * Removes what was found and still carries the mark with which it was found, in order.
 * @returns what was removed
 * @throws FaultError with the cloud's words for each that could not be removed, after the others were
 */
export async function removeFromCloud(
  account: CloudAccount,
  found: readonly CloudLeftover[],
): Promise<CloudLeftover[]> {
  if (found.length === 0) return [];
  const standing = await account.observe();
  const faults: Fault[] = [];
  const removed: CloudLeftover[] = [];
  // One after the other: what comes later is needed by what comes before.
  for (const object of standing.filter((entry) => found.some((other) => isSame(entry, other)))) {
    try {
      await account.remove(object);
      removed.push(object);
    } catch (error) {
      if (!(error instanceof FaultError)) throw error;
      faults.push(...error.faults.map((fault) => ({ ...fault, where: `${object.kind} ${object.name}` })));
    }
  }
  const [first, ...more] = faults;
  if (first) throw new FaultError([first, ...more]);
  return removed;
}

/** What carries a lab's id and no state knows: a run was killed between the making of it and the recording. @param id the lab's id */
export function unknownInCloud(
  found: readonly CloudLeftover[],
  id: string,
  resources: readonly StateResource[],
): CloudLeftover[] {
  // Azure writes the same id in different letters; a disk comes and goes with its machine, and is no resource of its own.
  const known = new Set(resources.map((resource) => resource.id?.toLowerCase()));
  return found.filter(
    (object) => object.mark.id === id && object.kind !== "disk" && !known.has(object.id.toLowerCase()),
  );
}
