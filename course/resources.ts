import type { DockerStackPlan, GuestPlan, LabPlan, TeamPlan, UnitPlan } from "./plan";
import { siteSettingsOf } from "./siteSettings";

/** A resource that a stack will hold, by type token and logical name. */
export interface PlannedResource {
  readonly type: string;
  readonly name: string;
}

/** Kinds of objects that a Docker Engine holds. */
export type ObjectKind = "container" | "network" | "volume";

/** Kinds of objects that a host's platform holds: Docker's, and libvirt's by its own words where they are not Docker's. */
export type PlatformKind = ObjectKind | "domain" | "virtual network" | "virtual disk" | "storage pool";

/** Kinds that are guests. */
export const GUEST_KINDS: readonly PlatformKind[] = ["container", "domain"];

/** Type token of the resource for an object of a kind. */
export function logicalType(kind: ObjectKind): string {
  return `docker:index/${kind}:${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
}

/** Logical name of a guest; its children's names begin with it. */
export function guestLogicalName(guest: { readonly team: string; readonly name: string }): string {
  return `${guest.team}-${guest.name}`;
}

const component = (kind: string, name: string): PlannedResource => ({ type: `classlab:index:${kind}`, name });
const command = (name: string): PlannedResource => ({ type: "command:local:Command", name });
const provider = (kind: string, name: string): PlannedResource => ({
  type: `pulumi:providers:${kind}`,
  name,
});
const docker = (kind: ObjectKind, name: string): PlannedResource => ({ type: logicalType(kind), name });
const PASSWORD = "random:index/randomPassword:RandomPassword";
const password = (name: string): PlannedResource => ({ type: PASSWORD, name });

function stackResources(parent: string, stack: DockerStackPlan): PlannedResource[] {
  const name = `${parent}-${stack.name}`;
  switch (stack.kind) {
    case "nginx":
      return [component("NginxServer", name), docker("container", `${name}-container`)];
    case "nginx-farm":
      return [component("NginxFarm", name), command(`${name}-containers`)];
    case "php-apache":
      return [
        component("PhpApache", name),
        command(`${name}-page`),
        docker("container", `${name}-container`),
      ];
    case "wordpress":
      return [
        component("WordPressStack", name),
        password(`${name}-password`),
        password(`${name}-root-password`),
        command(`${name}-files`),
        docker("network", `${name}-network`),
        docker("volume", `${name}-data`),
        docker("container", `${name}-database`),
        docker("container", `${name}-site`),
      ];
  }
}

function guestResources(team: TeamPlan, guest: GuestPlan, site: boolean): PlannedResource[] {
  const name = guestLogicalName({ team: team.id, name: guest.name });
  const host = `${name}-docker`;
  return [
    component("GuestVm", name),
    docker("volume", `${name}-disk`),
    docker("container", `${name}-machine`),
    command(`${name}-ready`),
    command(`${name}-adapters`),
    ...(site ? [command(`${name}-settings`)] : []),
    component("DockerHost", host),
    command(`${host}-images`),
    ...(guest.docker.length > 0 ? [provider("docker", `${host}-engine`)] : []),
    ...guest.docker.flatMap((stack) => stackResources(host, stack)),
  ];
}

/** @param site whether guests take settings from the site */
function teamResources(team: TeamPlan, site: boolean): PlannedResource[] {
  return [
    component("TeamLab", team.id),
    component("TeamKey", `${team.id}-key`),
    password(`${team.id}-key-seed`),
    ...team.guests.flatMap((guest) => guestResources(team, guest, site)),
  ];
}

/** The resources that hold a team's secrets: the seed of its key, and what its Docker stacks need. Each is made anew alone. */
export function secretsOf(team: TeamPlan): PlannedResource[] {
  return teamResources(team, false).filter(({ type }) => type === PASSWORD);
}

/**
 * Every resource that a unit's stack will hold, the stack's own included. The component tests compare this list with
 * what the components register, and `up` with what the engine recorded.
 */
export function resourcesOf(plan: LabPlan, unit: UnitPlan): PlannedResource[] {
  const site = siteSettingsOf(plan) !== undefined;
  return [
    { type: "pulumi:pulumi:Stack", name: `classlab-${unit.stack}` },
    component("LabRecord", "record"),
    provider("command", "scripts"),
    provider("random", "secrets"),
    ...unit.hosts.flatMap((host) => [
      component("HypervisorHost", host),
      provider("docker", `${host}-docker`),
    ]),
    ...plan.switches
      .filter((entry) => unit.switches.includes(entry.key))
      .flatMap((entry) => [component("VirtualSwitch", entry.key), docker("network", `${entry.key}-network`)]),
    ...plan.teams.filter((team) => unit.teams.includes(team.id)).flatMap((team) => teamResources(team, site)),
  ];
}
