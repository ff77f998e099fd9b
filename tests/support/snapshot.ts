import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execute } from "./cli";
import { startedBy } from "./killedRun";
import { dockerList, objectName } from "./targets/target";
import type { TestLab } from "./testLab";

/** What of a lab stands, is recorded and runs: equal for two labs that are in the same state. */
export interface Snapshot {
  /** Resources in the stack's state, by type. */
  readonly resources: Readonly<Record<string, number>>;
  /** Operations that the engine began and did not end. */
  readonly pending: number;
  /** `kind name state` of what carries the lab's mark on this machine. */
  readonly host: readonly string[];
  /** The same inside guests. */
  readonly inside: readonly string[];
  /** Processes that a run left behind. */
  readonly processes: number;
}

/** Takes a snapshot of a test's lab. */
export async function takeSnapshot(lab: TestLab): Promise<Snapshot> {
  const home = lab.env.CLASSLAB_HOME ?? "";
  const path = join(home, "state", ".pulumi", "stacks", "classlab", `${lab.name}.json`);
  const state: {
    checkpoint: { latest?: { resources?: { type: string }[]; pending_operations?: object[] } };
  } = JSON.parse(readFileSync(path, "utf8"));
  const { resources = [], pending_operations: pending = [] } = state.checkpoint.latest ?? {};
  const counted: Record<string, number> = {};
  for (const { type } of resources) counted[type] = (counted[type] ?? 0) + 1;
  const host = await lab.target.standing(lab.name);
  const guests = host.flatMap((line) => /^(?:container|domain) (\S+) running$/.exec(line)?.[1] ?? []);
  const inside = await Promise.all(
    guests.map(async (name) => {
      const guest = name.slice(objectName(lab.name, "").length);
      const text = await lab.inGuest(guest, dockerList(`classlab=${lab.name}`));
      return text
        .split("\n")
        .filter(Boolean)
        .map((line) => `${guest} ${line}`);
    }),
  );
  return {
    resources: counted,
    pending: pending.length,
    host,
    inside: inside.flat().sort(),
    processes: startedBy(home).length,
  };
}

/** The containers' ids, by name: an id that stays is a container that was not made anew. */
export async function containerIds(names: readonly string[], guest?: string): Promise<string[]> {
  const words = ["inspect", "-f", "{{.Id}}", ...names];
  const result = await execute("docker", guest ? ["exec", guest, "docker", ...words] : words);
  return result.stdout.split("\n").filter(Boolean);
}

/** The same of containers in a guest of a lab, wherever that runs. */
export async function idsInside(names: readonly string[], lab: TestLab, guest: string): Promise<string[]> {
  const text = await lab.inGuest(guest, `docker inspect -f '{{.Id}}' ${names.join(" ")} 2>/dev/null || :`);
  return text.split("\n").filter(Boolean);
}
