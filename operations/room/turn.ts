import { z } from "zod";
import type { RemoteMachine } from "../hosts/machine";
import { callWindows, type RestartTimes, restartWindows, windowsState } from "../hosts/windows";
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
export async function giveTurn(
  machine: RemoteMachine,
  to: Turn,
  say: Say,
  times?: RestartTimes,
): Promise<boolean> {
  const { lastBoot } = await windowsState(machine);
  const answer = await callWindows(
    machine,
    { function: "Set-ClasslabTurn", data: { to } },
    { module: hostModule() },
  );
  const { rebootNeeded } = answerSchema.parse(answer);
  if (!rebootNeeded) return false;
  say(`host ${machine.name}: starting it anew, for ${NAMES[to]}`);
  await restartWindows(
    machine,
    lastBoot,
    to === "hyperv"
      ? {
          aim: NAMES[to],
          is: ({ hypervisorPresent }) => hypervisorPresent,
          isNot: "its hypervisor does not run: is Hyper-V turned on, and virtualization in the firmware?",
          code: "hyperv-not-running",
        }
      : {
          aim: NAMES[to],
          is: ({ hypervisorPresent }) => !hypervisorPresent,
          isNot: "Windows' hypervisor runs all the same: Memory Integrity or Credential Guard keep it",
          code: "host-unsuitable",
        },
    times,
  );
  return true;
}
