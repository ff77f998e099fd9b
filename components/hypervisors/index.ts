import type { Target } from "../../course/support";
import { containersDriver } from "./containers";
import type { HypervisorDriver } from "./driver";
import { hypervDriver } from "./hyperv";
import { libvirtDriver } from "./libvirt";
import { virtualBoxDriver } from "./virtualbox";

const DRIVERS: Partial<Record<Target, HypervisorDriver>> = {
  containers: containersDriver,
  libvirt: libvirtDriver,
  virtualbox: virtualBoxDriver,
  hyperv: hypervDriver,
};

/** The driver of a target. Throws where there is none: the plan of a lab that is to be brought up is refused before. */
export function driverOf(target: Target): HypervisorDriver {
  const driver = DRIVERS[target];
  if (!driver) throw new Error(`no driver for target ${target}`);
  return driver;
}
