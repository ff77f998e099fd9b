import { channelOn } from "../components/hypervisors/channels";
import type { GuestChannel } from "../components/hypervisors/driver";
import { FaultError } from "../course/faults";
import { targetOfGuest } from "../course/objects";
import { type GuestPlan, guestsOf, type LabPlan } from "../course/plan";
import { reachesGuests } from "../course/resources";

/** Whether something of this machine reaches into all guests of a lab. */
export function reachesAll(plan: LabPlan): boolean {
  return guestsOf(plan).every((guest) => reachesGuests(targetOfGuest(plan, guest)));
}

/**
 * Refuses what works inside guests where nothing reaches into them.
 * @param what is to be done, as `verify looks at guests from inside`
 * @throws FaultError `target-not-built`
 */
export function needChannels(plan: LabPlan, what: string): void {
  if (reachesAll(plan)) return;
  throw new FaultError([
    {
      code: "target-not-built",
      where: `lab ${plan.lab}`,
      what: `${what}, and this version has no way into guests on Hyper-V`,
      fix: "classlab status tells what stands; inside the guests somebody has to look by hand",
    },
  ]);
}

/** The management channel of a guest of a lab. */
export function channelTo(plan: LabPlan, guest: GuestPlan): GuestChannel {
  const host = plan.hosts.find(({ name }) => name === guest.host);
  return channelOn(targetOfGuest(plan, guest), guest, plan.lab, host);
}
