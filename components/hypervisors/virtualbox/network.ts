import type { OwnerMark } from "../../../course/mark";
import type { SwitchPlan } from "../../../course/switches";
import { hostOnlyRemoval, hostOnlySteps } from "./hostOnly";
import { extraData, natNetwork } from "./questions";
import { has, lacks, type Step, step } from "./steps";

const GLOBAL = "global";

/** Key by which VirtualBox itself keeps whose a NAT network is: a network has no data of its own. */
const ownerKey = ({ id }: Pick<OwnerMark, "id">, name: string) => `classlab/${id}/natnetwork/${name}`;

function natNetworkSteps({ objectName, subnet }: SwitchPlan, mark: OwnerMark): Step[] {
  const key = ownerKey(mark, objectName);
  const isThere = has(natNetwork(objectName), { is: `Name: ${objectName}` });
  return [
    step("no other NAT network has the name", {
      when: [isThere],
      must: [
        {
          ...has(extraData(GLOBAL, key), { is: `Value: ${mark.lab}` }),
          otherwise: `object-in-the-way: natnetwork ${objectName}: it is not of this lab and has the name that the lab's own needs`,
        },
      ],
    }),
    // Before the network: one that is made and not marked would be taken for another's.
    step("mark of the NAT network", {
      settled: [has(extraData(GLOBAL, key), { is: `Value: ${mark.lab}` })],
      args: ["setextradata", GLOBAL, key, mark.lab],
    }),
    step("NAT network", {
      settled: [isThere],
      // Guests have their addresses from their seeds.
      args: ["natnetwork", "add", "--netname", objectName, "--network", subnet, "--enable", "--dhcp", "off"],
    }),
    step("range of the NAT network", {
      settled: [has(natNetwork(objectName), { is: `Network: ${subnet}` })],
      args: ["natnetwork", "modify", "--netname", objectName, "--network", subnet],
    }),
  ];
}

/**
 * A switch in its mode. An internal network is there as soon as an adapter is on it; NAT is each adapter's own; a bridged switch is the
 * host's card.
 */
export function switchSteps(plan: SwitchPlan, mark: OwnerMark): Step[] {
  if (plan.mode === "nat-network") return natNetworkSteps(plan, mark);
  return plan.mode === "host-only" ? hostOnlySteps(plan, mark) : [];
}

/** Takes a switch away where the lab made it. */
export function switchRemoval(plan: Pick<SwitchPlan, "mode" | "objectName">, mark: OwnerMark): Step[] {
  const { mode, objectName } = plan;
  if (mode === "host-only") return hostOnlyRemoval(plan, mark);
  if (mode !== "nat-network") return [];
  const key = ownerKey(mark, objectName);
  return [
    step("NAT network removed", {
      when: [
        has(extraData(GLOBAL, key), { is: `Value: ${mark.lab}` }),
        has(natNetwork(objectName), { is: `Name: ${objectName}` }),
      ],
      // `--netname=NAME` is refused here: VBoxManage counts the words (7.2.22).
      args: ["natnetwork", "remove", "--netname", objectName],
    }),
    step("mark of the NAT network removed", {
      when: [lacks(natNetwork(objectName), { is: `Name: ${objectName}` })],
      settled: [has(extraData(GLOBAL, key), { is: "No value set!" })],
      args: ["setextradata", GLOBAL, key],
    }),
  ];
}
