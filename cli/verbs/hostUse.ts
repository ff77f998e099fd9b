import { EXIT, exitCodeOf, FaultError, formatFaults } from "../../course/faults";
import type { Turn } from "../../operations/room/turn";
import { confirm, json, labFile, type Options } from "../context";
import { SCHEMA_VERSION } from "../output";

/** What the command line may say of turns. */
export interface UseOptions extends Pick<Options, "stack" | "config" | "json" | "yes"> {
  /** Names of hosts; all Windows hosts of the lab by default. */
  readonly host?: readonly string[];
}

/** Gives one of two hypervisors the turn on the Windows hosts of a lab, side by side. */
export async function hostUseVerb(to: Turn, options: UseOptions): Promise<number> {
  const { planLab } = await import("../../operations/plan.js");
  const { machinesOf } = await import("../../operations/hosts/machine.js");
  const { prepareAccess } = await import("../../operations/hosts/access.js");
  const { giveTurn } = await import("../../operations/room/turn.js");
  const file = labFile(options);
  const plan = planLab(file);
  const all = machinesOf(plan).filter(({ remote }) => remote.system === "windows");
  const wanted = options.host ?? all.map(({ name }) => name);
  const unknown = wanted.find((name) => !all.some((machine) => machine.name === name));
  if (unknown !== undefined || all.length === 0) {
    throw new FaultError([
      {
        code: "unknown-host",
        where: unknown === undefined ? "lab.hosts" : `--host ${unknown}`,
        what: "the lab has no such Windows host that is reached over SSH",
        expected: all.map(({ name }) => name).join(", ") || "a host of kind existing with os: windows",
      },
    ]);
  }
  const machines = all.filter(({ name }) => wanted.includes(name));
  const question = `${wanted.join(", ")} may start anew, and guests there end. Whoever works there has to save first. Go on?`;
  await confirm(question, options);
  prepareAccess(plan.lab, machines);
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const settled = await Promise.allSettled(machines.map((machine) => giveTurn(machine, to, say)));
  const faults = settled.flatMap((result) => {
    if (result.status === "fulfilled") return [];
    if (result.reason instanceof FaultError) return result.reason.faults;
    throw result.reason;
  });
  const hosts = settled.flatMap((result, index) =>
    result.status === "fulfilled" ? [{ host: machines[index]?.name, restarted: result.value }] : [],
  );
  if (options.json) json({ schemaVersion: SCHEMA_VERSION, ok: faults.length === 0, use: to, hosts, faults });
  else
    for (const { host, restarted } of hosts)
      process.stdout.write(`${host}: ${to} has the turn${restarted ? "; started anew" : " already"}\n`);
  const [first, ...more] = faults;
  if (!first) return EXIT.done;
  if (!options.json) process.stderr.write(`${formatFaults(faults)}\n`);
  return exitCodeOf([first, ...more]);
}
