import type { Mode } from "../modes";
import { type Cell, type Support, supportOfCell } from "./cells";
import { CONTAINERS } from "./containers";
import type { Feature } from "./features";
import { HOST_CHANGES } from "./hostKinds";
import { HYPERV } from "./hyperv";
import { LIBVIRT } from "./libvirt";
import type { HostKind, Target } from "./targets";
import { VIRTUALBOX } from "./virtualbox";

/** What each target does with each feature on a machine of one's own. */
export const SUPPORT: Readonly<Record<Target, Readonly<Record<Feature, Cell>>>> = {
  containers: CONTAINERS,
  libvirt: LIBVIRT,
  virtualbox: VIRTUALBOX,
  hyperv: HYPERV,
};

/**
 * How a target does a feature on a kind of host.
 * @param kind a machine of one's own by default
 */
export function supportOf(feature: Feature, target: Target, kind: HostKind = "this-machine"): Cell {
  return HOST_CHANGES[target][kind]?.[feature] ?? SUPPORT[target][feature];
}

const modesOf = (target: Target): Record<Mode, Support> => {
  const mode = (name: Mode) => supportOfCell(SUPPORT[target][name]);
  return {
    disabled: mode("disabled"),
    "host-only": mode("host-only"),
    nat: mode("nat"),
    "nat-network": mode("nat-network"),
    bridged: mode("bridged"),
    internal: mode("internal"),
  };
};

/** What each target does with each mode on a machine of one's own. A refused mode fails in the plan with the sentence that stands here. */
export const MODE_SUPPORT: Readonly<Record<Target, Readonly<Record<Mode, Support>>>> = {
  containers: modesOf("containers"),
  libvirt: modesOf("libvirt"),
  virtualbox: modesOf("virtualbox"),
  hyperv: modesOf("hyperv"),
};

/** What each target does with VLANs of the classroom LAN on a machine of one's own. */
export const VLAN_SUPPORT: Readonly<Record<Target, Support>> = {
  containers: supportOfCell(SUPPORT.containers.vlan),
  libvirt: supportOfCell(SUPPORT.libvirt.vlan),
  virtualbox: supportOfCell(SUPPORT.virtualbox.vlan),
  hyperv: supportOfCell(SUPPORT.hyperv.vlan),
};
