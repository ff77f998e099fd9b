import { allocateAddresses } from "./addresses";
import { type SchedulePlan, scheduleOf } from "./calendar";
import { capacityFaults } from "./capacity";
import { type CloneOrigin, type StandingGuest, withClones } from "./clones";
import type { DockerStackConfig, GuestConfig, LabConfig } from "./config";
import type { Amounts } from "./demand";
import type { LabFacts } from "./facts";
import { type Fault, failed, type Result, succeeded } from "./faults";
import { browserGateway, type GatewayPlan } from "./gateway";
import { groupBy } from "./groupBy";
import { type HostPlan, isCloud } from "./hosts";
import { LANGUAGE_SETTINGS } from "./languages";
import { MacAddresses } from "./macs";
import type { SwitchMode } from "./modes";
import { type PlanNote, planNotes } from "./notes";
import { type PlacedTeam, type Placement, placeTeams } from "./placement";
import { portsNeeded, publishPorts } from "./ports";
import { planRegistry, type RegistryPlan } from "./registry";
import { withSpares } from "./spares";
import { addressesInStates, type StateAddresses } from "./stateAddresses";
import { checkStateSwitches, checkStates } from "./stateFaults";
import { withStateSwitches } from "./stateSwitches";
import { guestsIn, type StatePlan, stacksToCome, stateOf } from "./states";
import type { Target } from "./support";
import { featuresSupported } from "./support/validate";
import { type SwitchPlan, switchesOf } from "./switches";
import { teamDemands } from "./teamDemand";
import { resolveTeams, type TeamIdentity } from "./teams";
import { checkConfig, checkNames, checkPlacement, checkSwitches } from "./validators";
import { type WindowsGuestPlan, windowsOf } from "./windows/guest";

export type { HostPlan } from "./hosts";

/** One adapter of a guest, in order. */
export type AdapterPlan =
  | { readonly mode: "disabled" }
  | {
      readonly mode: SwitchMode;
      /** Name of the switch in the configuration. */
      readonly switch: string;
      /** Name of the switch on the platform. */
      readonly switchObject: string;
      /** IPv4 address without prefix. */
      readonly address: string;
      /** The switch's first address: the host's own where the mode gives it one. */
      readonly gateway: string;
      /** MAC address, in lower case with colons; on containers the one that Docker derives from the address. */
      readonly mac: string;
      /** Name of the broadcast domain: adapters of one segment are on one wire, whatever their hosts. */
      readonly segment: string;
      /** The VLAN of the classroom LAN that the switch is; absent elsewhere. */
      readonly vlan?: number;
    };

/** A Docker stack inside a guest. */
export type DockerStackPlan = DockerStackConfig & {
  /** Name, unique in the guest; containers are named after it. */
  readonly name: string;
  /** TCP ports that the stack opens in the guest. */
  readonly ports: readonly number[];
};

/** A port of a guest made reachable at 127.0.0.1 of the host. */
export interface PublishedPort {
  readonly guestPort: number;
  readonly hostPort: number;
}

/** Memory of a guest in MiB: a static one starts with what it has. */
export interface MemoryPlan {
  readonly start: number;
  readonly min: number;
  readonly max: number;
}

/** A guest as it will be made. */
export interface GuestPlan {
  /** Name in the configuration, and the guest's own host name. */
  readonly name: string;
  /** Name on the platform: unique per host. */
  readonly objectName: string;
  readonly team: string;
  readonly host: string;
  readonly adapters: readonly AdapterPlan[];
  readonly docker: readonly DockerStackPlan[];
  readonly cpus: number;
  readonly memory: MemoryPlan;
  readonly disk: GuestConfig["disk"];
  readonly profile: "server" | "desktop";
  readonly nested: boolean;
  readonly locale: string;
  readonly keyboard: string;
  readonly timeZone: string;
  readonly sharedFolder?: NonNullable<GuestConfig["sharedFolder"]>;
  readonly clipboard: GuestConfig["clipboard"];
  readonly snapshots: readonly string[];
  /** Its clones, by name; each is a guest of the plan, too. */
  readonly clones: GuestConfig["clones"];
  /** What it is a clone of; absent for every other guest. */
  readonly cloneOf?: CloneOrigin & {
    /** Name on the platform of the guest. */
    readonly objectName: string;
  };
  /** Its Windows; absent for a guest with Linux. */
  readonly windows?: WindowsGuestPlan;
  /** Ports published on 127.0.0.1; empty where guests' addresses are routed. */
  readonly published: readonly PublishedPort[];
}

/** A team's lab. */
export interface TeamPlan extends TeamIdentity {
  readonly host: string;
  /** Where in the course it stands. */
  readonly status: StatePlan;
  /** What its guests ask of their host at the most, here and in the exercises that the class does. */
  readonly demand: Amounts;
  readonly guests: readonly GuestPlan[];
}

/** What one stack holds. */
export interface UnitPlan {
  /** Name of the Pulumi stack. */
  readonly stack: string;
  readonly kind: "hosts" | "one" | "site" | "team";
  /** Ids of the teams in it. */
  readonly teams: readonly string[];
  /** Keys of the switches made in it. */
  readonly switches: readonly string[];
  /** Names of the hosts that what it makes is on. */
  readonly hosts: readonly string[];
}

/** A whole lab, decided. Components only turn it into resources. */
export interface LabPlan {
  readonly schemaVersion: 1;
  readonly lab: string;
  readonly edition: LabConfig["edition"];
  /** The target of hosts that do not say otherwise. */
  readonly target: Target;
  readonly access: "routed" | "published";
  readonly hosts: readonly HostPlan[];
  readonly switches: readonly SwitchPlan[];
  readonly teams: readonly TeamPlan[];
  readonly units: readonly UnitPlan[];
  /** The network of the room; applied to guests, their Docker Engines and the building of images. */
  readonly network: LabConfig["site"]["network"];
  /** The class's registry: the lab's own, or one that somebody else runs. */
  readonly registry?: RegistryPlan;
  readonly calendar?: NonNullable<LabConfig["calendar"]>;
  /** The calendar as instants; absent with it. */
  readonly schedule?: SchedulePlan;
  /** Who is told when hosts in clouds come to cost more than was meant; absent where nobody is. */
  readonly budget?: NonNullable<LabConfig["budget"]>;
  readonly channels: LabConfig["channels"];
  /** What is kept for the channel browser until it is made; absent without that channel. */
  readonly gateway?: GatewayPlan;
  readonly exercises: NonNullable<LabConfig["exercises"]>;
  /** What staff should know before the day and what stops nothing. */
  readonly notes: readonly PlanNote[];
}

function dockerStack(config: DockerStackConfig): DockerStackPlan {
  if (config.kind !== "nginx-farm") return { ...config, name: config.kind, ports: [config.port] };
  return {
    ...config,
    name: config.kind,
    ports: Array.from({ length: config.count }, (_, index) => config.firstPort + index),
  };
}

/** The stack of a lab's hosts in clouds: they stand before what is on them is begun, and are looked at before it is decided. */
function hostsUnit(lab: string, carrying: readonly HostPlan[]): UnitPlan[] {
  const hosts = carrying.filter((host) => isCloud(host.config)).map((host) => host.name);
  return hosts.length === 0 ? [] : [{ stack: `${lab}-hosts`, kind: "hosts", teams: [], switches: [], hosts }];
}

/** What each stack holds. A team's own host goes with the team, and all on it; what teams share goes with the site. */
function makeUnits(
  lab: string,
  config: LabConfig,
  { hosts, teams }: Placement,
  switches: readonly SwitchPlan[],
): UnitPlan[] {
  const keys = (own: readonly SwitchPlan[] = []) => own.map((entry) => entry.key);
  const used = new Set([...teams.map((team) => team.host.name), ...switches.map((entry) => entry.host)]);
  const carrying = hosts.filter((host) => used.has(host.name));
  const names = (own: readonly HostPlan[]) => own.map((host) => host.name);
  if (config.units === "one") {
    const ids = teams.map((team) => team.id);
    return [
      ...hostsUnit(lab, carrying),
      { stack: lab, kind: "one", teams: ids, switches: keys(switches), hosts: names(carrying) },
    ];
  }
  const ofTeam = groupBy(switches, (entry) => entry.team);
  return [
    ...hostsUnit(lab, carrying),
    {
      stack: `${lab}-site`,
      kind: "site",
      teams: [],
      switches: keys(ofTeam.get(undefined)),
      hosts: names(carrying.filter((host) => host.shared)),
    },
    ...teams.map(
      ({ id, host }): UnitPlan => ({
        stack: `${lab}-${id}`,
        kind: "team",
        teams: [id],
        switches: keys(ofTeam.get(id)),
        hosts: [host.name],
      }),
    ),
  ];
}

const DESKTOP_TARGETS: readonly Target[] = ["virtualbox", "hyperv"];

/** What of a guest the configuration alone decides. */
function guestValues(
  config: LabConfig,
  guest: StandingGuest,
  team: PlacedTeam,
): Omit<GuestPlan, "objectName" | "cloneOf" | "adapters" | "docker" | "published"> {
  const { locale, keyboard, timeZone } = LANGUAGE_SETTINGS[config.language];
  const { memory } = guest;
  const windows = windowsOf(guest, team.seats);
  return {
    name: guest.name,
    team: team.id,
    host: team.host.name,
    cpus: guest.cpus,
    memory: typeof memory === "number" ? { start: memory, min: memory, max: memory } : memory,
    disk: guest.disk,
    profile: guest.profile ?? (DESKTOP_TARGETS.includes(team.host.target) ? "desktop" : "server"),
    nested: guest.nested,
    locale: guest.locale ?? locale,
    keyboard: guest.keyboard ?? keyboard,
    timeZone: guest.timeZone ?? timeZone,
    ...(guest.sharedFolder ? { sharedFolder: guest.sharedFolder } : {}),
    clipboard: guest.clipboard,
    snapshots: guest.snapshots,
    clones: guest.clones,
    ...(windows ? { windows } : {}),
  };
}

/** Every guest of every team, with its adapters on the switches of the team's own host. */
function guestPlans(
  lab: string,
  config: LabConfig,
  teams: readonly PlacedTeam[],
  switches: readonly SwitchPlan[],
  addresses: StateAddresses,
): GuestPlan[] {
  const place = (owner: string, name: string) => `${owner} ${name}`;
  const found = new Map<string, SwitchPlan>();
  for (const entry of switches) {
    if (entry.team !== undefined) found.set(place(`team ${entry.team}`, entry.name), entry);
    else found.set(place(`host ${entry.host}`, entry.name), entry);
  }
  const macs = new MacAddresses();
  return teams.flatMap((team) => {
    const objectName = (name: string) => `${lab}-${team.id}-${name}`;
    return withClones(guestsIn(config, stateOf(config, team), team.host)).map((guest): GuestPlan => {
      return {
        ...guestValues(config, guest, team),
        objectName: objectName(guest.name),
        ...(guest.cloneOf
          ? { cloneOf: { ...guest.cloneOf, objectName: objectName(guest.cloneOf.guest) } }
          : {}),
        adapters: guest.adapters.map((adapter, adapterIndex): AdapterPlan => {
          if ("mode" in adapter) return { mode: "disabled" };
          const onSwitch =
            found.get(place(`team ${team.id}`, adapter.switch)) ??
            found.get(place(`host ${team.host.name}`, adapter.switch));
          const address = addresses.find(team.id, guest.name, adapter.switch);
          if (!onSwitch || address === undefined)
            throw new Error("validated adapter without switch or address");
          const { mode, name, objectName, gateway, segment, vlan } = onSwitch;
          const identity = { lab, slot: team.slot, guest: guest.name, adapter: adapterIndex };
          const mac = macs.of(identity, team.host.target, address);
          const adapted = { mode, switch: name, switchObject: objectName, address, gateway, mac, segment };
          return vlan === undefined ? adapted : { ...adapted, vlan };
        }),
        docker: guest.docker.map(dockerStack),
        published: [],
      };
    });
  });
}

/**
 * Decides everything about a lab: teams, switches, guests, addresses, ports, Docker stacks, units. Pure: the same
 * input gives the same plan on any machine.
 * @param lab the lab's name
 * @param config the parsed configuration
 * @param facts what was seen of the host; without it, conflicts with the host are not looked for
 */
export function makePlan(lab: string, config: LabConfig, facts: LabFacts = {}): Result<LabPlan> {
  const identified = withSpares(config, resolveTeams(config.teams, facts));
  const teams = placeTeams(config, identified.teams, facts.hosts);
  const inStates = withStateSwitches(config, teams.teams);
  const switches = switchesOf(lab, inStates.config, teams).filter(
    (entry) => !teams.teams.some((team) => team.id === entry.team && !inStates.has(team, entry.name)),
  );
  const schedule = scheduleOf(config);
  const faults: Fault[] = [
    ...checkConfig(lab, config, facts),
    ...featuresSupported(
      config,
      teams.teams.map((team) => team.host),
    ),
    ...checkStateSwitches(config, checkSwitches(lab, inStates.config, switches, teams, facts)),
    ...identified.faults,
    ...teams.faults,
    ...checkPlacement(config, teams),
    ...checkStates(config, teams.teams),
    ...(schedule.ok ? [] : schedule.faults),
  ];
  // Addresses of a lab that is wrong already would only repeat its faults in other words.
  if (faults.length > 0) return failed(faults);
  const names = checkNames(config, teams.teams);
  if (names.length > 0) return failed(names);

  const allocated = allocateAddresses(config, teams.teams);
  if (allocated.faults.length > 0) return failed(allocated.faults);
  const addresses = addressesInStates(inStates.config, config.switches.length, teams.teams, allocated);
  if (addresses.faults.length > 0) return failed(addresses.faults);

  const access = config.access === "auto" ? (facts.routed === false ? "published" : "routed") : config.access;
  const guests = guestPlans(lab, inStates.config, teams.teams, switches, addresses);
  const registry = planRegistry(lab, config, switches, teams.teams, guests);
  if (registry.faults.length > 0) return failed(registry.faults);
  // A guest's published ports are those of all that its team's exercise makes: learners open them too.
  const ofTeam = new Map(teams.teams.map((team) => [team.id, stateOf(config, team)]));
  const listening = guests.map((guest): GuestPlan => {
    const state = ofTeam.get(guest.team) ?? { at: "configured" };
    return { ...guest, docker: stacksToCome(config, state, guest.name).map(dockerStack) };
  });
  if (access === "published") {
    const { wanted, free } = portsNeeded(listening, facts);
    if (wanted > free) {
      return failed([
        {
          code: "address-space-exhausted",
          where: "lab.access",
          what: `the lab publishes ${wanted} ports on 127.0.0.1, where ${free} are free`,
          expected: "fewer teams, guests or farm ports on one machine",
        },
      ]);
    }
  }
  const ports = access === "published" ? publishPorts(listening, facts) : listening;
  const published = guests.map((guest, index) => ({ ...guest, published: ports[index]?.published ?? [] }));
  const demandOf = teamDemands(config);
  const guestsByTeam = groupBy(published, (guest) => guest.team);
  const planned = teams.teams.map(
    (team): TeamPlan => ({
      ...team,
      host: team.host.name,
      status: stateOf(config, team),
      demand: demandOf(team, team.host.target),
      guests: guestsByTeam.get(team.id) ?? [],
    }),
  );
  const gateway = browserGateway(lab, config.channels);
  const exceeded = capacityFaults(config, { hosts: teams.hosts, teams: planned });
  if (exceeded.length > 0) return failed(exceeded);
  return succeeded({
    schemaVersion: 1,
    lab,
    edition: config.edition,
    target: config.target,
    access,
    hosts: teams.hosts,
    switches,
    teams: planned,
    units: makeUnits(lab, config, teams, switches),
    network: config.site.network,
    ...(registry.plan ? { registry: registry.plan } : {}),
    ...(config.calendar ? { calendar: config.calendar } : {}),
    ...(schedule.ok && schedule.value ? { schedule: schedule.value } : {}),
    ...(config.budget ? { budget: config.budget } : {}),
    channels: config.channels,
    ...(gateway ? { gateway } : {}),
    exercises: config.exercises ?? [],
    notes: planNotes(config, teams, facts),
  });
}

/** Every guest of a plan, team by team. */
export function guestsOf(plan: LabPlan): readonly GuestPlan[] {
  return plan.teams.flatMap((team) => team.guests);
}
