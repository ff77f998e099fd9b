import type { HostPlan } from "../../course/hosts";
import type { GuestPlan } from "../../course/plan";
import type { Target } from "../../course/support";
import { containerChannel } from "./containers/channel";
import type { GuestChannel } from "./driver";
import { hypervChannel } from "./hyperv/channel";
import { libvirtChannel } from "./libvirt/channel";
import { virtualBoxChannel } from "./virtualbox/channel";

const CHANNELS: Readonly<Record<Target, (plan: GuestPlan, lab: string, host?: HostPlan) => GuestChannel>> = {
  containers: containerChannel,
  libvirt: libvirtChannel,
  virtualbox: virtualBoxChannel,
  hyperv: hypervChannel,
};

/** The management channel of a guest on a target, from this machine; `host` says where it is. */
export function channelOn(target: Target, plan: GuestPlan, lab: string, host?: HostPlan): GuestChannel {
  return CHANNELS[target](plan, lab, host);
}
