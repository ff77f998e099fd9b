import type { LabFacts } from "../../course/facts";
import { FaultError } from "../../course/faults";
import { isCloud } from "../../course/hosts";
import { prepareAccess } from "../hosts/access";
import { machineOf, machinesOf, type RemoteMachine } from "../hosts/machine";
import { runOn } from "../hosts/ssh";
import { windowsState } from "../hosts/windows";
import type { Say } from "../images";
import { planLab } from "../plan";
import type { StackFile } from "../stackFile";
import { hostsStanding } from "./standing";

/** Why a host cannot be worked on; undefined where it answers. */
async function silence(machine: RemoteMachine): Promise<string | undefined> {
  try {
    if (machine.remote.system === "windows") await windowsState(machine);
    else await runOn(machine)("true", []);
    return undefined;
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    return error.faults[0].what;
  }
}

/**
 * Of a lab's hosts in clouds those that answer: who takes a lab down has no use for one that is stopped, gone or somebody else's by now.
 * @param standing those that state has
 * @param say told of each that does not answer
 */
export async function hostsAnswering(
  file: StackFile,
  standing: Pick<LabFacts, "hosts">,
  say: Say,
): Promise<Pick<LabFacts, "hosts">> {
  if (!standing.hosts) return {};
  const plan = planLab(file, standing);
  const machines = plan.hosts.flatMap((host) =>
    isCloud(host.config) ? (machineOf(plan.lab, host) ?? []) : [],
  );
  prepareAccess(
    plan.lab,
    machinesOf(plan).filter(({ remote }) => remote.hostKey !== undefined),
  );
  const answering = await Promise.all(
    machines.map(async (machine) => {
      const why = await silence(machine);
      if (why !== undefined) say(`host ${machine.name}: ${why}; what is on it is left to it`);
      return why === undefined ? [machine.name] : [];
    }),
  );
  const names = new Set(answering.flat());
  return { hosts: Object.fromEntries(Object.entries(standing.hosts).filter(([name]) => names.has(name))) };
}

/** The hosts of a lab beside this machine; of those in clouds the ones that answer, as far as the state that has their addresses can be read. */
export async function machinesAnswering(file: StackFile, say: Say): Promise<RemoteMachine[]> {
  const plan = planLab(file);
  try {
    const standing = await hostsStanding(plan);
    return machinesOf(planLab(file, await hostsAnswering(file, standing, say)));
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    say(`hosts in clouds are not looked at: ${error.faults[0].what}`);
    return machinesOf(plan);
  }
}
