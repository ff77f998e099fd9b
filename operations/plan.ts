import type { LabFacts } from "../course/facts";
import { type Fault, FaultError } from "../course/faults";
import { type HostPlan, isCloud, machineImageOf, osOf } from "../course/hosts";
import { targetOfGuest } from "../course/objects";
import { guestsOf, type LabPlan, makePlan } from "../course/plan";
import { BUILT_TARGETS, type Target } from "../course/support";
import { rosterTeams } from "./roster";
import type { StackFile } from "./stackFile";

/** Targets whose guests are made on a host with Linux over SSH as well. */
const OVER_SSH: readonly Target[] = ["libvirt", "virtualbox"];

/** Targets whose guests are made on a host in a cloud. */
const IN_CLOUDS: readonly Target[] = ["libvirt"];

/** Guests of VirtualBox that are to have Docker stacks: their learners install Docker, and guestcontrol carries no connection to it. */
function dockerOnVirtualBox(plan: LabPlan): Fault[] {
  return guestsOf(plan)
    .filter((guest) => guest.docker.length > 0 && targetOfGuest(plan, guest) === "virtualbox")
    .map((guest) => ({
      code: "target-not-built",
      where: `${guest.team}/${guest.name}`,
      what: "Docker stacks in guests on virtualbox can be planned, but this version does not make them",
      expected: "docker: [] there, a state before exercise 4-docker, or another target",
      fix: "classlab plan shows the lab all the same",
    }));
}

/** What guests on Hyper-V cannot be given, and what their host lacks. */
export function unbuiltOnHyperV(plan: LabPlan, { name, config }: HostPlan): Fault[] {
  const imageless = machineImageOf(config) === undefined;
  const guests = guestsOf(plan).filter(({ host }) => host === name);
  return [
    ...(imageless
      ? [
          {
            code: "image-missing" as const,
            where: `host ${name}`,
            what: "its machineImage is not configured, and guests on Hyper-V are made from one",
            expected: isCloud(config)
              ? "machineImage: { source: https://…/ubuntu.vhdx, sha256: … }"
              : "machineImage: { source: D:\\images\\ubuntu.vhdx, sha256: … }",
            fix: `Make one of a cloud image of Ubuntu with classlab convert, and put it ${isCloud(config) ? "" : "on the host or "}on a web server`,
          },
        ]
      : []),
    ...guests
      .filter(({ sharedFolder }) => sharedFolder !== undefined)
      .map(
        (guest): Fault => ({
          code: "target-not-built",
          where: `guest ${guest.team}/${guest.name}`,
          what: "a shared folder in a guest on Hyper-V can be planned, but this version does not make it",
          fix: "Leave it out there and have learners make it, or give the guest to a host with target libvirt",
        }),
      ),
  ];
}

/**
 * Refuses what can be planned, but not brought up by this version.
 * @throws FaultError `target-not-built`, a fault each host
 */
export function refuseUnbuilt(plan: LabPlan): void {
  const faults = plan.hosts.flatMap((host): Fault[] => {
    const os = osOf(host.config);
    const cloud = isCloud(host.config);
    if (os === "windows" && host.target === "hyperv") return unbuiltOnHyperV(plan, host);
    const remote = os === "linux" && (cloud ? IN_CLOUDS : OVER_SSH).includes(host.target);
    const built = (BUILT_TARGETS.includes(host.target) && host.kind === "this-machine") || remote;
    if (built) return [];
    return [
      {
        code: "target-not-built",
        where: `host ${host.name}`,
        what: `guests on ${host.target} on a host of kind ${host.kind} can be planned, but this version does not make them`,
        expected: `${BUILT_TARGETS.join(" or ")} on this-machine, ${OVER_SSH.join(" or ")} on an existing host with Linux, ${IN_CLOUDS.join(" or ")} on one in a cloud, or hyperv on one with Windows`,
        fix: "classlab plan shows the lab all the same",
      },
    ];
  });
  const [first, ...more] = [...faults, ...dockerOnVirtualBox(plan)];
  if (first) throw new FaultError([first, ...more]);
}

/** Plans a lab, with the teams of its roster where it has one; nothing is written. @throws FaultError with every fault */
export function planLab(file: StackFile, facts: LabFacts = {}): LabPlan {
  const roster = facts.roster ?? rosterTeams(file);
  const planned = makePlan(file.lab, file.config, roster ? { ...facts, roster } : facts);
  if (!planned.ok) throw new FaultError(planned.faults);
  return planned.value;
}

/**
 * Refuses ids that no team of a lab has.
 * @param teams ids as they were given with `--team`
 * @throws FaultError `unknown-team`
 */
export function refuseUnknownTeams(plan: Pick<LabPlan, "teams">, teams: readonly string[]): void {
  const known = plan.teams.map(({ id }) => id);
  const [first, ...more] = teams
    .filter((id) => !known.includes(id))
    .map(
      (id): Fault => ({
        code: "unknown-team",
        where: `--team ${id}`,
        what: "the lab has no such team",
        expected: `one of ${known.join(", ")}`,
      }),
    );
  if (first) throw new FaultError([first, ...more]);
}
