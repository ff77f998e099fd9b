import { EXIT, exitCodeOf, formatFaults } from "../../course/faults";
import { confirm, json, labFile, type Options } from "../context";
import { chosenHosts } from "../hostChoice";
import { SCHEMA_VERSION } from "../output";
import { renderVisits } from "../roomOutput";

/** What the command line may say of giving hosts back. */
export interface ReleaseOptions extends Pick<Options, "stack" | "config" | "json" | "yes"> {
  /** Names of hosts; all of the lab by default. */
  readonly host?: readonly string[];
  /** Only tells what still stands. */
  readonly check?: boolean;
}

/** Gives the hosts of a lab back as they were before they were enrolled, or tells what of that still stands. */
export async function hostReleaseVerb(options: ReleaseOptions): Promise<number> {
  const { planLab } = await import("../../operations/plan.js");
  const { machinesOf } = await import("../../operations/hosts/machine.js");
  const { prepareAccess } = await import("../../operations/hosts/access.js");
  const { visitHosts } = await import("../../operations/room/release.js");
  const plan = planLab(labFile(options));
  const hosts = chosenHosts(machinesOf(plan), options.host, "host", "a host of kind existing");
  const names = hosts.map(({ name }) => name).join(", ");
  if (!options.check) await confirm(`Give back ${names} as recorded?`, options);
  prepareAccess(plan.lab, hosts);
  const { done, faults } = await visitHosts(hosts, options.check ? "check" : "release");
  if (options.json) json({ schemaVersion: SCHEMA_VERSION, ok: faults.length === 0, hosts: done, faults });
  else process.stdout.write(renderVisits(done, options.check === true));
  if (faults.length > 0) {
    process.stderr.write(`${formatFaults(faults)}\n`);
    return exitCodeOf(faults);
  }
  return done.some(({ standing }) => standing.length > 0) ? EXIT.leftovers : EXIT.done;
}
