import { EXPECTED_REACH } from "./expectedReach";
import type { SwitchMode } from "./modes";
import type { GuestPlan } from "./plan";
import type { Target } from "./support";

/** The addresses of a guest on switches whose mode is so. */
export function addressesWhere(guest: GuestPlan, holds: (mode: SwitchMode) => boolean): string[] {
  return guest.adapters.flatMap((adapter) =>
    adapter.mode !== "disabled" && holds(adapter.mode) ? [adapter.address] : [],
  );
}

/** The addresses of a guest that its host reaches. @param target of the host */
export function addressesFromHost(guest: GuestPlan, target: Target): string[] {
  return addressesWhere(guest, (mode) => EXPECTED_REACH[target][mode].fromHost.reachable);
}
