import { statSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { CHANNEL_PORTS, channelSocket } from "../../../components/hypervisors/libvirt/channelPorts";
import { CONSOLE_FOLDER, consoleLog, qemuLog } from "../../../components/hypervisors/libvirt/domain";
import { isOwnUuid } from "../../../components/hypervisors/libvirt/identity";
import { parkingName } from "../../../components/hypervisors/libvirt/network";
import { markIn } from "../../../components/hypervisors/libvirt/ownerMark";
import {
  cloneBaseVolume,
  diskVolume,
  poolMark,
  poolName,
} from "../../../components/hypervisors/libvirt/pool";
import type { PlatformKind } from "../../../course/resources";
import { run } from "../../process";
import type { ObservedObject, Owners, Platform, PlatformGuest } from "../platform";
import { domainAdapters, domainSettings, domainUuid, networkBridge } from "./domainXml";
import { forwarding } from "./forwarding";
import { dumped, libvirtNetworks } from "./networks";
import { virsh, virshNames, virshOutput } from "./virsh";

/** What `virsh domstats --state` gives as numbers (libvirt-domain.h, virDomainState), in the words of `virsh domstate`. */
const STATES: Readonly<Record<string, string>> = {
  "1": "running",
  "2": "running",
  "3": "paused",
  "4": "in shutdown",
  "5": "shut off",
  "6": "crashed",
  "7": "pmsuspended",
};

/** States by domain out of what `virsh domstats --state` printed. */
export function parseStates(text: string): Map<string, string> {
  const states = new Map<string, string>();
  let name = "";
  for (const line of text.split("\n")) {
    name = /^Domain: '(.*)'$/.exec(line)?.[1] ?? name;
    const state = /^\s*state\.state=(\d+)$/.exec(line)?.[1];
    if (state !== undefined) states.set(name, STATES[state] ?? "no state");
  }
  return states;
}

interface Domain {
  readonly name: string;
  readonly state: string;
  readonly xml: string;
}

async function domains(names?: readonly string[]): Promise<Domain[]> {
  const states = parseStates(await virshOutput(["domstats", "--state"]));
  const wanted = [...states.keys()].filter((name) => names === undefined || names.includes(name));
  return (await dumped("dumpxml", wanted)).map(({ name, xml }) => ({
    name,
    xml,
    state: states.get(name) ?? "",
  }));
}

/** Switches by name: adapters that are parked are on none. */
function connected(xml: string): ReturnType<typeof domainAdapters> {
  const mark = markIn(xml);
  const parking = mark && parkingName(mark.lab);
  return domainAdapters(xml).filter(({ network, up }) => up && network !== parking);
}

/** Volumes that are disks, or what disks lie over. */
const DISKS = [diskVolume, cloneBaseVolume];

/** `NAME PATH` a line: volumes of a pool, with their sizes. */
async function volumes(pool: string): Promise<ObservedObject[]> {
  const mark = poolMark(pool);
  if (!mark) return [];
  const list = await virsh(["vol-list", pool, "--details"]);
  if (list.code !== 0) return [];
  return list.stdout.split("\n").flatMap((line): ObservedObject[] => {
    const [name = "", path = ""] = line.trim().split(/\s{2,}/);
    return DISKS.some((volume) => name.endsWith(volume({ objectName: "" })))
      ? [{ kind: "virtual disk", id: name, name, mark, created: "", ...sizeOf(path) }]
      : [];
  });
}

/** What a file takes of the disk: an overlay is far smaller than it looks. */
function sizeOf(path: string): { bytes?: number } {
  try {
    return { bytes: statSync(path).blocks * 512 };
  } catch {
    // On another machine, or not ours to see.
    return {};
  }
}

async function observe(): Promise<ObservedObject[]> {
  // First of all: whether it answers at all.
  const machines = await domains();
  const own = machines.filter(({ xml }) => markIn(xml) !== undefined).map(({ name }) => name);
  const [nets, active, rules, pools, definitions] = await Promise.all([
    libvirtNetworks(),
    virshNames(["net-list"]),
    forwarding(),
    virshNames(["pool-list", "--all"]),
    dumped("dumpxml", own, ["--inactive"]),
  ]);
  const ours = pools.flatMap((name): ObservedObject[] => {
    const mark = poolMark(name);
    return mark ? [{ kind: "storage pool", id: name, name, mark, created: "" }] : [];
  });
  const disks = await Promise.all(ours.map(({ name }) => volumes(name)));
  return [
    ...machines.flatMap(({ name, state, xml }): ObservedObject[] => {
      const mark = markIn(xml);
      if (!mark) return [];
      const on = Object.fromEntries(connected(xml).map(({ network }) => [network, ""]));
      const id = domainUuid(xml);
      const defined = definitions.find((entry) => entry.name === name)?.xml;
      return [
        {
          kind: "domain",
          id: id ?? name,
          name,
          mark,
          created: "",
          state,
          networks: on,
          ...(defined === undefined ? {} : { settings: domainSettings(defined) }),
          ...(id === undefined || isOwnUuid(id) ? {} : { copied: true }),
        },
      ];
    }),
    ...nets.flatMap(({ name, xml }): ObservedObject[] => {
      const mark = markIn(xml);
      if (!mark) return [];
      const state = active.includes(name) ? "active" : "inactive";
      const ways = rules?.get(networkBridge(xml) ?? "") ?? (rules ? [] : undefined);
      return [
        {
          kind: "virtual network",
          id: name,
          name,
          mark,
          created: "",
          state,
          ...(ways ? { ways } : {}),
        },
      ];
    }),
    ...disks.flat(),
    ...ours,
  ];
}

/** Where libvirt notes the process of a domain that runs: as old as its start. */
const PID_FOLDER = "/run/libvirt/qemu";

function secondsSinceStart(name: string, now: number): number {
  try {
    return Math.max(0, (now - statSync(`${PID_FOLDER}/${name}.pid`).mtimeMs) / 1000);
  } catch {
    return 0;
  }
}

async function guests(names: readonly string[]): Promise<Map<string, PlatformGuest>> {
  const now = Date.now();
  return new Map(
    (await domains(names)).map(({ name, state, xml }) => [
      name,
      {
        state,
        age: state === "running" ? secondsSinceStart(name, now) : 0,
        networks: new Map(connected(xml).map(({ network, mac }) => [network, { mac }])),
        published: new Map(),
        // QEMU without an accelerator (libvirt.org/formatdomain.html, "General metadata").
        emulated: /^<domain type=['"]qemu['"]/.test(xml),
        mark: markIn(xml),
      },
    ]),
  );
}

async function ownersOf(kind: PlatformKind): Promise<Owners> {
  const marks = (found: readonly { name: string; xml: string }[]) =>
    new Map(found.map(({ name, xml }) => [name, markIn(xml)?.id ?? ""]));
  switch (kind) {
    case "domain":
      return marks(await domains());
    case "virtual network":
      return marks(await libvirtNetworks());
    default:
      // They are in the lab's own pool, whose name nobody else has.
      return new Map();
  }
}

/** Removes a pool with all that is in it, and its folder. */
async function removePool(name: string): Promise<void> {
  // One that rests shows nothing of what it holds; one that is at work already says so.
  await virsh(["pool-start", name]);
  await virsh(["pool-refresh", name]);
  const listed = await virshOutput(["vol-list", name], { gone: true });
  for (const line of listed.split("\n")) {
    const [file] = line.trim().split(/\s{2,}/);
    if (file) await virshOutput(["vol-delete", file, "--pool", name], { gone: true });
  }
  await virshOutput(["pool-destroy", name], { gone: true });
  await virsh(["pool-delete", name]);
  await virshOutput(["pool-undefine", name], { gone: true });
}

async function removeNetwork(name: string): Promise<void> {
  await virshOutput(["net-destroy", name], { gone: true });
  await virshOutput(["net-undefine", name], { gone: true });
}

/** What a domain leaves beside its definition: logs, and the locks of its channel. */
async function removeTraces(name: string): Promise<void> {
  const sockets = Array.from({ length: CHANNEL_PORTS }, (_, port) => channelSocket(name, port));
  const logs = [consoleLog({ objectName: name }, { consoleFolder: CONSOLE_FOLDER }), qemuLog(name)];
  const words = ["rm", "-f", ...logs, ...sockets.flatMap((path) => [path, `${path}.lock`])];
  const [program = "rm", ...rest] = process.getuid?.() === 0 ? words : ["sudo", "-n", ...words];
  await run(program, rest);
}

async function remove({ kind, name, mark }: ObservedObject): Promise<void> {
  switch (kind) {
    case "domain":
      await virshOutput(["destroy", name], { gone: true });
      await virshOutput(["undefine", name, "--nvram", "--managed-save", "--snapshots-metadata"], {
        gone: true,
      });
      await removeTraces(name);
      return;
    case "virtual network":
      await removeNetwork(name);
      return;
    case "virtual disk":
      await virshOutput(["vol-delete", name, "--pool", poolName(mark)], { gone: true });
      return;
    case "storage pool":
      await removePool(name);
      return;
    default:
      throw new Error(`libvirt has no ${kind}`);
  }
}

async function start(guest: string): Promise<void> {
  const state = (await virshOutput(["domstate", guest])).trim();
  await virshOutput([state === "paused" ? "resume" : "start", guest]);
}

/** Seconds that a guest has to end by itself. */
const GRACE = 10;

/** Milliseconds between two looks at a guest that is to end. */
const LOOK_AGAIN = 300;

async function stop(guest: string): Promise<void> {
  await virsh(["shutdown", guest]);
  for (const end = Date.now() + GRACE * 1000; Date.now() < end; await setTimeout(LOOK_AGAIN)) {
    if ((await virshOutput(["domstate", guest])).trim() === "shut off") return;
  }
  await virshOutput(["destroy", guest], { gone: true });
}

/** libvirt on this machine. */
export const libvirtPlatform: Platform = {
  observe,
  guests,
  owners: async (kinds) =>
    new Map(await Promise.all(kinds.map(async (kind) => [kind, await ownersOf(kind)] as const))),
  remove,
  // A network goes from under guests that are on it; once it is there again, they are put on it again.
  freeSwitch: async () => 0,
  removeSwitch: removeNetwork,
  rename: async (guest, name) => {
    await virshOutput(["domrename", guest, name]);
  },
  start,
  restart: async (guest) => {
    await stop(guest);
    await start(guest);
  },
};
