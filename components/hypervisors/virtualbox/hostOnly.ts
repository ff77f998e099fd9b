import type { OwnerMark } from "../../../course/mark";
import { numberToAddress, parseSubnet } from "../../../course/network";
import type { SwitchPlan } from "../../../course/switches";
import { extraData, HOST_ONLY } from "./questions";
import { CAPTURED, has, lacks, type Step, step } from "./steps";

const GLOBAL = "global";

/** VirtualBox names interfaces itself: which one is a switch's is kept with VirtualBox, and apart from that which ones the lab made, and its name. */
const key = (kind: "interface" | "made" | "lab", { id }: Pick<OwnerMark, "id">, switchObject: string) =>
  `classlab/${id}/${kind}/${switchObject}`;

const netmask = (subnet: string) => numberToAddress(2 ** 32 - 2 ** (32 - parseSubnet(subnet).prefix));

const isNamed = has(HOST_ONLY, { is: `Name: ${CAPTURED}` });
const isNotNamed = lacks(HOST_ONLY, { is: `Name: ${CAPTURED}` });

/** Reads the name of a switch's interface for {@link CAPTURED}. */
export function hostOnlyName(mark: Pick<OwnerMark, "id">, switchObject: string): Step {
  return step("host-only interface known", {
    read: { ask: extraData(GLOBAL, key("interface", mark, switchObject)), after: "Value: " },
  });
}

/**
 * The interface of a host-only switch. One that has the switch's address already is taken as it is and never removed: VirtualBox's
 * installer for Windows makes one at 192.168.56.1.
 */
export function hostOnlySteps(plan: SwitchPlan, mark: Pick<OwnerMark, "id" | "lab">): Step[] {
  const { objectName, gateway, subnet } = plan;
  const known = key("interface", mark, objectName);
  const made = key("made", mark, objectName);
  const isUnknown = lacks(extraData(GLOBAL, known), { is: `Value: ${CAPTURED}` });
  const keep = (what: string, name: string, when: Step["when"]) =>
    step(what, { when, args: ["setextradata", GLOBAL, name, CAPTURED] });
  const whose = key("lab", mark, objectName);
  return [
    hostOnlyName(mark, objectName),
    // A run that was cut off may have come as far as making it.
    step("host-only interface made before", {
      when: [isNotNamed],
      read: { ask: extraData(GLOBAL, made), after: "Value: " },
    }),
    step("host-only interface at the address", {
      when: [isNotNamed],
      read: { ask: HOST_ONLY, after: "Name:", any: [{ is: `IPAddress: ${gateway}` }] },
    }),
    keep("host-only interface taken", known, [isNamed, isUnknown]),
    step("host-only interface", { settled: [isNamed], args: ["hostonlyif", "create"], take: "'" }),
    keep("mark of the host-only interface", made, [isUnknown]),
    keep("name of the host-only interface", known, [isUnknown]),
    step("address of the host-only interface", {
      settled: [has(HOST_ONLY, { is: `IPAddress: ${gateway}` })],
      args: ["hostonlyif", "ipconfig", CAPTURED, "--ip", gateway, "--netmask", netmask(subnet)],
    }),
    step("lab of the host-only interface", {
      settled: [has(extraData(GLOBAL, whose), { is: `Value: ${mark.lab}` })],
      args: ["setextradata", GLOBAL, whose, mark.lab],
    }),
  ];
}

/** Removes the interface of a switch where the lab made it, and what is kept of it. */
export function hostOnlyRemoval(
  { objectName }: Pick<SwitchPlan, "objectName">,
  mark: Pick<OwnerMark, "id">,
): Step[] {
  const made = key("made", mark, objectName);
  return [
    step("host-only interface made", { read: { ask: extraData(GLOBAL, made), after: "Value: " } }),
    step("host-only interface removed", { when: [isNamed], args: ["hostonlyif", "remove", CAPTURED] }),
    ...[made, key("interface", mark, objectName), key("lab", mark, objectName)].map((name) =>
      step("name of the host-only interface removed", {
        settled: [has(extraData(GLOBAL, name), { is: "No value set!" })],
        args: ["setextradata", GLOBAL, name],
      }),
    ),
  ];
}
