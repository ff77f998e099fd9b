import { setTimeout } from "node:timers/promises";
import { hostOnlyRemoval } from "../../../components/hypervisors/virtualbox/hostOnly";
import { switchRemoval } from "../../../components/hypervisors/virtualbox/network";
import {
  type ListedMachine,
  markOf,
  OBSERVE,
  readExtraData,
  readInfo,
  readMachines,
} from "../../../components/hypervisors/virtualbox/observe";
import { powerOffSteps, shutdownSteps, startSteps } from "../../../components/hypervisors/virtualbox/power";
import { machineInfo } from "../../../components/hypervisors/virtualbox/questions";
import { machineRemovalOf } from "../../../components/hypervisors/virtualbox/removal";
import type { OwnerMark } from "../../../course/mark";
import type { PlatformKind } from "../../../course/resources";
import type { RemoteMachine } from "../../hosts/machine";
import { type Manage, manageOn } from "../../virtualbox/manage";
import type { ObservedObject, Owners, Platform, PlatformGuest } from "../platform";
import { attachedTo } from "./adapters";

interface Machine extends ListedMachine {
  readonly info: ReadonlyMap<string, string>;
  readonly data: string;
}

/** Machines whose settings can be read. One that goes between two questions is as good as gone. */
async function machines(manage: Manage, wanted: (machine: ListedMachine) => boolean): Promise<Machine[]> {
  const listed = readMachines(await manage.output(OBSERVE.machines)).filter(wanted);
  const found: Machine[] = [];
  for (const machine of listed) {
    const data = await manage.call(OBSERVE.extraData(machine.uuid));
    const info = await manage.call(OBSERVE.info(machine.uuid));
    if (data.code === 0 && info.code === 0)
      found.push({ ...machine, data: data.stdout, info: readInfo(info.stdout) });
  }
  return found;
}

/** Where a machine is kept with its disks: the folder of its settings. */
function folderOf({ info }: Machine): string | undefined {
  const file = info.get("CfgFile")?.replaceAll("\\\\", "\\").replaceAll('\\"', '"');
  return file?.slice(0, file.lastIndexOf("/"));
}

/** Bytes that folders take, by their paths; nothing of those that cannot be seen. */
async function bytesOf(manage: Manage, folders: readonly string[]): Promise<Map<string, number>> {
  if (folders.length === 0) return new Map();
  const { stdout } = await manage.onHost("du", ["-sk", "--", ...folders]);
  return new Map(
    stdout.split("\n").flatMap((line) => {
      const [, size, folder] = /^(\d+)\t(.+)$/.exec(line) ?? [];
      return size === undefined || folder === undefined ? [] : [[folder, Number(size) * 1024] as const];
    }),
  );
}

const KEPT = /^classlab\/([0-9a-f]+)\/(natnetwork|lab)\/(.+)$/;

/** Whose NAT networks and host-only interfaces are, as VirtualBox itself keeps it: they can keep nothing. */
async function globals(manage: Manage): Promise<{ kind: PlatformKind; name: string; mark: OwnerMark }[]> {
  const data = readExtraData(await manage.output(["getextradata", "global", "enumerate"]));
  return Object.entries(data).flatMap(([key, lab]) => {
    const [, id, what, name] = KEPT.exec(key) ?? [];
    if (id === undefined || name === undefined) return [];
    const kind = what === "natnetwork" ? "NAT network" : "host-only interface";
    return [{ kind, name, mark: { lab, id, stack: "" } } as const];
  });
}

/** Names of the NAT networks that stand. */
async function natNetworks(manage: Manage): Promise<string[]> {
  const text = await manage.output(["natnetwork", "list"]);
  return [...text.matchAll(/^Name: +(.+?)\r?$/gm)].flatMap(([, name]) => name ?? []);
}

async function observe(manage: Manage, at: string | undefined): Promise<ObservedObject[]> {
  const all = await machines(manage, () => true);
  const own = all.flatMap((machine) => {
    const mark = markOf(machine.data);
    return mark ? [{ ...machine, mark }] : [];
  });
  const sizes = await bytesOf(
    manage,
    own.flatMap((machine) => folderOf(machine) ?? []),
  );
  const kept = await globals(manage);
  const nets = kept.some(({ kind }) => kind === "NAT network") ? await natNetworks(manage) : [];
  const found = [
    ...own.map((machine): ObservedObject => {
      const { name, uuid, info, mark } = machine;
      const bytes = sizes.get(folderOf(machine) ?? "");
      return {
        kind: "virtual machine",
        id: uuid,
        name,
        mark,
        created: "",
        state: info.get("VMState") ?? "unknown",
        networks: Object.fromEntries(attachedTo(machine).map(({ network }) => [network, ""])),
        settings: Object.fromEntries(info),
        ...(bytes === undefined ? {} : { bytes }),
      };
    }),
    ...kept
      .filter(({ kind, name }) => kind !== "NAT network" || nets.includes(name))
      .map((entry): ObservedObject => ({ ...entry, id: entry.name, created: "" })),
  ];
  return at === undefined ? found : found.map((object) => ({ ...object, host: at }));
}

const RULE = /^.*?,tcp,127\.0\.0\.1,(\d+),[\d.]*,(\d+)$/;

function published(info: ReadonlyMap<string, string>): Map<number, number> {
  return new Map(
    [...info].flatMap(([key, value]) => {
      const [, host, guest] = key.startsWith("Forwarding(") ? (RULE.exec(value) ?? []) : [];
      return host === undefined || guest === undefined ? [] : [[Number(guest), Number(host)] as const];
    }),
  );
}

async function guests(manage: Manage, names: readonly string[]): Promise<Map<string, PlatformGuest>> {
  const found = await machines(manage, ({ name }) => names.includes(name));
  return new Map(
    found.map((machine) => {
      const { name, info, data } = machine;
      const since = Date.parse(`${(info.get("VMStateChangeTime") ?? "").slice(0, 19)}Z`);
      return [
        name,
        {
          state: info.get("VMState") ?? "unknown",
          age: Number.isNaN(since) ? 0 : Math.max(0, (Date.now() - since) / 1000),
          networks: new Map(attachedTo(machine).map(({ network, mac }) => [network, { mac }])),
          published: published(info),
          mark: markOf(data),
        },
      ];
    }),
  );
}

async function ownersOf(manage: Manage, kind: PlatformKind): Promise<Owners> {
  switch (kind) {
    case "virtual machine": {
      const all = await machines(manage, () => true);
      return new Map(all.map(({ name, data }) => [name, markOf(data)?.id ?? ""]));
    }
    case "NAT network": {
      const ours = (await globals(manage)).filter((entry) => entry.kind === kind);
      return new Map(
        (await natNetworks(manage)).map((name) => [
          name,
          ours.find((entry) => entry.name === name)?.mark.id ?? "",
        ]),
      );
    }
    default:
      // VirtualBox names host-only interfaces itself.
      return new Map();
  }
}

async function remove(manage: Manage, { kind, id, name, mark }: ObservedObject): Promise<void> {
  switch (kind) {
    case "virtual machine": {
      const info = await manage.call(machineInfo(id));
      if (info.code !== 0) return;
      const seed = readInfo(info.stdout).get("SATA-1-0");
      const own = seed?.includes("/classlab-seeds/") ? seed : undefined;
      await manage.steps(machineRemovalOf(id, { os: "linux", ...(own === undefined ? {} : { seed: own }) }));
      if (own !== undefined) await manage.onHost("rm", ["-f", own]);
      return;
    }
    case "NAT network":
      await manage.steps(switchRemoval({ mode: "nat-network", objectName: name }, mark));
      return;
    case "host-only interface":
      await manage.steps(hostOnlyRemoval({ objectName: name }, mark));
      return;
    default:
      throw new Error(`VirtualBox has no ${kind}`);
  }
}

async function uuidOf(manage: Manage, guest: string): Promise<string> {
  const found = readMachines(await manage.output(OBSERVE.machines)).find(
    ({ name, uuid }) => name === guest || uuid === guest,
  );
  return found?.uuid ?? guest;
}

/** Milliseconds that VirtualBox's session takes to be free once a machine is off. */
const SETTLED = 500;

/** VirtualBox of a host's user; of this machine's without one. */
export function virtualBoxOn(machine?: RemoteMachine): Platform {
  const manage = manageOn(machine);
  return {
    observe: () => observe(manage, machine?.name),
    guests: (names) => guests(manage, names),
    owners: async (kinds) => {
      const found: [PlatformKind, Owners][] = [];
      for (const kind of kinds) found.push([kind, await ownersOf(manage, kind)]);
      return new Map(found);
    },
    remove: (object) => remove(manage, object),
    // Adapters stay on a name, whether or not there is a network of that name.
    freeSwitch: async () => 0,
    removeSwitch: async (name) => {
      if ((await natNetworks(manage)).includes(name))
        await manage.output(["natnetwork", "remove", "--netname", name]);
    },
    rename: async (guest, name) => {
      await manage.output(["modifyvm", guest, "--name", name]);
    },
    start: async (guest) => {
      const uuid = await uuidOf(manage, guest);
      const state = readInfo(await manage.output(machineInfo(uuid))).get("VMState");
      if (state === "paused") await manage.output(["controlvm", uuid, "resume"]);
      else await manage.steps(startSteps(uuid));
    },
    restart: async (guest) => {
      const uuid = await uuidOf(manage, guest);
      try {
        await manage.steps(shutdownSteps(uuid));
      } catch {
        await manage.steps(powerOffSteps(uuid));
      }
      await setTimeout(SETTLED);
      await manage.steps(startSteps(uuid));
    },
  };
}

/** VirtualBox of this machine's user. */
export const virtualBoxPlatform: Platform = virtualBoxOn();
