import type { HostConfig } from "../config";
import type { LabPlan } from "../plan";
import type { Cloud } from "./prices";

/** A host that is rented from a cloud, as configured. */
export type CloudHost = Extract<HostConfig, { readonly kind: Cloud }>;

/** A team's host in a cloud: each team that is placed on a cloud host has one of its own. */
export interface RentedHost {
  readonly team: string;
  readonly host: CloudHost;
}

function isRented(host: HostConfig): host is CloudHost {
  return host.kind === "ec2" || host.kind === "azure";
}

/** The hosts of a plan that are rented, in the order of the teams. */
export function rentedHosts(plan: LabPlan): readonly RentedHost[] {
  const byName = new Map(plan.hosts.map((host) => [host.name, host.config]));
  return plan.teams.flatMap((team) => {
    const host = byName.get(team.host);
    return host && isRented(host) ? [{ team: team.id, host }] : [];
  });
}

/** The region of a cloud host, as its cloud calls it. */
export function regionOf(host: CloudHost): string {
  return host.kind === "ec2" ? host.region : host.location;
}

/** The type of a cloud host, as its cloud calls it. */
export function typeOf(host: CloudHost): string {
  return host.kind === "ec2" ? host.instanceType : host.vmSize;
}
