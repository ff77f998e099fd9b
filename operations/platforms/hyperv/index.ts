import { z } from "zod";
import { OBSERVE } from "../../../components/hypervisors/hyperv/hostCalls";
import { labFolder, seedPath } from "../../../components/hypervisors/hyperv/names";
import type { ModuleCall } from "../../../components/hypervisors/hyperv/transport";
import { markLabels, type OwnerMark, readMark } from "../../../course/mark";
import type { PlatformKind } from "../../../course/resources";
import type { RemoteMachine } from "../../hosts/machine";
import { callWindows } from "../../hosts/windows";
import type { ObservedObject, Owners, Platform, PlatformGuest } from "../platform";

const named = { name: z.string(), mark: z.record(z.string(), z.string()) };

const adapterSchema = z.object({ name: z.string(), mac: z.string(), switch: z.string() });

const objectSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("guest"),
    ...named,
    id: z.string(),
    state: z.string(),
    cpus: z.int(),
    memory: z.int(),
    nested: z.boolean(),
    seconds: z.int(),
    snapshots: z.array(z.string()),
    adapters: z.array(adapterSchema),
  }),
  z.object({ kind: z.literal("switch"), ...named, id: z.string(), type: z.string() }),
  z.object({ kind: z.literal("nat"), ...named }),
  z.object({ kind: z.literal("share"), ...named }),
  z.object({ kind: z.literal("folder"), ...named }),
  z.object({ kind: z.literal("disk"), ...named, bytes: z.number() }),
]);

const observedSchema = z.object({
  objects: z.array(objectSchema),
  /** Names of what stands without a mark of ours. */
  others: z.object({ guests: z.array(z.string()), switches: z.array(z.string()) }),
});

type Seen = z.output<typeof objectSchema>;
type SeenGuest = Extract<Seen, { kind: "guest" }>;

const KINDS: Readonly<Record<Seen["kind"], PlatformKind>> = {
  guest: "virtual machine",
  switch: "virtual switch",
  nat: "NAT",
  share: "share",
  folder: "lab folder",
  disk: "virtual hard disk",
};

/** States of Hyper-V in the words that all platforms have for them; its own for the rest (Microsoft, "VMState"). */
function stateOf({ state }: SeenGuest): string {
  return state.toLowerCase();
}

/** The switches that a guest is on. Hyper-V gives guests no addresses. */
function networksOf({ adapters }: SeenGuest): SeenGuest["adapters"] {
  return adapters.filter((adapter) => adapter.switch !== "");
}

function observed(seen: Seen, host: string): ObservedObject[] {
  const mark = readMark(seen.mark);
  if (!mark) return [];
  const common = { kind: KINDS[seen.kind], id: seen.name, name: seen.name, host, mark, created: "" };
  switch (seen.kind) {
    case "guest":
      return [
        {
          ...common,
          id: seen.id,
          state: stateOf(seen),
          settings: {
            processors: String(seen.cpus),
            memory: `${seen.memory} MiB`,
            nested: seen.nested ? "yes" : "no",
          },
          networks: Object.fromEntries(networksOf(seen).map((adapter) => [adapter.switch, ""])),
        },
      ];
    case "switch":
      return [{ ...common, id: seen.id }];
    case "disk":
      return [{ ...common, bytes: seen.bytes }];
    default:
      return [common];
  }
}

/** The call that removes an object; what carries lab and id alone is removed by those. */
function removal({ kind, name, mark }: ObservedObject): ModuleCall {
  const own = { mark: markLabels(mark), name };
  const folder = labFolder(mark);
  switch (kind) {
    case "virtual machine":
      return { function: "Remove-ClasslabGuest", data: { ...own, folder } };
    case "virtual switch":
      return { function: "Remove-ClasslabSwitch", data: own };
    case "share":
      return { function: "Remove-ClasslabShare", data: own };
    case "virtual hard disk":
      return { function: "Remove-ClasslabDisk", data: { ...own, folder, seedImage: seedPath(mark, name) } };
    case "NAT":
    case "lab folder":
      return { function: "Remove-ClasslabHost", data: { mark: own.mark, folder } };
    default:
      throw new Error(`Hyper-V has no ${kind}`);
  }
}

/** An address with colons, as all else writes it. */
function macOf(digits: string): string {
  return (digits.toLowerCase().match(/../g) ?? []).join(":");
}

function guestOf(seen: SeenGuest): PlatformGuest {
  return {
    state: stateOf(seen),
    age: seen.seconds,
    networks: new Map(networksOf(seen).map((adapter) => [adapter.switch, { mac: macOf(adapter.mac) }])),
    published: new Map(),
    mark: readMark(seen.mark),
  };
}

/** Milliseconds that a guest may take to end and to start. */
const POWER_DEADLINE = 15 * 60_000;

/** Seconds that a guest has to end, or to answer (operations ask for less than a lab that is being made). */
const POWER_SECONDS = 300;

/** Hyper-V of a Windows host. */
export function hypervOn(machine: RemoteMachine): Platform {
  const look = async () => observedSchema.parse(await callWindows(machine, OBSERVE));
  const guestsSeen = async (): Promise<SeenGuest[]> =>
    (await look()).objects.flatMap((seen) => (seen.kind === "guest" ? [seen] : []));
  const markOf = async (guest: string): Promise<{ readonly mark: OwnerMark; readonly name: string }> => {
    const seen = (await guestsSeen()).find(({ id, name }) => id === guest || name === guest);
    const mark = seen && readMark(seen.mark);
    if (!seen || !mark) throw new Error(`host ${machine.name} has no guest ${guest} of a lab`);
    return { mark, name: seen.name };
  };
  const power = async (guest: string, states: readonly ("running" | "off")[]) => {
    const { mark, name } = await markOf(guest);
    for (const state of states) {
      const data = { mark: markLabels(mark), guest: name, state, seconds: POWER_SECONDS };
      await callWindows(machine, { function: "Set-ClasslabPower", data }, { deadline: POWER_DEADLINE });
    }
  };
  return {
    observe: async () => (await look()).objects.flatMap((seen) => observed(seen, machine.name)),
    guests: async (names) =>
      new Map(
        (await guestsSeen())
          .filter(({ name }) => names.includes(name))
          .map((seen) => [seen.name, guestOf(seen)]),
      ),
    owners: async (kinds) => {
      const { objects, others } = await look();
      const foreign: Partial<Record<PlatformKind, readonly string[]>> = {
        "virtual machine": others.guests,
        "virtual switch": others.switches,
      };
      return new Map(
        kinds.map((kind): [PlatformKind, Owners] => [
          kind,
          new Map([
            ...(foreign[kind] ?? []).map((name) => [name, ""] as const),
            ...objects
              .filter((seen) => KINDS[seen.kind] === kind)
              .map((seen) => [seen.name, readMark(seen.mark)?.id ?? ""] as const),
          ]),
        ]),
      );
    },
    remove: async (object) => {
      await callWindows(machine, removal(object));
    },
    // A switch goes from under guests that are on it; once it is there again, they are put on it again.
    freeSwitch: async () => 0,
    removeSwitch: async (name) => {
      const seen = (await look()).objects.find((each) => each.kind === "switch" && each.name === name);
      if (seen)
        await callWindows(machine, { function: "Remove-ClasslabSwitch", data: { mark: seen.mark, name } });
    },
    rename: async (guest, name) => {
      const { mark } = await markOf(guest);
      await callWindows(machine, {
        function: "Rename-ClasslabGuest",
        data: { mark: markLabels(mark), id: guest, name },
      });
    },
    start: (guest) => power(guest, ["running"]),
    restart: (guest) => power(guest, ["off", "running"]),
  };
}
