import type { LabFacts } from "../course/facts";
import { type Fault, FaultError } from "../course/faults";
import { isCloud, osOf } from "../course/hosts";
import { type LabPlan, makePlan } from "../course/plan";
import { BUILT_TARGETS } from "../course/support";
import { rosterTeams } from "./roster";
import type { StackFile } from "./stackFile";

/**
 * Refuses what can be planned, but not brought up by this version.
 * @throws FaultError `target-not-built`, a fault each host
 */
export function refuseUnbuilt(plan: LabPlan): void {
  const faults = plan.hosts.flatMap((host): Fault[] => {
    const remote = host.kind === "existing" && osOf(host.config) === "linux" && host.target === "libvirt";
    const built = (BUILT_TARGETS.includes(host.target) && host.kind === "this-machine") || remote;
    if (built) return [];
    return [
      {
        code: "target-not-built",
        where: `host ${host.name}`,
        what: `guests on ${host.target} on a host of kind ${host.kind} can be planned, but this version does not make them`,
        expected: `${BUILT_TARGETS.join(" or ")} on this-machine, or libvirt on an existing host with Linux`,
        fix: isCloud(host.config)
          ? "classlab up --hosts makes the hosts without guests, and classlab plan shows the lab all the same"
          : "classlab plan shows the lab all the same",
      },
    ];
  });
  const [first, ...more] = faults;
  if (first) throw new FaultError([first, ...more]);
}

/** Plans a lab, with the teams of its roster where it has one; nothing is written. @throws FaultError with every fault */
export function planLab(file: StackFile, facts: LabFacts = {}): LabPlan {
  const roster = facts.roster ?? rosterTeams(file);
  const planned = makePlan(file.lab, file.config, roster ? { ...facts, roster } : facts);
  if (!planned.ok) throw new FaultError(planned.faults);
  return planned.value;
}
