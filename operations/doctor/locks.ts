import { join } from "node:path";
import { z } from "zod";
import { PROJECT } from "../workFolder";
import { backendFolder } from "./keptState";
import type { Machine } from "./machine";
import type { Subject } from "./subject";

const lockSchema = z.looseObject({
  pid: z.number(),
  username: z.string().default(""),
  hostname: z.string().default(""),
  timestamp: z.string().default(""),
});

/** A lock of the engine on one of a lab's stacks. */
export interface Lock {
  readonly stack: string;
  readonly path: string;
  /** Who holds it, in words. */
  readonly holder: string;
  /** `dead`: the process that made it is gone from this machine; `elsewhere`: it is another machine's to say. */
  readonly state: "live" | "dead" | "elsewhere" | "unreadable";
}

function readLock(machine: Machine, stack: string, path: string): Lock | undefined {
  const text = machine.read(path);
  // Released between the listing and the reading.
  if (text === undefined) return undefined;
  let lock: z.output<typeof lockSchema> | undefined;
  try {
    lock = lockSchema.safeParse(JSON.parse(text)).data;
  } catch {
    lock = undefined;
  }
  if (!lock) return { stack, path, holder: "a lock file that cannot be read", state: "unreadable" };
  const holder = `process ${lock.pid} of ${lock.username || "somebody"} on ${lock.hostname || "some machine"} since ${lock.timestamp.slice(0, 19)}`;
  if (lock.hostname !== machine.hostname) return { stack, path, holder, state: "elsewhere" };
  return { stack, path, holder, state: machine.engineRuns(lock.pid) ? "live" : "dead" };
}

/** The engine's locks on a lab's stacks in a file backend. */
export function findLocks(subject: Subject): Lock[] {
  const folder = backendFolder(subject.machine);
  if (folder === undefined) return [];
  return subject.plan.units.flatMap(({ stack }) => {
    const own = join(folder, ".pulumi", "locks", "organization", PROJECT, stack);
    return subject.machine
      .list(own)
      .filter((name) => name.endsWith(".json"))
      .flatMap((name) => readLock(subject.machine, stack, join(own, name)) ?? []);
  });
}
