import type { GuestConfig } from "./config";

/** What a clone is copied from. */
export interface CloneOrigin {
  /** Name of the guest. */
  readonly guest: string;
  /** `full`: a disk of its own; `linked`: only what differs from the guest's disk as it was then. */
  readonly kind: GuestConfig["clones"][number]["kind"];
}

/** A guest that stands: one that is configured, or a clone of one. */
export interface StandingGuest extends GuestConfig {
  /** Absent for a guest that is no clone. */
  readonly cloneOf?: CloneOrigin;
}

function clonesOf(guest: GuestConfig): StandingGuest[] {
  return guest.clones.map(
    ({ name, kind }): StandingGuest => ({
      ...guest,
      name,
      // The address that is configured is the first's.
      adapters: guest.adapters.map((adapter) => ("switch" in adapter ? { switch: adapter.switch } : adapter)),
      // What ran in the guest is on the copied disk; nobody takes care of it there.
      docker: [],
      snapshots: [],
      clones: [],
      cloneOf: { guest: guest.name, kind },
    }),
  );
}

/**
 * Guests, and behind them their clones, each a guest of its own with the hardware of the one that it is a copy of (manual L2726). Behind them,
 * so that a clone more has no guest moved.
 */
export function withClones(guests: readonly GuestConfig[]): readonly StandingGuest[] {
  return [...guests, ...guests.flatMap(clonesOf)];
}
