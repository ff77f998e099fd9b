import type { AdapterPlan, GuestPlan } from "../../../course/plan";
import { machineInfo, natNetwork } from "./questions";
import { type Condition, has, type Step, step } from "./steps";

/** A rule by which 127.0.0.1 of the host reaches a port of a guest. */
interface Rule {
  readonly name: string;
  /** As VirtualBox takes and tells it. */
  readonly text: string;
}

/** Rules of a guest behind NAT of its own (VirtualBox manual, chapter 6.3.1), or of the NAT network that it is on (6.4); none elsewhere. */
function rulesOf({ objectName, published }: GuestPlan, adapter: AdapterPlan): Rule[] {
  if (adapter.mode !== "nat" && adapter.mode !== "nat-network") return [];
  const { address, mode } = adapter;
  return published.map(({ guestPort, hostPort }) => {
    const name = `${objectName}-${guestPort}`;
    const text =
      mode === "nat"
        ? `${name},tcp,127.0.0.1,${hostPort},${address},${guestPort}`
        : `${name}:tcp:[127.0.0.1]:${hostPort}:[${address}]:${guestPort}`;
    return { name, text };
  });
}

const atMachine = (uuid: string, { text }: Rule) =>
  has(machineInfo(uuid), { starts: "Forwarding(", ends: `="${text}"` });

const atNetwork = (network: string, { text }: Rule) => has(natNetwork(network), { is: ` ${text}` });

/** Whether the published ports of an adapter with NAT of its own are there: only a machine that is off takes them. */
export function forwarded(uuid: string, guest: GuestPlan, adapter: AdapterPlan): Condition[] {
  return adapter.mode === "nat" ? rulesOf(guest, adapter).map((rule) => atMachine(uuid, rule)) : [];
}

/**
 * The ports of a guest that are published on the host, at one of its adapters.
 * @param number of the adapter, from 1
 */
export function forwardingSteps(
  uuid: string,
  number: number,
  guest: GuestPlan,
  adapter: AdapterPlan,
): Step[] {
  return rulesOf(guest, adapter).flatMap((rule): Step[] => {
    if (adapter.mode === "nat") {
      const args = ["modifyvm", uuid, `--natpf${number}`, rule.text];
      return [step(`adapter ${number}: forwarded port`, { settled: [atMachine(uuid, rule)], args })];
    }
    if (adapter.mode !== "nat-network") return [];
    const network = adapter.switchObject;
    const args = ["natnetwork", "modify", "--netname", network, "--port-forward-4", rule.text];
    return [step(`NAT network ${network}: forwarded port`, { settled: [atNetwork(network, rule)], args })];
  });
}

/** Takes the rules of the guest that a machine was cloned of out of the clone: two would answer at one port of the host's. */
export function forwardingCleared(uuid: string, original: GuestPlan): Step[] {
  return original.adapters.flatMap((adapter, index) =>
    adapter.mode !== "nat"
      ? []
      : rulesOf(original, adapter).map((rule) =>
          step(`adapter ${index + 1}: no forwarded port`, {
            when: [atMachine(uuid, rule)],
            args: ["modifyvm", uuid, `--natpf${index + 1}`, "delete", rule.name],
          }),
        ),
  );
}

/** Takes a guest's ports out of the rules of the NAT networks that it was on; those of its own NAT go with it. */
export function forwardingRemoval(guest: GuestPlan): Step[] {
  return guest.adapters.flatMap((adapter) =>
    adapter.mode !== "nat-network"
      ? []
      : rulesOf(guest, adapter).map((rule) =>
          step(`NAT network ${adapter.switchObject}: no forwarded port`, {
            when: [atNetwork(adapter.switchObject, rule)],
            args: [
              "natnetwork",
              "modify",
              "--netname",
              adapter.switchObject,
              "--port-forward-4",
              "delete",
              rule.name,
            ],
          }),
        ),
  );
}
