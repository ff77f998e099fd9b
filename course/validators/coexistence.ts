import type { LabConfig } from "../config";
import type { ExerciseId } from "../exercises";
import type { Fault } from "../faults";
import { groupBy } from "../groupBy";
import type { HostPlan } from "../hosts";
import type { PlacementValidator } from "./validator";

/** Exercises that turn Hyper-V on (course.md: Hyper-V Manager, provider `hyperv`, `Set-VMProcessor`). */
export const HYPERV_EXERCISES: readonly ExerciseId[] = ["hyperv", "vagrant", "nested"];

/** Exercises that are about VirtualBox itself. */
const VIRTUALBOX_EXERCISES: readonly ExerciseId[] = ["1-virtualbox"];

/** What brings VirtualBox and Hyper-V both onto a host, in words; undefined where only one is. */
export function meeting(config: LabConfig, host: HostPlan): string | undefined {
  const among = (ids: readonly ExerciseId[]) => config.exercises?.find((id) => ids.includes(id));
  if (host.target === "virtualbox") {
    if (host.config.kind === "existing" && host.config.hyperv) return "which already runs Hyper-V";
    const exercise = among(HYPERV_EXERCISES);
    return exercise && `on which exercise ${exercise} turns Hyper-V on`;
  }
  if (host.target !== "hyperv") return undefined;
  const exercise = among(VIRTUALBOX_EXERCISES);
  return exercise && `on which exercise ${exercise} installs VirtualBox`;
}

/** Whether the lab has a host for each of the two. */
function hasBoth(hosts: readonly HostPlan[]): boolean {
  return (["virtualbox", "hyperv"] as const).every((target) => hosts.some((host) => host.target === target));
}

/** VirtualBox beside Hyper-V is slow and nests nothing: what is done about it is said. */
export const coexistenceSaid: PlacementValidator = (config, { hosts, teams }) => {
  const indices = new Map(config.hosts.map((host, index) => [host, index]));
  return [...groupBy(teams, (team) => team.host)].flatMap(([host, own]): Fault[] => {
    const met = meeting(config, host);
    if (met === undefined) return [];
    const runs = host.config.kind === "existing" && host.config.hyperv === true;
    const undecided = own.find((team) => {
      const said = team.coexistence ?? config.coexistence;
      // Another host does not help one on which both are already.
      return said === undefined || (said === "separate-host" && (runs || !hasBoth(hosts)));
    });
    if (!undecided) return [];
    const both = `VirtualBox and Hyper-V meet on host "${host.name}", ${met}`;
    return [
      (undecided.coexistence ?? config.coexistence) === undefined
        ? {
            code: "coexistence-undecided",
            where: `lab.hosts[${indices.get(host.config)}]`,
            what: both,
            expected:
              "coexistence: separate-host (a host for each), reboot-between (Hyper-V off while VirtualBox is used) or slow (both, without nesting)",
          }
        : {
            code: "coexistence-undecided",
            where: `lab.hosts[${indices.get(host.config)}]`,
            what: `${both}, and coexistence says separate-host`,
            expected:
              "hosts with target virtualbox and target hyperv apart, or coexistence: reboot-between or slow",
          },
    ];
  });
};
