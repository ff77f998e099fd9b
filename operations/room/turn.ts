import { z } from "zod";
import { type Fault, FaultError } from "../../course/faults";
import type { RemoteMachine } from "../hosts/machine";
import { callWindows, restartWindows, windowsState } from "../hosts/windows";
import type { Say } from "../images";
import { hostModule } from "./hostModule";

/** One of the two hypervisors that stand in each other's way on a Windows host. */
export type Turn = "hyperv" | "virtualbox";

const NAMES: Readonly<Record<Turn, string>> = { hyperv: "Hyper-V", virtualbox: "VirtualBox" };

const answerSchema = z.object({ rebootNeeded: z.boolean() });

/**
 * Gives one of the two hypervisors the turn on a Windows host, which starts anew where it has to; nothing is done where it has the turn
 * already. Guests of the other are not running afterwards.
 * @returns whether the host was started anew
 * @throws FaultError as `callWindows`; `hyperv-not-running` or `host-unsuitable` where the host comes back otherwise
 * @see https://learn.microsoft.com/troubleshoot/windows-client/application-management/virtualization-apps-not-work-with-hyper-v
 */
export async function giveTurn(machine: RemoteMachine, to: Turn, say: Say): Promise<boolean> {
  const { lastBoot, running } = await windowsState(machine);
  // Its management runs without the hypervisor, too.
  if (to === "hyperv" && !running)
    throw new FaultError([withoutHyperV(machine.name, "it is not turned on there")]);
  const answer = await callWindows(
    machine,
    { function: "Set-ClasslabTurn", data: { to } },
    { module: hostModule() },
  );
  const { rebootNeeded } = answerSchema.parse(answer);
  if (!rebootNeeded) return false;
  say(`host ${machine.name}: starting it anew, for ${NAMES[to]}`);
  const aim = { name: NAMES[to], code: "host-unreachable" } as const;
  const { hypervisorPresent } = await restartWindows(machine, lastBoot, aim);
  if (hypervisorPresent !== (to === "hyperv")) throw new FaultError([inTheWay(machine.name, to)]);
  return true;
}

function withoutHyperV(host: string, what: string): Fault {
  return {
    code: "hyperv-not-running",
    where: `host ${host}`,
    what: `Hyper-V cannot have the turn: ${what}`,
    fix: "Turn virtualization on in its firmware, and Hyper-V: npx classlab up --yes",
  };
}

/** Why a host that was started anew does not have what it was started for. */
function inTheWay(host: string, to: Turn): Fault {
  if (to === "hyperv") return withoutHyperV(host, "the host started anew, and the hypervisor does not run");
  return {
    code: "host-unsuitable",
    where: `host ${host}`,
    what: "VirtualBox cannot have the turn: the host started anew, and Windows' hypervisor runs all the same",
    fix: "Memory Integrity or Credential Guard keep it: switch them off there, or say coexistence: slow",
  };
}
