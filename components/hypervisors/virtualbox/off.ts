import { MACHINES, machineInfo } from "./questions";
import { type Condition, has, lacks, type Step, step } from "./steps";

/** Whether there is a machine of this UUID. */
export function isThere(uuid: string): Condition {
  return has(MACHINES, { starts: '"', ends: ` {${uuid}}` });
}

/** Whether its settings have this line. */
export function isSet(uuid: string, line: string): Condition {
  return has(machineInfo(uuid), { is: line });
}

/** Seconds until a machine that was told to start or stop is so. */
export const POWER_SECONDS = 60;

/** Seconds that a guest may take to shut down by itself. */
export const SHUTDOWN_SECONDS = 120;

/** Whether it runs. */
export function running(uuid: string): Condition {
  return isSet(uuid, 'VMState="running"');
}

/** No process holds the machine any more: until then its settings are locked. */
export function released(uuid: string): Condition {
  return lacks(machineInfo(uuid), { starts: "SessionName=", ends: '"' });
}

/** Off, by itself or not, and free to be changed. */
export function off(uuid: string): Condition {
  return has(machineInfo(uuid), { is: 'VMState="poweroff"' }, { is: 'VMState="aborted"' });
}

/**
 * Has a guest that runs shut down by itself for a change that only a machine which is off takes; it stays as it is where all is so already.
 * @param settled by which that is known; without any it is shut down each time
 */
export function offSteps(uuid: string, settled: readonly Condition[]): Step[] {
  return [
    step("shut down for a change", {
      when: [running(uuid)],
      settled,
      args: ["controlvm", uuid, "acpipowerbutton"],
      until: { ...off(uuid), seconds: SHUTDOWN_SECONDS },
    }),
    step("off for a change", {
      when: [lacks(machineInfo(uuid), { is: 'VMState="running"' })],
      until: { ...released(uuid), seconds: POWER_SECONDS },
    }),
  ];
}
