import { markLabels, type OwnerMark } from "../../../course/mark";
import type { SwitchMode } from "../../../course/modes";
import { parseSubnet } from "../../../course/network";
import { externalSwitchName } from "../../../course/objects";
import type { SwitchPlan } from "../../../course/switches";
import type { ModuleCalls } from "./transport";

/** Kinds of switches of Hyper-V (Microsoft, "New-VMSwitch"). */
export type SwitchKind = "Private" | "Internal" | "External";

/** The kind that a mode is made of. */
export const SWITCH_KINDS: Readonly<Record<SwitchMode, SwitchKind>> = {
  internal: "Private",
  "host-only": "Internal",
  nat: "Internal",
  "nat-network": "Internal",
  bridged: "External",
};

/**
 * The private VLAN of a switch in mode `nat`: guests are isolated ports, the host's is the promiscuous one, so that guests reach the host
 * and not each other (Microsoft, "Set-VMNetworkAdapterVlan"). Nothing outside the switch sees the numbers.
 */
export const PRIVATE_VLAN = { primaryVlan: 5, secondaryVlan: 6 } as const;

/** Name of the switch on the host that a planned one is. */
export function switchNameOf(
  mark: Pick<OwnerMark, "lab">,
  plan: Pick<SwitchPlan, "mode" | "objectName">,
): string {
  return plan.mode === "bridged" ? externalSwitchName(mark) : plan.objectName;
}

/** One switch. The one over the card is made with the host: it is only looked for, and not removed with the planned ones on it. */
export function switchCalls(plan: SwitchPlan, mark: OwnerMark): ModuleCalls {
  const kind = SWITCH_KINDS[plan.mode];
  const own = { mark: markLabels(mark), name: switchNameOf(mark, plan) };
  const apply = (data: object) => ({ function: "Set-ClasslabSwitch", data: { ...own, kind, ...data } });
  if (kind === "External") return { apply: apply({}) };
  const remove = { function: "Remove-ClasslabSwitch", data: own };
  if (kind === "Private") return { apply: apply({}), remove };
  const address = { hostAddress: plan.gateway, prefixLength: parseSubnet(plan.subnet).prefix };
  return { apply: apply({ ...address, ...(plan.mode === "nat" ? PRIVATE_VLAN : {}) }), remove };
}
