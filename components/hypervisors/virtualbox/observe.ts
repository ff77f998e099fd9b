import { MARK_KEYS, type OwnerMark, readMark } from "../../../course/mark";
import { MACHINES, machineInfo } from "./questions";

/** A machine as VirtualBox lists it. */
export interface ListedMachine {
  readonly name: string;
  /** In lower case, without braces. */
  readonly uuid: string;
}

/** Questions by which a host is looked at; the last two for each machine. */
export const OBSERVE = {
  machines: MACHINES,
  info: machineInfo,
  extraData: (uuid: string): readonly string[] => ["getextradata", uuid, "enumerate"],
} as const;

const LISTED = /^"(.*)" \{([0-9a-f-]{36})\}$/;

/** Reads `VBoxManage list vms`. A machine whose settings cannot be read is listed as `<inaccessible>`. */
export function readMachines(text: string): ListedMachine[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [, name, uuid] = LISTED.exec(line) ?? [];
    return name === undefined || uuid === undefined ? [] : [{ name, uuid }];
  });
}

const LINE = /^(?:"([^"=]+)"|([^"=]+))=(?:"(.*)"|(.*))$/;

/**
 * Reads `VBoxManage showvminfo --machinereadable`: the value of each key, the first where a key comes twice, as a description of several
 * lines may make it. What is no pair is left out.
 */
export function readInfo(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const [, quoted, plain, inQuotes, bare] = LINE.exec(line) ?? [];
    const key = quoted ?? plain;
    const value = inQuotes ?? bare;
    if (key !== undefined && value !== undefined && !values.has(key)) values.set(key, value);
  }
  return values;
}

const DATUM = /^Key: (.*?), Value: (.*)$/;

/** Reads `VBoxManage getextradata … enumerate`. */
export function readExtraData(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split(/\r?\n/).flatMap((line) => {
      const [, key, value] = DATUM.exec(line) ?? [];
      return key === undefined || value === undefined ? [] : [[key, value]];
    }),
  );
}

/** Whose a machine is, by what is kept with it; undefined when it is no lab's. */
export function markOf(extraData: string): OwnerMark | undefined {
  return readMark(readExtraData(extraData));
}

/** Whether a machine is a lab's at all: one that is not has none of the keys. */
export function isMarked(extraData: string): boolean {
  const data = readExtraData(extraData);
  return Object.values(MARK_KEYS).some((key) => data[key] !== undefined);
}

/** What of a machine is looked at. */
export interface ObservedMachine {
  readonly state: string;
  readonly snapshots: readonly string[];
  /** What each connected adapter is attached to, by its number: `intnet lab-lan`. */
  readonly adapters: Readonly<Record<number, string>>;
}

/** Kinds of attachment whose name is told under another key. */
const ATTACHED: Readonly<Record<string, string>> = {
  natnetwork: "nat-network",
  intnet: "intnet",
  hostonly: "hostonlyadapter",
  bridged: "bridgeadapter",
};

/** Reads a machine's state, snapshots and adapters from {@link readInfo}. */
export function observed(info: ReadonlyMap<string, string>): ObservedMachine {
  const keys = [...info.keys()];
  const adapters = keys.flatMap((key) => {
    const number = /^nic(\d)$/.exec(key)?.[1];
    const kind = info.get(key);
    if (number === undefined || kind === undefined || kind === "none") return [];
    const name = ATTACHED[kind];
    return [[number, name === undefined ? kind : `${kind} ${info.get(`${name}${number}`) ?? ""}`]];
  });
  return {
    state: info.get("VMState") ?? "unknown",
    snapshots: keys.flatMap((key) => (/^SnapshotName(-|$)/.test(key) ? [info.get(key) ?? ""] : [])),
    adapters: Object.fromEntries(adapters),
  };
}
