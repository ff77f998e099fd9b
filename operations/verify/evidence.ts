import { type GuestPlan, guestsOf, type LabPlan } from "../../course/plan";
import type { PlatformGuest } from "../platforms/platform";
import type { ProbeResult } from "./probeResults";
import type { Probed } from "./probers";

/** All that was seen in one run of `verify`. */
export interface Evidence {
  readonly plan: LabPlan;
  /** Guests by their platform name; undefined when the platform did not answer. */
  readonly platform: ReadonlyMap<string, PlatformGuest> | undefined;
  /** What came of each prober that was begun, by its key. */
  readonly probed: ReadonlyMap<string, Probed>;
  /** Why a stand-in could not be started, by its key. */
  readonly notStarted: ReadonlyMap<string, string>;
  /** SSH logins by guest key; a guest without one was not tried. */
  readonly logins: ReadonlyMap<string, ProbeResult>;
  /** Pages opened from this machine, by the check's id. */
  readonly opened: ReadonlyMap<string, ProbeResult>;
  /** Why the run ended before everything was measured. */
  readonly cut?: "interrupted" | "timed-out" | "platform-silent";
}

/** The guest of a check or vantage point. */
export function guestAt(plan: LabPlan, team: string, guest: string | undefined): GuestPlan | undefined {
  return guestsOf(plan).find((entry) => entry.team === team && entry.name === guest);
}
