import { type Fault, FaultError } from "../../course/faults";
import type { LabPlan } from "../../course/plan";
import type { StackFile } from "../stackFile";
import { hasCloudHosts, machineAccounts } from "./accounts";
import type { CloudMachine, MachineAccount } from "./machines";

/** A host that is stopped, or off and paid for, as a fault. @param selection the options that name its lab */
function hostStopped({ host, power }: CloudMachine, selection: string): Fault {
  return {
    code: "host-stopped",
    where: `host ${host}`,
    what: power === "halted" ? "it is off, and is paid for as if it ran" : "it is stopped in its cloud",
    fix: `Start it: npx classlab start ${selection}`,
  };
}

/**
 * Hosts of a lab that its clouds have stopped, each as a fault. Whoever has no credentials for a cloud may still work on hosts that run: where
 * it cannot be asked, none is told.
 * @param known the accounts; those of the hosts by default
 */
export async function stoppedHosts(
  { lab, hosts }: Pick<LabPlan, "lab" | "hosts">,
  selection: string,
  known?: readonly MachineAccount[],
): Promise<Fault[]> {
  if (!hasCloudHosts(hosts)) return [];
  try {
    const names = hosts.map(({ name }) => name);
    const accounts = known ?? (await machineAccounts(hosts));
    const found = (await Promise.all(accounts.map((account) => account.machines(lab)))).flat();
    return found
      .filter(({ host, power }) => names.includes(host) && power !== "running" && power !== "starting")
      .map((machine) => hostStopped(machine, selection));
  } catch (error) {
    if (error instanceof FaultError) return [];
    throw error;
  }
}

/**
 * Refuses a lab of which hosts are stopped: what would be asked of them would end minutes later with less to go by.
 * @throws FaultError `host-stopped`, a fault each host
 */
export async function refuseStopped(plan: Pick<LabPlan, "lab" | "hosts">, file: StackFile): Promise<void> {
  const [first, ...more] = await stoppedHosts(plan, file.selection);
  if (first) throw new FaultError([first, ...more]);
}
