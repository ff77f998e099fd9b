import { isThere, off, POWER_SECONDS, released, running, SHUTDOWN_SECONDS } from "./off";
import { type Step, step } from "./steps";

/** Starts a machine without a window; one that runs stays as it is. */
export function startSteps(uuid: string): Step[] {
  return [
    step("start", {
      settled: [running(uuid)],
      args: ["startvm", uuid, "--type", "headless"],
      until: { ...running(uuid), seconds: POWER_SECONDS },
    }),
  ];
}

/** Has a guest shut down, as its power button does. */
export function shutdownSteps(uuid: string): Step[] {
  return [
    step("shut down", {
      when: [running(uuid)],
      args: ["controlvm", uuid, "acpipowerbutton"],
      until: { ...off(uuid), seconds: SHUTDOWN_SECONDS },
    }),
    step("shut down in full", { until: { ...released(uuid), seconds: POWER_SECONDS } }),
  ];
}

/** Cuts a machine's power where it is there and on; what it has not written is lost. */
export function powerOffSteps(uuid: string): Step[] {
  return [
    step("power off", {
      when: [isThere(uuid), running(uuid)],
      args: ["controlvm", uuid, "poweroff"],
      until: { ...off(uuid), seconds: POWER_SECONDS },
    }),
    step("power off in full", {
      when: [isThere(uuid)],
      until: { ...released(uuid), seconds: POWER_SECONDS },
    }),
  ];
}
