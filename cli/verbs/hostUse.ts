import { EXIT, exitCodeOf, formatFaults } from "../../course/faults";
import type { Turn } from "../../operations/room/turn";
import { confirm, json, labFile, type Options } from "../context";
import { chosenHosts } from "../hostChoice";
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
  const { onEach } = await import("../../operations/hosts/onEach.js");
  const { giveTurn } = await import("../../operations/room/turn.js");
  const plan = planLab(labFile(options));
  const windows = machinesOf(plan).filter(({ remote }) => remote.system === "windows");
  const lacking = "a host of kind existing with os: windows";
  const machines = chosenHosts(windows, options.host, "Windows host", lacking);
  const names = machines.map(({ name }) => name).join(", ");
  await confirm(
    `${names} may start anew, and guests there end. Whoever works there has to save first. Go on?`,
    options,
  );
  prepareAccess(plan.lab, machines);
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const { done: hosts, faults } = await onEach(machines, async (machine) => ({
    host: machine.name,
    restarted: await giveTurn(machine, to, say),
  }));
  if (options.json) json({ schemaVersion: SCHEMA_VERSION, ok: faults.length === 0, use: to, hosts, faults });
  else
    for (const { host, restarted } of hosts)
      process.stdout.write(`${host}: ${to} has the turn${restarted ? "; started anew" : " already"}\n`);
  if (faults.length === 0) return EXIT.done;
  if (!options.json) process.stderr.write(`${formatFaults(faults)}\n`);
  return exitCodeOf(faults);
}
