import type { LabPlan } from "../../course/plan";
import type { PlatformGuest } from "../platforms/platform";
import { containerStandIns } from "./containerStandIns";
import { hypervStandIns } from "./hypervStandIns";
import { libvirtStandIns } from "./libvirtStandIns";
import type { Prober } from "./probers";

/** What stands where the host and a client PC do. */
export interface StandIns {
  readonly probers: readonly Prober[];
  /** Why one of them is not there, by its key. */
  readonly failed: ReadonlyMap<string, string>;
  /** Takes them away. */
  remove(): Promise<void>;
}

/** Stands something where the host and a client PC on the classroom LAN do. @param guests those that stand */
export function startStandIns(plan: LabPlan, guests: ReadonlyMap<string, PlatformGuest>): Promise<StandIns> {
  if (plan.target === "libvirt") return libvirtStandIns(plan);
  return plan.target === "hyperv" ? hypervStandIns(plan) : containerStandIns(plan, guests);
}
