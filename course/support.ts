import type { Mode } from "./modes";

/** Where guests run. */
export const TARGETS = ["containers", "libvirt", "virtualbox", "hyperv"] as const;

/** Targets that this version can stand a lab up on; the others can be planned. */
export const BUILT_TARGETS: readonly Target[] = ["containers"];

/** One of the targets. */
export type Target = (typeof TARGETS)[number];

/** How a target does a feature. */
export type Support =
  | { readonly kind: "native" }
  | { readonly kind: "emulated"; readonly how: string }
  | { readonly kind: "refused"; readonly why: string; readonly instead: string };

/** What each target does with VLANs of the classroom LAN. */
export const VLAN_SUPPORT: Record<Target, Support> = {
  libvirt: { kind: "native" },
  virtualbox: { kind: "native" },
  hyperv: { kind: "native" },
  containers: {
    kind: "emulated",
    how: "a Docker network with a subnet of its own for each VLAN; nothing is tagged on any wire",
  },
};

const NATIVE: Record<Mode, Support> = {
  disabled: { kind: "native" },
  bridged: { kind: "native" },
  "host-only": { kind: "native" },
  nat: { kind: "native" },
  "nat-network": { kind: "native" },
  internal: { kind: "native" },
};

/**
 * What each target does with each mode. A refused mode fails in the plan with the sentence that stands here.
 * Containers: Docker's bridge driver; what its options do was measured with ping and curl from inside guests and from the
 * host, and what they leave open is closed in the guest's own network namespace.
 */
export const MODE_SUPPORT: Record<Target, Record<Mode, Support>> = {
  libvirt: NATIVE,
  virtualbox: NATIVE,
  hyperv: NATIVE,
  containers: {
    disabled: { kind: "native" },
    bridged: { kind: "emulated", how: "one Docker bridge network stands in for the classroom LAN" },
    "host-only": {
      kind: "emulated",
      how: "an internal Docker network for each team, on which the host has an address",
    },
    nat: {
      kind: "emulated",
      how: "a Docker network for each team on which containers do not see each other; new connections of the host are dropped in the guest's network namespace",
    },
    "nat-network": { kind: "emulated", how: "a Docker bridge network for each team" },
    internal: {
      kind: "emulated",
      how: "an internal Docker network for each team, on which the host has no address; its subnet is not that of the LAN, since networks of one machine cannot share one",
    },
  },
};
