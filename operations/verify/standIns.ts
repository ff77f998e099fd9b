import { isCloud } from "../../course/hosts";
import type { LabPlan } from "../../course/plan";
import type { PlatformGuest } from "../platforms/platform";
import { containerStandIns } from "./containerStandIns";
import { hypervStandIns } from "./hypervStandIns";
import { libvirtStandIns } from "./libvirtStandIns";
import type { Prober } from "./probers";
import { viewsOf } from "./views";

/** What stands where a host and a client PC do. */
export interface StandIns {
  readonly probers: readonly Prober[];
  /** Why one of them is not there, by its key. */
  readonly failed: ReadonlyMap<string, string>;
  /** Takes them away. */
  remove(): Promise<void>;
}

/** Stand-ins of a {@link View}. */
export interface SeenFrom extends StandIns {
  /** Name of the view. */
  readonly view: string;
}

/** Stands something where the hosts and the client PCs on their classroom LANs do. @param guests those that stand */
export function startStandIns(
  plan: LabPlan,
  guests: ReadonlyMap<string, PlatformGuest>,
): Promise<SeenFrom[]> {
  return Promise.all(
    viewsOf(plan).map(async ({ name, plan: part }) => ({ view: name, ...(await startIn(part, guests)) })),
  );
}

function startIn(plan: LabPlan, guests: ReadonlyMap<string, PlatformGuest>): Promise<StandIns> {
  // What a cloud host runs, it says itself.
  const [host] = plan.hosts;
  const target = host && isCloud(host.config) ? host.target : plan.target;
  if (target === "libvirt") return libvirtStandIns(plan);
  return target === "hyperv" ? hypervStandIns(plan) : containerStandIns(plan, guests);
}
