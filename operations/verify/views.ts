import { isCloud } from "../../course/hosts";
import type { LabPlan } from "../../course/plan";
import { hostNamed } from "../../course/resources";

/** The part of a lab that has one host and one client PC to be seen from. */
export interface View {
  /** Name of the host in a cloud that it is, with all that is on it; empty for the hosts that share a room. */
  readonly name: string;
  readonly plan: LabPlan;
}

/** The view that what is on a host is in. */
export function viewOf(plan: Pick<LabPlan, "hosts">, host: string): string {
  const config = hostNamed(plan, host)?.config;
  return config && isCloud(config) ? host : "";
}

/** The views of a lab, those of hosts without teams left out: on hosts in clouds teams have the same addresses, each for itself. */
export function viewsOf(plan: LabPlan): View[] {
  const names = [...new Set(plan.teams.map(({ host }) => viewOf(plan, host)))];
  if (names.length === 1 && names[0] === "") return [{ name: "", plan }];
  return names.map((name) => {
    const isIn = (host: string) => viewOf(plan, host) === name;
    return {
      name,
      plan: {
        ...plan,
        hosts: plan.hosts.filter((host) => isIn(host.name)),
        switches: plan.switches.filter(({ host }) => isIn(host)),
        teams: plan.teams.filter(({ host }) => isIn(host)),
      },
    };
  });
}
