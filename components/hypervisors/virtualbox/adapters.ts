import type { AdapterPlan, GuestPlan } from "../../../course/plan";
import { macOf } from "../identity";
import { forwarded, forwardingSteps } from "./forwarding";
import { hostOnlyName } from "./hostOnly";
import { machineUuid, type Setting, settingsStep } from "./machine";
import { isSet, isThere, offSteps, running } from "./off";
import { BRIDGES, extraData, HOST_ONLY, machineInfo } from "./questions";
import type { VirtualBoxSettings } from "./settings";
import { CAPTURED, type Condition, has, lacks, type Step, step } from "./steps";

type Connected = Exclude<AdapterPlan, { mode: "disabled" }>;

/** The subnet of the switch that an adapter is on, in CIDR form. */
export type Subnet = (adapter: Connected) => string;

/** Adapters of a machine with the chipset PIIX3 (VirtualBox manual, chapter 6.1). */
const ADAPTERS = 8;

/** What the book's learners see in the window: Intel PRO/1000 MT Desktop, VirtualBox's own choice for Ubuntu. */
const CARD = "82540EM";

/**
 * The range of VirtualBox's NAT where nobody sets one (VirtualBox manual, chapter 6.3.1). An adapter that is moved there while its machine runs
 * has it: `controlvm` sets none.
 */
const NAT_RANGE = "10.0.2.0/24";

/** How `nicN` names what an adapter is attached to, the option that says which, and the key by which `showvminfo` tells it. */
interface Attachment {
  readonly nic: string;
  readonly option?: string;
  readonly key?: string;
  readonly value?: string;
  /** How `showvminfo` tells the value, where that differs. */
  readonly told?: string;
}

/** A MAC address as VirtualBox writes it. */
export function virtualBoxMac(mac: string): string {
  return mac.replaceAll(":", "").toUpperCase();
}

function bridgeOf({ bridge }: VirtualBoxSettings): string {
  if (bridge === undefined) throw new Error("a bridged adapter, and no card of the host is named");
  return bridge;
}

/**
 * What an adapter is attached to. A VLAN is the guest's own matter: VirtualBox's adapters have none (VirtualBox manual, chapter 6.2), so its
 * adapter is on the classroom LAN, where the guest tags its frames.
 */
function attachmentOf(adapter: AdapterPlan, settings: VirtualBoxSettings, subnet: Subnet): Attachment {
  switch (adapter.mode) {
    case "disabled":
      return { nic: "null" };
    case "nat": {
      const range = subnet(adapter);
      // Its own range is told by another word than it is set by.
      return range === NAT_RANGE
        ? { nic: "nat", option: "--natnet", key: "natnet", value: "default", told: "nat" }
        : { nic: "nat", option: "--natnet", key: "natnet", value: range };
    }
    case "nat-network":
      return { nic: "natnetwork", option: "--nat-network", key: "nat-network", value: adapter.switchObject };
    case "internal":
      return { nic: "intnet", option: "--intnet", key: "intnet", value: adapter.switchObject };
    case "host-only":
      return { nic: "hostonly", option: "--hostonlyadapter", key: "hostonlyadapter", value: CAPTURED };
    case "bridged":
      return { nic: "bridged", option: "--bridgeadapter", key: "bridgeadapter", value: bridgeOf(settings) };
  }
}

/** What an adapter is attached to, as `modifyvm` takes it. */
function attachmentSettings(number: number, { nic, option, key, value, told }: Attachment): Setting[] {
  const kind: Setting = [[`--nic${number}`, nic], `nic${number}="${nic}"`];
  return option === undefined || value === undefined
    ? [kind]
    : [kind, [[`${option}${number}`, value], `${key}${number}="${told ?? value}"`]];
}

/** What it has whatever it is attached to; only a machine that is off takes it. */
function cardSettings(number: number, mac: string): Setting[] {
  const address = virtualBoxMac(mac);
  return [
    [[`--nictype${number}`, CARD], `nictype${number}="${CARD}"`],
    [[`--macaddress${number}`, address], `macaddress${number}="${address}"`],
    [[`--cableconnected${number}`, "on"], `cableconnected${number}="on"`],
  ];
}

/** Brings an adapter of a machine that runs to where it is to be, in place. */
function moved(uuid: string, number: number, attachment: Attachment): Step {
  const { nic, value } = attachment;
  const name = value === undefined || nic === "nat" ? [] : [value];
  return step(`adapter ${number}: moved`, {
    when: [running(uuid)],
    settled: attachmentSettings(number, attachment).map(([, line]) => isSet(uuid, line)),
    args: ["controlvm", uuid, `nic${number}`, nic, ...name],
  });
}

/** What must be known or there before an adapter is attached. */
function before(number: number, adapter: AdapterPlan, settings: VirtualBoxSettings): Step[] {
  if (adapter.mode === "host-only") {
    const { switchObject } = adapter;
    return [hostOnlyName(settings.mark, switchObject), hostOnlyNamed(number, switchObject)];
  }
  if (adapter.mode !== "bridged") return [];
  const bridge = bridgeOf(settings);
  return [
    step(`adapter ${number}: card of the host`, {
      must: [
        {
          ...has(BRIDGES, { is: `Name: ${bridge}` }),
          otherwise: `bridge-missing: the host has no network card ${bridge} that can be bridged`,
        },
      ],
    }),
  ];
}

/** VirtualBox takes whatever name it is told, and the guest does not start. */
function hostOnlyNamed(number: number, switchObject: string): Step {
  return step(`adapter ${number}: host-only interface`, {
    must: [
      {
        ...has(HOST_ONLY, { is: `Name: ${CAPTURED}` }),
        otherwise: `switch-missing: the host-only interface of ${switchObject} is not there`,
      },
    ],
  });
}

/** Key by which a machine keeps what an adapter is to be attached to and which switch that is: its card alone does not tell the switch. */
export function adapterKey(number: number): string {
  return `classlab.adapter${number}`;
}

/** Keeps with the machine what an adapter is on, as `intnet lab-lan`; nothing of one that is on no switch. */
function kept(uuid: string, number: number, adapter: AdapterPlan, { nic }: Attachment): Step {
  const key = adapterKey(number);
  const value = adapter.mode === "disabled" ? undefined : `${nic} ${adapter.switchObject}`;
  return step(`adapter ${number}: its switch`, {
    settled: [has(extraData(uuid, key), { is: value === undefined ? "No value set!" : `Value: ${value}` })],
    args: ["setextradata", uuid, key, ...(value === undefined ? [] : [value])],
  });
}

/** Takes a guest's adapters off whatever they are on, so that it can go; the machine stays as it is. */
export function parkingSteps(guest: GuestPlan, { mark }: Pick<VirtualBoxSettings, "mark">): Step[] {
  const uuid = machineUuid(mark, guest.objectName);
  const there = isThere(uuid);
  return guest.adapters.flatMap((_, index): Step[] => {
    const number = index + 1;
    const parked = [isSet(uuid, `nic${number}="null"`)];
    const aside = (call: string, condition: Condition, words: readonly string[]) =>
      step(`adapter ${number}: off its switch`, {
        when: [there, condition],
        settled: parked,
        args: [call, uuid, ...words],
      });
    return [
      aside("controlvm", running(uuid), [`nic${number}`, "null"]),
      aside("modifyvm", lacks(machineInfo(uuid), { is: 'VMState="running"' }), [`--nic${number}`, "null"]),
    ];
  });
}

/**
 * The guest's adapters as planned; all eight, so that one which the plan does not have is taken out.
 * @throws when an adapter is bridged and the settings name no card of the host
 */
export function adapterSteps(guest: GuestPlan, settings: VirtualBoxSettings, subnet: Subnet): Step[] {
  const uuid = machineUuid(settings.mark, guest.objectName);
  const unused = Array.from({ length: ADAPTERS - guest.adapters.length }, (_, index): Setting => {
    const number = guest.adapters.length + index + 1;
    return [[`--nic${number}`, "none"], `nic${number}="none"`];
  });
  const unusedLines = unused.map(([, line]) => isSet(uuid, line));
  return [
    ...guest.adapters.flatMap((adapter, index): Step[] => {
      const number = index + 1;
      const attachment = attachmentOf(adapter, settings, subnet);
      const wanted = [
        ...attachmentSettings(number, attachment),
        ...cardSettings(number, macOf(guest, index, settings)),
      ];
      return [
        ...before(number, adapter, settings),
        kept(uuid, number, adapter, attachment),
        moved(uuid, number, attachment),
        // What is left takes a machine that is off: the card, the range of a NAT, its forwarded ports.
        ...offSteps(uuid, [
          ...wanted.map(([, line]) => isSet(uuid, line)),
          ...forwarded(uuid, guest, adapter),
        ]),
        settingsStep(uuid, `adapter ${number}`, wanted),
        ...forwardingSteps(uuid, number, guest, adapter),
      ];
    }),
    ...(unused.length > 0
      ? [...offSteps(uuid, unusedLines), settingsStep(uuid, "no more adapters", unused)]
      : []),
  ];
}
