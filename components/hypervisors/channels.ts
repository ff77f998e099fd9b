import type { HostPlan } from "../../course/hosts";
import type { GuestPlan } from "../../course/plan";
import type { Target } from "../../course/support";
import { containerChannel } from "./containers/channel";
import type { GuestChannel } from "./driver";
import { libvirtChannel } from "./libvirt/channel";
import { virtualBoxChannel } from "./virtualbox/channel";

const CHANNELS: Partial<Record<Target, (plan: GuestPlan, lab: string, host?: HostPlan) => GuestChannel>> = {
  containers: containerChannel,
  libvirt: libvirtChannel,
  virtualbox: virtualBoxChannel,
};

/** The management channel of a guest on a target, from this machine; `host` says where it is. Throws where there is none: the plan of such a lab is refused before. */
export function channelOn(target: Target, plan: GuestPlan, lab: string, host?: HostPlan): GuestChannel {
  const channel = CHANNELS[target];
  if (!channel) throw new Error(`no management channel for target ${target}`);
  return channel(plan, lab, host);
}
