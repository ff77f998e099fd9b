import type { Target } from "../../course/support";
import { containersDriver } from "./containers";
import type { HypervisorDriver } from "./driver";

const DRIVERS: Record<Target, HypervisorDriver> = { containers: containersDriver };

/** The driver of a target. */
export function driverOf(target: Target): HypervisorDriver {
  return DRIVERS[target];
}
