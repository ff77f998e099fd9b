import type { LabConfig } from "./config";
import { MODE_TRAITS, type SwitchMode } from "./modes";
import { gatewayOf, numberToAddress, parseSubnet, type Subnet } from "./network";
import type { PlacedTeam } from "./placement";

/** A switch as it will be made. */
export interface SwitchPlan {
  /** Name in the configuration. */
  readonly name: string;
  /** Unique in the lab: the name, or `<team>-<name>` for a team's own switch. Resources are named after it. */
  readonly key: string;
  /** Name on the platform: unique per host. */
  readonly objectName: string;
  /** The team whose own it is; absent for what teams share. */
  readonly team?: string;
  readonly mode: SwitchMode;
  /** IPv4 subnet in CIDR form. */
  readonly subnet: string;
  /** First address of the subnet: the host's own where the mode gives it one. */
  readonly gateway: string;
  /** The VLAN of the classroom LAN that it is; absent for the LAN itself and for switches that are none of it. */
  readonly vlan?: number;
  /** Name of the host that carries it. */
  readonly host: string;
}

/**
 * A team's own subnet: the configured one for slot 1, the next ones of the same size for the slots after it.
 * @param slot from 1
 */
export function subnetOfSlot(configured: Subnet, slot: number): string {
  const size = configured.last - configured.first + 1;
  return `${numberToAddress(configured.first + (slot - 1) * size)}/${configured.prefix}`;
}

/** Every switch of a lab: what teams share once, the others once for each team. */
export function switchesOf(lab: string, config: LabConfig, teams: readonly PlacedTeam[]): SwitchPlan[] {
  return config.switches.flatMap((entry): SwitchPlan[] => {
    const configured = parseSubnet(entry.subnet);
    const made = (key: string, subnet: string, host: string) => ({
      name: entry.name,
      key,
      objectName: `${lab}-${key}`,
      mode: entry.mode,
      subnet,
      gateway: gatewayOf(parseSubnet(subnet)),
      host,
      ...(entry.vlan === undefined ? {} : { vlan: entry.vlan }),
    });
    if (MODE_TRAITS[entry.mode].shared) return [made(entry.name, entry.subnet, teams[0]?.host.name ?? "")];
    return teams.map((team) => ({
      ...made(`${team.id}-${entry.name}`, subnetOfSlot(configured, team.slot), team.host.name),
      team: team.id,
    }));
  });
}
