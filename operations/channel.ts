import { channelOn } from "../components/hypervisors/channels";
import type { GuestChannel } from "../components/hypervisors/driver";
import { targetOfGuest } from "../course/objects";
import type { GuestPlan, LabPlan } from "../course/plan";

/** The management channel of a guest of a lab. */
export function channelTo(plan: LabPlan, guest: GuestPlan): GuestChannel {
  const host = plan.hosts.find(({ name }) => name === guest.host);
  return channelOn(targetOfGuest(plan, guest), guest, plan.lab, host);
}
