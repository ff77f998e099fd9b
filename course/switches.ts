import type { LabConfig, SwitchConfig } from "./config";
import { groupBy } from "./groupBy";
import { type HostPlan, isCloud } from "./hosts";
import { MODE_TRAITS, type SwitchMode } from "./modes";
import { gatewayOf, numberToAddress, parseSubnet, type Subnet } from "./network";
import type { PlacedTeam, Placement } from "./placement";
import { isClassroomLan, wireOf } from "./siteNetwork";

/** A switch as it will be made. */
export interface SwitchPlan {
  /** Name in the configuration. */
  readonly name: string;
  /**
   * Unique in the lab: the name, `<team>-<name>` for a team's own switch, `<host>-<name>` for what teams share on a host other than
   * this machine, or than the first that teams share where that is none. Resources are named after it.
   */
  readonly key: string;
  /** Name on the platform: unique per host. */
  readonly objectName: string;
  /** The team whose own it is; absent for what teams share. */
  readonly team?: string;
  readonly mode: SwitchMode;
  /** IPv4 subnet in CIDR form. */
  readonly subnet: string;
  /** The host's own address where the mode gives it one: the first of the subnet; on the classroom LAN the room's gateway. */
  readonly gateway: string;
  /** The VLAN of the classroom LAN that it is; absent for the LAN itself and for switches that are none of it. */
  readonly vlan?: number;
  /** Name of the host that carries it. */
  readonly host: string;
  /** Name of the broadcast domain: switches of several hosts that are the classroom LAN are one; any other is its own. */
  readonly segment: string;
}

/**
 * A team's own subnet: the configured one for slot 1, the next ones of the same size for the slots after it.
 * @param slot from 1
 */
export function subnetOfSlot(configured: Subnet, slot: number): Subnet {
  const size = configured.last - configured.first + 1;
  const first = configured.first + (slot - 1) * size;
  const { prefix } = configured;
  return { cidr: `${numberToAddress(first)}/${prefix}`, prefix, first, last: first + size - 1 };
}

/** The slot that a team's own networks are numbered by: on a host of its own every team has the course's values. */
export function networkSlot(team: PlacedTeam): number {
  return team.host.shared ? team.slot : 1;
}

/** The broadcast domain of what teams share on a host: one for all of the classroom, but on containers the host's own. */
export function segmentOf(entry: Pick<SwitchConfig, "name" | "mode">, host: HostPlan, key: string): string {
  return host.target === "containers" || isCloud(host.config) ? key : `classroom:${entry.name}`;
}

/** The hosts that have what teams share: those with teams; clouds have no LAN to be on. */
function carriers({ hosts, teams }: Placement): readonly HostPlan[] {
  const used = new Set(teams.map((team) => team.host));
  // A lab whose roster is not read yet still has its LAN.
  const [first] = hosts;
  if (used.size === 0 && first) used.add(first);
  return hosts.filter((host) => used.has(host) && !isCloud(host.config));
}

/** Every switch of a lab: what teams share once a host, the others once for each team. */
export function switchesOf(lab: string, config: LabConfig, placement: Placement): SwitchPlan[] {
  // Which machine it is changes no name: a lab moves to another host as it is.
  const main =
    placement.hosts.find((host) => host.kind === "this-machine") ??
    placement.hosts.find((host) => host.shared && !isCloud(host.config));
  const hosts = carriers(placement);
  const teamOf = new Map(
    [...groupBy(placement.teams, (team) => team.host)].map(([host, [team]]) => [host, team]),
  );
  return config.switches.flatMap((entry): SwitchPlan[] => {
    const configured = parseSubnet(entry.subnet);
    const made = (key: string, host: HostPlan) => ({
      name: entry.name,
      key,
      objectName: `${lab}-${key}`,
      mode: entry.mode,
      host: host.name,
      ...(entry.vlan === undefined ? {} : { vlan: entry.vlan }),
    });
    if (MODE_TRAITS[entry.mode].shared) {
      return hosts.map((host): SwitchPlan => {
        const { subnet, gateway } = wireOf(config, entry, host.target);
        const key = host === main ? entry.name : `${host.name}-${entry.name}`;
        const own = host.shared ? undefined : teamOf.get(host);
        return {
          ...made(key, host),
          subnet: isClassroomLan(entry, host.target) ? subnet.cidr : entry.subnet,
          gateway,
          segment: segmentOf(entry, host, key),
          ...(own ? { team: own.id } : {}),
        };
      });
    }
    return placement.teams.map((team): SwitchPlan => {
      const subnet = subnetOfSlot(configured, networkSlot(team));
      const key = `${team.id}-${entry.name}`;
      return {
        ...made(key, team.host),
        subnet: subnet.cidr,
        gateway: gatewayOf(subnet),
        team: team.id,
        segment: key,
      };
    });
  });
}
