import { isSet } from "./off";
import { machineInfo } from "./questions";
import { endOfPath, type VirtualBoxSettings } from "./settings";
import { type Condition, has, lacks, type Step, step } from "./steps";

/** Name of a machine's one controller: SATA, which boots on every version and takes disks and DVDs. */
export const CONTROLLER = "SATA";

/** MiB in a GiB: VBoxManage takes sizes in MiB. */
export const MEBIBYTES = 1024;

/** Whether VirtualBox knows a medium of this file name. */
export function isKnown(
  ask: readonly string[],
  path: string,
  settings: Pick<VirtualBoxSettings, "os">,
): Condition {
  return has(ask, { starts: "Location:", ends: endOfPath(settings, path) });
}

/** Arguments that put something at a port of the controller; `--medium` is to follow. */
export function attach(uuid: string, port: number, type: "hdd" | "dvddrive"): string[] {
  const place = ["--storagectl", CONTROLLER, "--port", `${port}`, "--device", "0"];
  return ["storageattach", uuid, ...place, "--type", type];
}

/** The controller, with as many ports as the machine needs. */
export function controllerStep(uuid: string, ports: number): Step {
  const kind = ["--add", "sata", "--controller", "IntelAhci", "--portcount", `${ports}`, "--bootable", "on"];
  return step("controller", {
    settled: [isSet(uuid, `storagecontrollername0="${CONTROLLER}"`)],
    args: ["storagectl", uuid, "--name", CONTROLLER, ...kind],
  });
}

/** A disk in its place. Another one that is there already is one that lies over it, or what a learner put there. */
export function diskStep(uuid: string, port: number, path: string): Step {
  return step("disk in the machine", {
    settled: [lacks(machineInfo(uuid), { is: `"${CONTROLLER}-${port}-0"="none"` })],
    args: [...attach(uuid, port, "hdd"), "--medium", path],
  });
}
