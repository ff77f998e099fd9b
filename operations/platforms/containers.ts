import { z } from "zod";
import { MARK_KEYS, readMark } from "../../course/mark";
import type { PlatformKind } from "../../course/resources";
import { docker, dockerOutput } from "../docker";
import { type DockerKind, idSchema, listDocker } from "../dockerApi";
import { isoMoment } from "../quantities";
import { containerGuests } from "./containerGuests";
import { inspectContainers } from "./inspectedContainer";
import type { ObservedObject, Owners, Platform } from "./platform";

const labels = z.record(z.string(), z.string()).nullable();
const networkSchema = z.looseObject({
  Id: z.string(),
  Name: z.string(),
  Created: z.string(),
  Labels: labels,
});
const volumeSchema = z.looseObject({ Name: z.string(), CreatedAt: z.string().optional(), Labels: labels });

function marked(
  found: Readonly<Record<string, string>> | null,
  rest: Omit<ObservedObject, "mark">,
): ObservedObject[] {
  const mark = readMark(found ?? {});
  return mark ? [{ ...rest, mark }] : [];
}

/** Everything on this machine's Docker that carries an owner mark, a lab's or everybody's, read without Pulumi state. */
async function observe(lab?: string): Promise<ObservedObject[]> {
  const carrying = { label: [lab === undefined ? MARK_KEYS.lab : `${MARK_KEYS.lab}=${lab}`] };
  const [containers, networks, volumes] = await Promise.all([
    listDocker(idSchema, "containers", carrying).then((listed) =>
      inspectContainers(listed.map(({ Id }) => Id)),
    ),
    listDocker(networkSchema, "networks", carrying),
    listDocker(volumeSchema, "volumes", carrying),
  ]);
  return [
    ...containers.flatMap((entry) =>
      marked(entry.Config.Labels, {
        kind: "container",
        id: entry.Id,
        name: entry.Name.replace(/^\//, ""),
        created: isoMoment(entry.Created),
        state: entry.State.Status,
        networks: Object.fromEntries(
          Object.entries(entry.NetworkSettings.Networks ?? {}).flatMap(([name, network]) =>
            network.NetworkID === "" ? [] : [[name, network.IPAMConfig?.IPv4Address ?? ""]],
          ),
        ),
      }),
    ),
    ...networks.flatMap((entry) =>
      marked(entry.Labels, {
        kind: "network",
        id: entry.Id,
        name: entry.Name,
        created: isoMoment(entry.Created),
      }),
    ),
    ...volumes.flatMap((entry) =>
      marked(entry.Labels, {
        kind: "volume",
        id: entry.Name,
        name: entry.Name,
        created: isoMoment(entry.CreatedAt),
      }),
    ),
  ];
}

/** The ids of the containers that are on a network. */
async function attached(network: string): Promise<string[]> {
  const result = await docker([
    "network",
    "inspect",
    "-f",
    "{{range $id, $entry := .Containers}}{{$id}} {{end}}",
    network,
  ]);
  return result.code === 0 ? result.stdout.split(/\s+/).filter(Boolean) : [];
}

/** Takes the containers that carry a lab's id off a network; they run on. @returns how many there were */
async function detachOwn(network: string, id: string): Promise<number> {
  const all = await inspectContainers(await attached(network));
  const own = all.filter((entry) => readMark(entry.Config.Labels ?? {})?.id === id);
  for (const { Id } of own) await dockerOutput(["network", "disconnect", "-f", network, Id], { gone: true });
  return own.length;
}

/** Removes a network; one that has gone is no error. @throws FaultError with Docker's words, as when somebody is on it */
async function removeNetwork(network: string): Promise<void> {
  await dockerOutput(["network", "rm", network], { gone: true });
}

async function remove(object: ObservedObject): Promise<void> {
  switch (object.kind) {
    case "container":
      await dockerOutput(["rm", "-f", "-v", object.id], { gone: true });
      return;
    case "network":
      // A network with somebody on it cannot be removed.
      for (const container of await attached(object.id))
        await docker(["network", "disconnect", "-f", object.id, container]);
      await removeNetwork(object.id);
      return;
    case "volume":
      await dockerOutput(["volume", "rm", object.id], { gone: true });
      return;
    default:
      throw new Error(`Docker has no ${object.kind}`);
  }
}

const namedSchema = z.looseObject({
  Name: z.string().optional(),
  Names: z.array(z.string()).optional(),
  Labels: labels,
});

/** The name among those that Docker lists: those by which others link to a container are longer. */
function nameOf(names: readonly string[]): string {
  return names.map((name) => name.slice(1)).find((name) => !name.includes("/")) ?? "";
}

const LISTS: Partial<Record<PlatformKind, DockerKind>> = {
  container: "containers",
  network: "networks",
  volume: "volumes",
};

async function ownersOf(kind: PlatformKind): Promise<Owners> {
  const list = LISTS[kind];
  if (!list) throw new Error(`Docker has no ${kind}`);
  const listed = await listDocker(namedSchema, list);
  return new Map(
    listed.map(({ Name, Names, Labels }) => [Name ?? nameOf(Names ?? []), Labels?.[MARK_KEYS.id] ?? ""]),
  );
}

/** This machine's Docker. */
export const containersPlatform: Platform = {
  observe,
  guests: (names) => containerGuests(names),
  owners: async (kinds) =>
    new Map(await Promise.all(kinds.map(async (kind) => [kind, await ownersOf(kind)] as const))),
  remove,
  freeSwitch: detachOwn,
  removeSwitch: removeNetwork,
  rename: async (guest, name) => {
    await dockerOutput(["rename", guest, name]);
  },
  start: async (guest) => {
    const state = (await dockerOutput(["container", "inspect", "-f", "{{.State.Status}}", guest])).trim();
    await dockerOutput([state === "paused" ? "unpause" : "start", guest]);
  },
  restart: async (guest) => {
    await dockerOutput(["restart", "-t", "10", guest]);
  },
};
