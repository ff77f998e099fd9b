import { z } from "zod";
import { MARK_KEYS, type OwnerMark, readMark } from "../course/mark";
import { dockerOutput, inspectAll } from "./docker";

/** An object on the platform that carries an owner mark. */
export interface ObservedObject {
  readonly kind: "container" | "network" | "volume";
  readonly name: string;
  readonly mark: OwnerMark;
  /** When it was made, ISO 8601; empty where the platform does not say. */
  readonly created: string;
  /** Container state (`running`, `exited`, …); absent for other kinds. */
  readonly state?: string;
}

const containerSchema = z.array(
  z.looseObject({
    Name: z.string(),
    Created: z.string(),
    State: z.looseObject({ Status: z.string() }),
    Config: z.looseObject({ Labels: z.record(z.string(), z.string()).nullable() }),
  }),
);
const networkSchema = z.array(
  z.looseObject({
    Name: z.string(),
    Created: z.string(),
    Labels: z.record(z.string(), z.string()).nullable(),
  }),
);
const volumeSchema = z.array(
  z.looseObject({
    Name: z.string(),
    CreatedAt: z.string().optional(),
    Labels: z.record(z.string(), z.string()).nullable(),
  }),
);

async function names(args: readonly string[]): Promise<string[]> {
  return (await dockerOutput([...args, "--filter", `label=${MARK_KEYS.lab}`])).split("\n").filter(Boolean);
}

function marked<T extends object>(
  labels: Readonly<Record<string, string>> | null,
  rest: T,
): (T & { mark: OwnerMark })[] {
  const mark = readMark(labels ?? {});
  return mark ? [{ ...rest, mark }] : [];
}

/** Everything on this machine's Docker that carries an owner mark, read without Pulumi state. */
async function observe(): Promise<ObservedObject[]> {
  const [containers, networks, volumes] = await Promise.all([
    names(["ps", "-aq", "--no-trunc"]),
    names(["network", "ls", "-q", "--no-trunc"]),
    names(["volume", "ls", "-q"]),
  ]);
  const [inspectedContainers, inspectedNetworks, inspectedVolumes] = await Promise.all([
    inspectAll(containerSchema, ["inspect"], containers),
    inspectAll(networkSchema, ["network", "inspect"], networks),
    inspectAll(volumeSchema, ["volume", "inspect"], volumes),
  ]);
  return [
    ...inspectedContainers.flatMap((entry) =>
      marked(entry.Config.Labels, {
        kind: "container" as const,
        name: entry.Name.replace(/^\//, ""),
        created: entry.Created,
        state: entry.State.Status,
      }),
    ),
    ...inspectedNetworks.flatMap((entry) =>
      marked(entry.Labels, { kind: "network" as const, name: entry.Name, created: entry.Created }),
    ),
    ...inspectedVolumes.flatMap((entry) =>
      marked(entry.Labels, { kind: "volume" as const, name: entry.Name, created: entry.CreatedAt ?? "" }),
    ),
  ];
}

/** What carries the mark of one lab, by name; of every lab when it is undefined. */
export async function findMarked(lab: string | undefined): Promise<ObservedObject[]> {
  return (await observe()).filter((object) => lab === undefined || object.mark.lab === lab);
}

/** Removes one observed object. @throws FaultError with Docker's words */
export async function removeObject(object: ObservedObject): Promise<void> {
  switch (object.kind) {
    case "container":
      await dockerOutput(["rm", "-f", "-v", object.name]);
      return;
    case "network":
      await dockerOutput(["network", "rm", object.name]);
      return;
    case "volume":
      await dockerOutput(["volume", "rm", object.name]);
  }
}
