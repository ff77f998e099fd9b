import type { LabConfig, RegistryConfig } from "./config";
import type { Fault } from "./faults";
import { addressToNumber, contains, numberToAddress, parseSubnet } from "./network";
import type { PlacedTeam } from "./placement";
import type { GuestPlan } from "./plan";
import type { SwitchPlan } from "./switches";

/** A cache of another registry's images, for everybody on the classroom LAN to read. */
export interface RegistryMirrorPlan {
  /** TCP port, at the registry's address. */
  readonly port: number;
  /** What is asked for images that it lacks: an address without path; absent where nothing is. */
  readonly of?: string;
  /** Whether the course's images are in it from the start. */
  readonly preload: boolean;
}

/** A registry that the lab makes for the class. */
export interface RegistryServerPlan {
  /** Name of its container; its volume is called so with `-data`. */
  readonly objectName: string;
  /** Name of the host that it is on. */
  readonly host: string;
  /** Key of the switch that it is on: the classroom LAN. */
  readonly switchKey: string;
  /** Name of that switch on the platform. */
  readonly switchObject: string;
  readonly address: string;
  readonly port: number;
  /** MiB that all images take together at the most. */
  readonly quota: number;
  /** Its mirror of Docker Hub for the class; absent where it is none. */
  readonly mirror?: RegistryMirrorPlan;
  /** Names of the accounts, each a team's id: who has one pushes below that name alone, and pulls everything. */
  readonly accounts: readonly string[];
}

/** A registry as planned: `push` names the lab's own where there is one. */
export type RegistryPlan = Omit<RegistryConfig, "run"> & { readonly server?: RegistryServerPlan };

const DEFAULTS = { port: 443, quota: 10240, mirror: false, preload: false } as const;

/** MiB that the course's images take in a registry, with room for what teams push; the official ones are two thirds of a GiB (docker-library/repo-info, 2026-09). */
const PRELOAD_QUOTA = 1024;

/** Docker Hub as Docker itself asks it (docs.docker.com/docker-hub/image-library/mirror). */
const DOCKER_HUB = "https://registry-1.docker.io";

/** Ports of the mirror: the first that is not the registry's own. */
const MIRROR_PORTS = [5443, 5444] as const;

/** Host and port of the registry's mirror of Docker Hub; undefined where it is none. */
export function mirrorName({
  address,
  mirror,
}: Pick<RegistryServerPlan, "address" | "mirror">): string | undefined {
  return mirror && `${address}:${mirror.port}`;
}

/** The registry's name as it stands before an image's: the port is left out where Docker takes it for granted. */
export function registryName({ address, port }: Pick<RegistryServerPlan, "address" | "port">): string {
  return port === 443 ? address : `${address}:${port}`;
}

const fault = (where: string, what: string, expected: string): Fault => ({
  code: "registry-impossible",
  where: `lab.registry${where}`,
  what,
  expected,
});

/** What of the configuration contradicts a registry of the lab's own. */
function contradictions({ run, mirror, push, accounts }: RegistryConfig): Fault[] {
  const { quota, ...own } = run === undefined || run === true ? DEFAULTS : run;
  return [
    ...(own.preload && quota < PRELOAD_QUOTA
      ? [
          fault(
            ".run.quota",
            `the course's images do not fit into ${quota} MiB`,
            `${PRELOAD_QUOTA} MiB or more, or no preload`,
          ),
        ]
      : []),
    ...(mirror === undefined || (own.mirror === false && !own.preload)
      ? []
      : [
          fault(
            ".mirror",
            `the lab runs a mirror of its own, and guests are to ask ${mirror}`,
            "run.mirror or mirror",
          ),
        ]),
    ...(push === undefined
      ? []
      : [
          fault(
            ".push",
            `the lab runs a registry of its own, and learners are to push to ${push}`,
            "run or push",
          ),
        ]),
    ...(accounts === "none"
      ? [
          fault(
            ".accounts",
            "the lab's own registry keeps teams apart by their accounts",
            "per-team, or no run",
          ),
        ]
      : []),
  ];
}

function mirrorOf({
  port,
  mirror,
  preload,
}: {
  readonly port: number;
  readonly mirror: boolean | string;
  readonly preload: boolean;
}): Pick<RegistryServerPlan, "mirror"> {
  if (mirror === false && !preload) return {};
  const own = port === MIRROR_PORTS[0] ? MIRROR_PORTS[1] : MIRROR_PORTS[0];
  const of = mirror === true ? DOCKER_HUB : mirror === false ? undefined : mirror.replace(/\/$/, "");
  return { mirror: { port: own, ...(of === undefined ? {} : { of }), preload } };
}

/** Where the lab's registry stands and who may use it; faults where that cannot be. */
export interface RegistryPlanned {
  readonly plan?: RegistryPlan;
  readonly faults: readonly Fault[];
}

/**
 * Decides the class's registry. It is on the classroom LAN of a machine whose guests are containers: there Docker leads every bridged guest
 * to it and nobody from outside the machine, so that no port is published.
 */
export function planRegistry(
  lab: string,
  config: LabConfig,
  switches: readonly SwitchPlan[],
  teams: readonly PlacedTeam[],
  guests: readonly GuestPlan[],
): RegistryPlanned {
  if (!config.registry) return { faults: [] };
  const { run, ...rest } = config.registry;
  if (run === undefined) return { plan: rest, faults: [] };
  const against = contradictions(config.registry);
  if (against.length > 0) return { faults: against };
  const wanted = run === true ? DEFAULTS : run;
  const others = teams.filter(({ host }) => host.target !== "containers" || host.kind !== "this-machine");
  const [other] = others;
  if (other) {
    const what = `guests of ${other.id} are on ${other.host.target}, and the lab's own registry is beside guests that are containers of this machine`;
    return {
      faults: [fault(".run", what, "target: containers, or push with a registry that somebody else runs")],
    };
  }
  const lan = switches.find(
    ({ mode, vlan, team }) => mode === "bridged" && vlan === undefined && team === undefined,
  );
  if (!lan) {
    const what = "the lab's own registry is on the classroom LAN, and the lab has none";
    return { faults: [fault(".run", what, "a switch with mode: bridged and without vlan")] };
  }
  const subnet = parseSubnet(lan.subnet);
  const address = ("address" in wanted ? wanted.address : undefined) ?? numberToAddress(subnet.last - 1);
  const value = addressToNumber(address);
  if (
    !contains(subnet, address) ||
    value === subnet.first ||
    value === subnet.last ||
    address === lan.gateway
  ) {
    const range = `an address from ${numberToAddress(subnet.first + 2)} to ${numberToAddress(subnet.last - 1)}`;
    return { faults: [fault(".run.address", `${address} is no address for it on ${lan.subnet}`, range)] };
  }
  const holder = guests.find(({ adapters }) =>
    adapters.some((adapter) => adapter.mode !== "disabled" && adapter.address === address),
  );
  if (holder) {
    const what = `${address} is that of guest "${holder.name}" of ${holder.team}`;
    return { faults: [fault(".run.address", what, `an address of ${lan.subnet} that no guest has`)] };
  }
  const server: RegistryServerPlan = {
    objectName: `${lab}-registry`,
    host: lan.host,
    switchKey: lan.key,
    switchObject: lan.objectName,
    address,
    port: wanted.port,
    quota: wanted.quota,
    ...mirrorOf(wanted),
    accounts: teams.map(({ id }) => id),
  };
  const mirror = mirrorName(server);
  const asked = mirror === undefined ? {} : { mirror: `https://${mirror}` };
  return { plan: { ...rest, ...asked, push: registryName(server), server }, faults: [] };
}
