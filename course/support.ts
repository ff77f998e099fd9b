/** Adapter modes, one vocabulary for every target (course.md, "Adapter modes"). */
export const MODES = ["disabled", "host-only", "nat", "nat-network", "bridged", "internal"] as const;

/** One of the six adapter modes. */
export type Mode = (typeof MODES)[number];

/** Where guests run. */
export const TARGETS = ["containers"] as const;

/** One of the targets. */
export type Target = (typeof TARGETS)[number];

/** How a target does a feature. */
export type Support =
  | { readonly kind: "native" }
  | { readonly kind: "emulated"; readonly how: string }
  | { readonly kind: "refused"; readonly why: string; readonly instead: string };

const NOT_YET: Support = {
  kind: "refused",
  why: "the containers target does not build this mode yet",
  instead: "bridged, or adapters with mode: disabled",
};

/**
 * What each target does with each mode. A refused mode fails in the plan with the sentence that stands here.
 * Containers: a Docker bridge network that every team's guests join behaves like a bridged classroom LAN
 * (facts: Docker's bridge driver; measured with ping and curl from inside the guests).
 */
export const MODE_SUPPORT: Record<Target, Record<Mode, Support>> = {
  containers: {
    disabled: { kind: "native" },
    bridged: { kind: "emulated", how: "one Docker bridge network stands in for the classroom LAN" },
    "host-only": NOT_YET,
    nat: NOT_YET,
    "nat-network": NOT_YET,
    internal: NOT_YET,
  },
};
