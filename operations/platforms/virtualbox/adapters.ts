import { adapterKey } from "../../../components/hypervisors/virtualbox/adapters";
import { readExtraData } from "../../../components/hypervisors/virtualbox/observe";

/** An adapter that is on something. */
export interface Attached {
  /** Name of the lab's switch, or what the adapter is on instead, in VirtualBox's words: `bridged eth0`. */
  readonly network: string;
  /** With colons, in small letters. */
  readonly mac: string;
}

/** Keys by which a machine's settings tell the name of what an adapter is on. */
const NAMES: Readonly<Record<string, string>> = {
  natnetwork: "nat-network",
  intnet: "intnet",
  bridged: "bridgeadapter",
  hostonly: "hostonlyadapter",
};

/** Kinds of attachment whose name is that of the switch; what the others are on is the host's card or interface. */
const NAMED: readonly string[] = ["natnetwork", "intnet"];

/**
 * What the adapters of a machine are on. Which switch a card of the host stands for is kept with the machine; an adapter that a hand has moved is
 * told by what it is on now.
 */
export function attachedTo(machine: {
  readonly info: ReadonlyMap<string, string>;
  /** What `getextradata … enumerate` printed. */
  readonly data: string;
}): Attached[] {
  const { info } = machine;
  const data = readExtraData(machine.data);
  return [...info.keys()].flatMap((key): Attached[] => {
    const number = /^nic(\d)$/.exec(key)?.[1];
    const kind = info.get(key);
    if (number === undefined || kind === undefined || kind === "none" || kind === "null") return [];
    const name = info.get(`${NAMES[kind] ?? kind}${number}`);
    const [planned, on] = data[adapterKey(Number(number))]?.split(" ") ?? [];
    const asPlanned = planned === kind && (!NAMED.includes(kind) || name === on);
    const mac = (info.get(`macaddress${number}`) ?? "").toLowerCase().replace(/(..)(?=.)/g, "$1:");
    const instead = NAMES[kind] === undefined || name === undefined ? kind : `${kind} ${name}`;
    return [{ network: asPlanned && on !== undefined ? on : instead, mac }];
  });
}
