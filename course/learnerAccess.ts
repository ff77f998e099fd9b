import { addressesFromHost } from "./guestAddresses";
import { type HostPlan, isCloud } from "./hosts";
import type { GuestPlan, TeamPlan } from "./plan";

/** Account on a team's host in a cloud by which its learners come to their guests: a jump host, where they can run nothing. */
export const LEARNER = "learner";

/** Whether a host has that account: learners are elsewhere, and nothing but the host is reached from there. */
export function isJumpHost({ config }: Pick<HostPlan, "config">): boolean {
  return isCloud(config);
}

/** Whether anybody comes to such a host from outside: not where staff alone do, by a tunnel of its cloud. */
export function isOpen({ config }: Pick<HostPlan, "config">): boolean {
  return isCloud(config) && config.allowedCidrs.length > 0;
}

/** Port of Remote Desktop (learn.microsoft.com, "Change the listening port for Remote Desktop"). */
export const REMOTE_DESKTOP_PORT = 3389;

/** A guest's address that its host reaches; undefined where it reaches none. */
export function addressFromHost(guest: GuestPlan, { target }: Pick<HostPlan, "target">): string | undefined {
  return addressesFromHost(guest, target)[0];
}

/** Addresses of a team's guests that learners may go to by way of its host: none besides. */
export function addressesBehind({ guests }: Pick<TeamPlan, "guests">, { target }: HostPlan): string[] {
  return guests.flatMap((guest) => addressesFromHost(guest, target));
}
