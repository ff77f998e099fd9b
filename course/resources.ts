import { hostsResources } from "./clouds/resources";
import { type HostPlan, makesHost, osOf } from "./hosts";
import { isJumpHost } from "./learnerAccess";
import type { DockerStackPlan, GuestPlan, LabPlan, TeamPlan, UnitPlan } from "./plan";
import {
  component,
  PASSWORD,
  type PlannedResource,
  password,
  provider,
  REMOTE_SCRIPT,
  SCRIPT,
} from "./resourceTypes";
import { siteSettingsOf } from "./siteSettings";
import type { Target } from "./support";
import { imageKey, windowsImagesOf } from "./windows/guest";

export { type PlannedResource, REMOTE_SCRIPT, SCRIPT } from "./resourceTypes";

/** Kinds of objects that a Docker Engine holds. */
export type ObjectKind = "container" | "network" | "volume";

/** Kinds of objects that a host's platform holds: Docker's, and those of libvirt, VirtualBox and Windows by their own words. */
export type PlatformKind =
  | ObjectKind
  | "domain"
  | "virtual network"
  | "virtual disk"
  | "storage pool"
  | "virtual machine"
  | "NAT network"
  | "host-only interface"
  | "virtual switch"
  | "virtual hard disk"
  | "NAT"
  | "share"
  | "lab folder";

/** Kinds that are guests. */
export const GUEST_KINDS: readonly PlatformKind[] = ["container", "domain", "virtual machine"];

/** Type token of the resource for an object of a kind. */
export function logicalType(kind: ObjectKind): string {
  return `docker:index/${kind}:${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
}

/** Logical name of a guest; its children's names begin with it. */
export function guestLogicalName(guest: { readonly team: string; readonly name: string }): string {
  return `${guest.team}-${guest.name}`;
}

/** Type token of a resource that a script on a host stands for: one in a cloud is reached by a command of this machine. */
export function scriptOn(host: HostPlan | undefined): string {
  return host?.kind === "existing" ? REMOTE_SCRIPT : SCRIPT;
}

/** Whether a resource of a type stands for a script, wherever that runs. */
export function isScript(type: string): boolean {
  return type === SCRIPT || type === REMOTE_SCRIPT;
}

/** The host of a name. */
export function hostNamed(plan: Pick<LabPlan, "hosts">, name: string): HostPlan | undefined {
  return plan.hosts.find((host) => host.name === name);
}

const command = (name: string, type = SCRIPT): PlannedResource => ({ type, name });
const docker = (kind: ObjectKind, name: string): PlannedResource => ({ type: logicalType(kind), name });

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

/** What each target makes besides what all of them make; the targets that can be brought up. */
interface TargetResources {
  readonly host: (host: HostPlan, owned: boolean, guests: readonly GuestPlan[]) => readonly PlannedResource[];
  readonly network: (key: string, host: HostPlan | undefined) => PlannedResource;
  readonly guest: (name: string, host: HostPlan | undefined, guest: GuestPlan) => readonly PlannedResource[];
  /** What works in a guest from this machine, where that is not the host; nothing elsewhere. */
  readonly inside?: readonly string[];
  /** Whether a guest's Docker Engine is looked after: not where the learner installs it, and the lab makes nothing in it. */
  readonly docker: (guest: Pick<GuestPlan, "docker" | "windows">) => boolean;
  /** Where what a guest takes from the site is a resource of its own, and what that runs on; false where it comes with the seed. */
  readonly settings: "host" | "this-machine" | false;
  /** What is made of a guest once all that belongs to it stands. */
  readonly kept: (name: string, guest: GuestPlan, host: HostPlan | undefined) => readonly PlannedResource[];
}

const CONTAINERS: TargetResources = {
  host: ({ name }) => [provider("docker", `${name}-docker`)],
  network: (key) => docker("network", `${key}-network`),
  guest: (name) => [docker("volume", `${name}-disk`), docker("container", `${name}-machine`)],
  kept: () => [],
  docker: () => true,
  settings: "host",
};

/** What a virtual machine's secrets are: a console's password, or with Windows those of its accounts. */
function guestSecrets(name: string, windows: GuestPlan["windows"]): PlannedResource[] {
  const secrets = `${name}-secrets`;
  return [
    component(windows ? "WindowsSecrets" : "GuestSecrets", secrets),
    password(`${secrets}-host-key`),
    ...(windows?.accounts ?? ["password"]).map((each) => password(`${secrets}-${each}`)),
  ];
}

const LIBVIRT: TargetResources = {
  host: (host, owned, guests) =>
    owned
      ? [
          ...["pool", "unplugged"].map((what) => command(`${host.name}-${what}`, scriptOn(host))),
          ...windowsImagesOf(guests).map((image) =>
            command(`${host.name}-windows-${imageKey(image)}`, scriptOn(host)),
          ),
        ]
      : [],
  network: (key, host) => command(`${key}-network`, scriptOn(host)),
  guest: (name, host, { windows }) => [
    ...guestSecrets(name, windows),
    command(`${name}-disk`, scriptOn(host)),
    command(`${name}-machine`, scriptOn(host)),
  ],
  kept: (name, { snapshots, clones }, host) => [
    ...snapshots.map((snapshot) => command(`${name}-snapshot-${snapshot}`, scriptOn(host))),
    ...(clones.length > 0 ? [command(`${name}-base`, scriptOn(host))] : []),
  ],
  docker: ({ windows }) => windows === undefined,
  settings: "host",
};

const VIRTUALBOX: TargetResources = {
  host: (host, owned) => (owned ? [command(`${host.name}-images`, scriptOn(host))] : []),
  network: LIBVIRT.network,
  guest: (name, host, { windows }) => [
    ...guestSecrets(name, windows),
    command(`${name}-seed`, scriptOn(host)),
    command(`${name}-machine`, scriptOn(host)),
  ],
  kept: LIBVIRT.kept,
  docker: () => false,
  settings: false,
};

const HYPERV: TargetResources = {
  ...LIBVIRT,
  host: (host, owned) =>
    owned ? ["hyperv", "image"].map((what) => command(`${host.name}-${what}`, scriptOn(host))) : [],
  inside: ["inside", "addresses"],
  docker: ({ docker }) => docker.length > 0,
  settings: "this-machine",
};

const RESOURCES: Readonly<Record<Target, TargetResources>> = {
  containers: CONTAINERS,
  libvirt: LIBVIRT,
  virtualbox: VIRTUALBOX,
  hyperv: HYPERV,
};

const resourcesOn = (target: Target): TargetResources => RESOURCES[target];

/** Where the guests of a host run. @param name of the host */
export function targetOfHost(plan: Pick<LabPlan, "hosts" | "target">, name: string): Target {
  return hostNamed(plan, name)?.target ?? plan.target;
}

/** Whether the lab makes something in the Docker Engine of a guest on a target, and looks after it. */
export function looksAfterDocker(target: Target, guest: Pick<GuestPlan, "docker" | "windows">): boolean {
  return resourcesOn(target).docker(guest);
}

/** Whether a guest takes settings from the site: one with Windows is told its name servers alone, with its networks. */
export function takesSettings({ windows }: Pick<GuestPlan, "windows">): boolean {
  return windows === undefined;
}

/** The guests of a host, of all teams. */
export function guestsOn({ teams }: Pick<LabPlan, "teams">, { name }: Pick<HostPlan, "name">): GuestPlan[] {
  return teams.flatMap(({ guests }) => guests.filter(({ host }) => host === name));
}

/** Targets whose guests, or the image that they begin with, are made of the lab's images. */
const MADE_OF_IMAGES: readonly Target[] = ["containers", "libvirt"];

/** Whether a lab needs images on this machine: for its guests, or to bring them into the Docker Engine of one. */
export function needsImages(plan: Pick<LabPlan, "hosts" | "target" | "teams">): boolean {
  return plan.teams.some((team) => {
    const target = targetOfHost(plan, team.host);
    return MADE_OF_IMAGES.includes(target) || team.guests.some((guest) => looksAfterDocker(target, guest));
  });
}

/** Where a team's guests are. */
interface Place {
  readonly host: HostPlan | undefined;
  readonly target: Target;
}

function placeOf(plan: Pick<LabPlan, "hosts" | "target">, team: TeamPlan): Place {
  return { host: hostNamed(plan, team.host), target: targetOfHost(plan, team.host) };
}

function guestResources(
  team: TeamPlan,
  guest: GuestPlan,
  { host, target }: Place,
  site: boolean,
): PlannedResource[] {
  const name = guestLogicalName({ team: team.id, name: guest.name });
  const inside = `${name}-docker`;
  const type = scriptOn(host);
  const on = resourcesOn(target);
  return [
    component("GuestVm", name),
    ...on.guest(name, host, guest),
    command(`${name}-ready`, type),
    command(`${name}-adapters`, type),
    ...(on.inside ?? []).map((what) => command(`${name}-${what}`)),
    ...(site && takesSettings(guest) && on.settings
      ? [command(`${name}-settings`, on.settings === "host" ? type : SCRIPT)]
      : []),
    ...(on.docker(guest)
      ? [
          component("DockerHost", inside),
          command(`${inside}-images`),
          ...(guest.docker.length > 0 ? [provider("docker", `${inside}-engine`)] : []),
          ...guest.docker.flatMap((stack) => stackResources(inside, stack)),
        ]
      : []),
    ...on.kept(name, guest, host),
  ];
}

/** What lets a team's learners through its host, where that is in a cloud: with Windows there is a password for its desktop. */
function jumpResources({ id }: TeamPlan, host: HostPlan | undefined): PlannedResource[] {
  if (!host || !isJumpHost(host)) return [];
  const name = `${id}-jump`;
  const windows = osOf(host.config) === "windows";
  return [...(windows ? [password(`${name}-password`)] : []), command(name)];
}

/** @param site whether guests take settings from the site */
function teamResources(team: TeamPlan, place: Place, site: boolean): PlannedResource[] {
  return [
    component("TeamLab", team.id),
    component("TeamKey", `${team.id}-key`),
    password(`${team.id}-key-seed`),
    ...jumpResources(team, place.host),
    ...team.guests.flatMap((guest) => guestResources(team, guest, place, site)),
  ];
}

/** What the class's own registry is made of, where this unit makes it. */
function registryResources(plan: Pick<LabPlan, "registry">, unit: UnitPlan): PlannedResource[] {
  const server = plan.registry?.server;
  if (!server || !makesRegistry(plan, unit)) return [];
  return [
    component("ImageRegistry", REGISTRY),
    ...AUTHORITIES.map((which) => password(authorityName(which))),
    ...server.accounts.map((account) => password(accountName(account))),
    docker("volume", `${REGISTRY}-data`),
    docker("container", `${REGISTRY}-container`),
    command(`${REGISTRY}-files`),
    ...(server.mirror?.preload ? [command(`${REGISTRY}-images`)] : []),
  ];
}

/** Logical name of the class's own registry; its children's names begin with it. */
export const REGISTRY = "registry";

/** The registry's two authorities, of which one signs. */
export const AUTHORITIES = ["a", "b"] as const;

/** Logical name of the seed of one of the registry's authorities. */
export function authorityName(which: (typeof AUTHORITIES)[number]): string {
  return `${REGISTRY}-authority-${which}`;
}

/** Logical name of the password of an account at the registry. */
export function accountName(account: string): string {
  return `${REGISTRY}-account-${account}`;
}

/** Whether a unit makes the class's own registry: the one that has the classroom LAN. */
export function makesRegistry({ registry }: Pick<LabPlan, "registry">, unit: UnitPlan): boolean {
  return registry?.server !== undefined && unit.switches.includes(registry.server.switchKey);
}

/** The resources that hold a team's secrets: the seed of its key, what its machines and its Docker stacks need. Each is made anew alone. */
export function secretsOf(plan: Pick<LabPlan, "hosts" | "target">, team: TeamPlan): PlannedResource[] {
  return teamResources(team, placeOf(plan, team), false).filter(({ type }) => type === PASSWORD);
}

/**
 * Every resource that a unit's stack will hold, the stack's own included. The component tests compare this list with
 * what the components register, and `up` with what the engine recorded.
 */
export function resourcesOf(plan: LabPlan, unit: UnitPlan): PlannedResource[] {
  const site = siteSettingsOf(plan) !== undefined;
  const stack = { type: "pulumi:pulumi:Stack", name: `classlab-${unit.stack}` };
  if (unit.kind === "hosts") return [stack, ...hostsResources(plan, unit)];
  return [
    stack,
    component("LabRecord", "record"),
    provider("command", "scripts"),
    provider("random", "secrets"),
    ...plan.hosts
      .filter((host) => unit.hosts.includes(host.name))
      .flatMap((host) => [
        component("HypervisorHost", host.name),
        ...resourcesOn(host.target).host(host, makesHost(unit.kind, host), guestsOn(plan, host)),
      ]),
    ...plan.switches
      .filter((entry) => unit.switches.includes(entry.key))
      .flatMap((entry) => [
        component("VirtualSwitch", entry.key),
        resourcesOn(targetOfHost(plan, entry.host)).network(entry.key, hostNamed(plan, entry.host)),
      ]),
    ...registryResources(plan, unit),
    ...plan.teams
      .filter((team) => unit.teams.includes(team.id))
      .flatMap((team) => teamResources(team, placeOf(plan, team), site)),
  ];
}
