import { type Fault, FaultError } from "../../course/faults";
import { type HostPlan, isCloud } from "../../course/hosts";
import type { OwnerMark } from "../../course/mark";
import type { StateResource } from "../engine";
import { planLab } from "../plan";
import type { StackFile } from "../stackFile";

/** An object in a cloud's account that carries an owner mark. */
export interface CloudLeftover {
  readonly cloud: "aws";
  readonly region: string;
  /** As people read it: `machine`, `address`, `network`. */
  readonly kind: string;
  /** The cloud's own id, as the engine records it. */
  readonly id: string;
  readonly name: string;
  readonly mark: OwnerMark;
  /** From when on it should be gone, as an instant in UTC; absent in a lab without a calendar. */
  readonly expires?: string;
}

/** What is asked of a cloud without the engine, and done to it. No Pulumi state is read. */
export interface CloudAccount {
  /** What carries the mark, of one lab or of all, in the order in which it can be removed. @throws FaultError */
  observe(lab?: string): Promise<CloudLeftover[]>;
  /** Removes one object, with what only it has; one that is gone is no error. @throws FaultError with the cloud's words */
  remove(object: CloudLeftover): Promise<void>;
}

/** The regions of Amazon's in which a lab has hosts. */
export function amazonRegions(hosts: readonly HostPlan[]): string[] {
  const regions = hosts.flatMap(({ config }) =>
    isCloud(config) && config.kind === "ec2" ? [config.region] : [],
  );
  return [...new Set(regions)].sort();
}

/** The account in which a lab has hosts; undefined where it has none. Only then is an SDK of a cloud's loaded. */
export async function accountOf(hosts: readonly HostPlan[]): Promise<CloudAccount | undefined> {
  const regions = amazonRegions(hosts);
  if (regions.length === 0) return undefined;
  // The SDK's version is pinned: that a later one needs a later Node is nothing that whoever runs a class can mend.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  const { amazonAccount } = await import("./amazon/account.js");
  const { amazonBySdk } = await import("./amazon/sdk.js");
  return amazonAccount(amazonBySdk(), regions);
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
  return accountOf(hosts);
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
  const known = new Set(resources.map((resource) => resource.id));
  return found.filter((object) => object.mark.id === id && !known.has(object.id));
}
