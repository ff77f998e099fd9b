import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execute, output } from "./cli";
import { startedBy } from "./killedRun";
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

async function marked(prefix: readonly string[], label: string): Promise<string[]> {
  const list = async (kind: string, words: readonly string[]) => {
    const [program = "docker", ...rest] = [...prefix, "docker", ...words];
    const text = await output(program, [...rest, "--filter", `label=${label}`]);
    return text
      .split("\n")
      .filter(Boolean)
      .map((line) => `${kind} ${line}`);
  };
  const found = await Promise.all([
    list("container", ["ps", "-a", "--format", "{{.Names}} {{.State}}"]),
    list("network", ["network", "ls", "--format", "{{.Name}}"]),
    list("volume", ["volume", "ls", "--format", "{{.Name}}"]),
  ]);
  return found.flat().sort();
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
  const host = await marked([], `classlab=${lab.name}`);
  const guests = host.flatMap((line) => /^container (\S+) running$/.exec(line)?.[1] ?? []);
  const inside = await Promise.all(
    guests.map(async (guest) =>
      (await marked(["docker", "exec", guest], `classlab=${lab.name}`)).map((line) => `${guest} ${line}`),
    ),
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
