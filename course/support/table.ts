import type { Cell } from "./cells";
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
