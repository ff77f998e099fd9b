import { setTimeout } from "node:timers/promises";
import { hostFolder } from "../../../components/hosts/paths";
import { isOwnUuid } from "../../../components/hypervisors/identity";
import { bridgeNameOf } from "../../../components/hypervisors/libvirt/bridgeName";
import { CHANNEL_PORTS, channelSocket } from "../../../components/hypervisors/libvirt/channelPorts";
import { CONSOLE_FOLDER, consoleLog, qemuLog } from "../../../components/hypervisors/libvirt/domain";
import { parkingName } from "../../../components/hypervisors/libvirt/network";
import { markIn } from "../../../components/hypervisors/libvirt/ownerMark";
import {
  cloneBaseVolume,
  diskVolume,
  poolMark,
  poolName,
} from "../../../components/hypervisors/libvirt/pool";
import type { OwnerMark } from "../../../course/mark";
import type { PlatformKind } from "../../../course/resources";
import type { RemoteMachine } from "../../hosts/machine";
import { runWhere } from "../../hosts/ssh";
import type { HostRun } from "../../libvirt";
import type { ObservedObject, Owners, Platform, PlatformGuest } from "../platform";
import { domainAdapters, domainSettings, domainUuid, networkBridge } from "./domainXml";
import { forwarding, shutWays } from "./forwarding";
import { dumped, libvirtNetworks } from "./networks";
import { namesIn, type Virsh, virshOn } from "./virsh";

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

async function domains(virsh: Virsh, names?: readonly string[]): Promise<Domain[]> {
  const states = parseStates(await virsh.output(["domstats", "--state"]));
  const wanted = [...states.keys()].filter((name) => names === undefined || names.includes(name));
  return (await dumped(virsh, "dumpxml", wanted)).map(({ name, xml }) => ({
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

/** What stat(1) tells of files, a number each; nothing of one that is not there, or not ours to see. */
async function stat(onHost: HostRun, format: string, files: readonly string[]): Promise<Map<string, number>> {
  if (files.length === 0) return new Map();
  const { stdout } = await onHost("stat", ["-c", `${format} %n`, ...files]);
  return new Map(
    stdout.split("\n").flatMap((line) => {
      const [, value, file] = /^(\d+) (.+)$/.exec(line) ?? [];
      return value === undefined || file === undefined ? [] : [[file, Number(value)] as const];
    }),
  );
}

/** Volumes that are disks, or what disks lie over. */
const DISKS = [diskVolume, cloneBaseVolume];

/** The disks in a pool, with what each takes of the host's: an overlay is far smaller than it looks. */
async function volumes(host: Host, pool: string): Promise<ObservedObject[]> {
  const mark = poolMark(pool);
  if (!mark) return [];
  const list = await host.virsh.call(["vol-list", pool, "--details"]);
  if (list.code !== 0) return [];
  const disks = list.stdout.split("\n").flatMap((line) => {
    const [name = "", path = ""] = line.trim().split(/\s{2,}/);
    return DISKS.some((volume) => name.endsWith(volume({ objectName: "" }))) ? [{ name, path }] : [];
  });
  const blocks = await stat(
    host.onHost,
    "%b",
    disks.map(({ path }) => path),
  );
  return disks.map(({ name, path }): ObservedObject => {
    const taken = blocks.get(path);
    const bytes = taken === undefined ? {} : { bytes: taken * 512 };
    return { kind: "virtual disk", id: name, name, mark, created: "", ...bytes };
  });
}

/** The snapshots that libvirt knows of domains, by the domain's name. */
async function snapshotsOf(
  virsh: Virsh,
  names: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const listed = await virsh.each(names.map((name) => ["snapshot-list", name, "--name"]));
  return new Map(names.map((name, index) => [name, namesIn(listed[index] ?? "")]));
}

/** A host of libvirt, as it is asked. */
interface Host {
  readonly virsh: Virsh;
  readonly onHost: HostRun;
  /** Its name in the lab; absent for this machine. */
  readonly name?: string;
}

async function observe(host: Host, lab?: string): Promise<ObservedObject[]> {
  const { virsh, name: at } = host;
  const isWanted = (mark: OwnerMark) => lab === undefined || mark.lab === lab;
  // First of all: whether it answers at all.
  const machines = (await domains(virsh)).flatMap(({ xml, ...domain }) => {
    const mark = markIn(xml);
    return mark && isWanted(mark) ? [{ ...domain, xml, mark }] : [];
  });
  const own = machines.map(({ name }) => name);
  const [lists, rules, definitions, snapshots] = await Promise.all([
    virsh.each([
      ["net-list", "--name"],
      ["pool-list", "--all", "--name"],
    ]),
    forwarding(host.onHost),
    dumped(virsh, "dumpxml", own, ["--inactive"]),
    snapshotsOf(virsh, own),
  ]);
  const [active = [], pools = []] = lists.map(namesIn);
  const nets = await libvirtNetworks(virsh);
  const ours = pools.flatMap((name): ObservedObject[] => {
    const mark = poolMark(name);
    return mark && isWanted(mark) ? [{ kind: "storage pool", id: name, name, mark, created: "" }] : [];
  });
  const disks = await Promise.all(ours.map(({ name }) => volumes(host, name)));
  const found = [
    ...machines.map(({ name, state, xml, mark }): ObservedObject => {
      const on = Object.fromEntries(connected(xml).map(({ network }) => [network, ""]));
      const id = domainUuid(xml);
      const defined = definitions.find((entry) => entry.name === name)?.xml;
      return {
        kind: "domain",
        id: id ?? name,
        name,
        mark,
        created: "",
        state,
        networks: on,
        ...(defined === undefined ? {} : { settings: domainSettings(defined) }),
        snapshots: snapshots.get(name) ?? [],
        ...(id === undefined || isOwnUuid(id) ? {} : { copied: true }),
      };
    }),
    ...nets.flatMap(({ name, xml }): ObservedObject[] => {
      const mark = markIn(xml);
      if (!mark || !isWanted(mark)) return [];
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
  return at === undefined ? found : found.map((object) => ({ ...object, host: at }));
}

/** Where libvirt notes the process of a domain that runs: as old as its start. */
const pidFile = (name: string): string => `/run/libvirt/qemu/${name}.pid`;

async function guests(
  { virsh, onHost }: Host,
  names: readonly string[],
): Promise<Map<string, PlatformGuest>> {
  const found = await domains(virsh, names);
  const now = Date.now() / 1000;
  const running = found.filter(({ state }) => state === "running");
  const begun = await stat(
    onHost,
    "%Y",
    running.map(({ name }) => pidFile(name)),
  );
  return new Map(
    found.map(({ name, state, xml }) => [
      name,
      {
        state,
        age: Math.max(0, now - (begun.get(pidFile(name)) ?? now)),
        networks: new Map(connected(xml).map(({ network, mac }) => [network, { mac }])),
        published: new Map(),
        // QEMU without an accelerator (libvirt.org/formatdomain.html, "General metadata").
        emulated: /^<domain type=['"]qemu['"]/.test(xml),
        mark: markIn(xml),
      },
    ]),
  );
}

async function ownersOf(virsh: Virsh, kind: PlatformKind): Promise<Owners> {
  const marks = (found: readonly { name: string; xml: string }[]) =>
    new Map(found.map(({ name, xml }) => [name, markIn(xml)?.id ?? ""]));
  switch (kind) {
    case "domain":
      return marks(await domains(virsh));
    case "virtual network":
      return marks(await libvirtNetworks(virsh));
    default:
      // They are in the lab's own pool, whose name nobody else has.
      return new Map();
  }
}

/** Removes a pool with all that is in it, and its folder. */
async function removePool(virsh: Virsh, name: string): Promise<void> {
  // One that rests shows nothing of what it holds; one that is at work already says so.
  await virsh.call(["pool-start", name]);
  await virsh.call(["pool-refresh", name]);
  const listed = await virsh.output(["vol-list", name], { gone: true });
  for (const line of listed.split("\n")) {
    const [file] = line.trim().split(/\s{2,}/);
    if (file) await virsh.output(["vol-delete", file, "--pool", name], { gone: true });
  }
  await virsh.output(["pool-destroy", name], { gone: true });
  await virsh.call(["pool-delete", name]);
  await virsh.output(["pool-undefine", name], { gone: true });
}

async function removeNetwork(virsh: Virsh, name: string): Promise<void> {
  await virsh.output(["net-destroy", name], { gone: true });
  await virsh.output(["net-undefine", name], { gone: true });
}

/** What a domain leaves beside its definition, which is root's: logs, and the locks of its channel. */
async function removeTraces(onHost: HostRun, name: string): Promise<void> {
  const sockets = Array.from({ length: CHANNEL_PORTS }, (_, port) => channelSocket(name, port));
  const logs = [consoleLog({ objectName: name }, { consoleFolder: CONSOLE_FOLDER }), qemuLog(name)];
  const asRoot = 'if [ "$(id -u)" -eq 0 ]; then rm -f "$@"; else sudo -n rm -f "$@"; fi';
  await onHost("sh", ["-c", asRoot, "sh", ...logs, ...sockets.flatMap((path) => [path, `${path}.lock`])]);
}

async function remove(
  { virsh, onHost, name: at }: Host,
  { kind, name, mark }: ObservedObject,
): Promise<void> {
  switch (kind) {
    case "domain":
      await virsh.output(["destroy", name], { gone: true });
      await virsh.output(["undefine", name, "--nvram", "--managed-save", "--snapshots-metadata"], {
        gone: true,
      });
      await removeTraces(onHost, name);
      return;
    case "virtual network":
      await removeNetwork(virsh, name);
      await shutWays(onHost, bridgeNameOf(mark, name));
      return;
    case "virtual disk":
      await virsh.output(["vol-delete", name, "--pool", poolName(mark)], { gone: true });
      return;
    case "storage pool":
      await removePool(virsh, name);
      // What reaches the lab's guests leaves with them.
      if (at !== undefined) await onHost("rm", ["-rf", hostFolder(mark.lab)]);
      return;
    default:
      throw new Error(`libvirt has no ${kind}`);
  }
}

async function start(virsh: Virsh, guest: string): Promise<void> {
  const state = (await virsh.output(["domstate", guest])).trim();
  await virsh.output([state === "paused" ? "resume" : "start", guest]);
}

/** Seconds that a guest has to end by itself: what a learner wrote a moment ago is on its disk only then. Emulated ones take half of it. */
const GRACE = 60;

/** Milliseconds between two looks at a guest that is to end. */
const LOOK_AGAIN = 300;

async function stop(virsh: Virsh, guest: string): Promise<void> {
  await virsh.call(["shutdown", guest]);
  for (const end = Date.now() + GRACE * 1000; Date.now() < end; await setTimeout(LOOK_AGAIN)) {
    if ((await virsh.output(["domstate", guest])).trim() === "shut off") return;
  }
  await virsh.output(["destroy", guest], { gone: true });
}

/** libvirt on a host; on this machine without one. */
export function libvirtOn(machine?: RemoteMachine): Platform {
  const virsh = virshOn(machine);
  const host: Host = {
    virsh,
    onHost: runWhere(machine),
    ...(machine ? { name: machine.name } : {}),
  };
  return {
    observe: (lab) => observe(host, lab),
    guests: (names) => guests(host, names),
    owners: async (kinds) =>
      new Map(await Promise.all(kinds.map(async (kind) => [kind, await ownersOf(virsh, kind)] as const))),
    remove: (object) => remove(host, object),
    // A network goes from under guests that are on it; once it is there again, they are put on it again.
    freeSwitch: async () => 0,
    removeSwitch: (name) => removeNetwork(virsh, name),
    rename: async (guest, name) => {
      await virsh.output(["domrename", guest, name]);
    },
    start: (guest) => start(virsh, guest),
    restart: async (guest) => {
      await stop(virsh, guest);
      await start(virsh, guest);
    },
  };
}

/** libvirt on this machine. */
export const libvirtPlatform: Platform = libvirtOn();
