import type { Addresses } from "./addresses";
import type { LabConfig, SwitchConfig } from "./config";
import type { Fault } from "./faults";
import { isCloud } from "./hosts";
import { MODE_TRAITS } from "./modes";
import { addressToNumber, numberToAddress, parseSubnet } from "./network";
import type { PlacedTeam } from "./placement";
import { wireOf } from "./siteNetwork";
import { guestsIn, stateOf } from "./states";
import { networkSlot, subnetOfSlot } from "./switches";

/** Where slots from 2 on begin on a shared switch, and their smallest block; as in addresses.ts. */
const OTHER_SLOTS_OFFSET = 100;
const MIN_BLOCK = 4;

/** The addresses of guests by the switch that they are on, in whatever state their team is. */
export interface StateAddresses {
  readonly faults: readonly Fault[];
  /** The address of a team's guest on a switch; undefined where it is on none of that name. */
  find(team: string, guest: string, switchName: string): string | undefined;
}

/** The place of a guest on a switch that the configuration does not put it on. */
interface Place {
  /** Its number among such guests, from 0. */
  readonly index: number;
  /** How many such guests there are. */
  readonly count: number;
  /** How many adapters the configuration puts on the switch. */
  readonly configured: number;
  /** Offsets that the configuration gives by address. */
  readonly given: ReadonlySet<number>;
}

function placeOf(config: LabConfig, onSwitch: SwitchConfig, guestName: string): Place {
  const { first } = parseSubnet(onSwitch.subnet);
  const adapters = config.guests.flatMap((guest) =>
    guest.adapters.flatMap((adapter) =>
      "switch" in adapter && adapter.switch === onSwitch.name ? [adapter] : [],
    ),
  );
  const absent = config.guests.filter(
    (guest) => !guest.adapters.some((adapter) => "switch" in adapter && adapter.switch === onSwitch.name),
  );
  return {
    index: absent.findIndex((guest) => guest.name === guestName),
    count: absent.length,
    configured: adapters.length,
    given: new Set(
      adapters.flatMap(({ address }) => (address === undefined ? [] : [addressToNumber(address) - first])),
    ),
  };
}

/**
 * How far into the subnet it is: behind what the configuration has, as if it came next; on a shared LAN for slots from 2 on
 * counted from the end, where no block of configured guests is yet. From configuration and slot alone, so that no state
 * of any team changes it.
 */
function offsetOf(place: Place, onSwitch: SwitchConfig, slot: number, size: number): number | undefined {
  const { firstGuest } = MODE_TRAITS[onSwitch.mode];
  if (slot === 1) {
    const next = firstGuest + place.configured;
    return Array.from({ length: place.index + place.given.size + 1 }, (_, step) => next + step).filter(
      (offset) => !place.given.has(offset),
    )[place.index];
  }
  const block = Math.max(MIN_BLOCK, 2 ** Math.ceil(Math.log2(place.count)));
  const own = (slot - 2) * block + place.index;
  // A switch that no configured guest is on has all its addresses for states.
  return place.configured === 0 ? OTHER_SLOTS_OFFSET + own : size - 2 - own;
}

/** A guest for which a switch has no address left. */
interface Homeless {
  readonly onSwitch: SwitchConfig;
  readonly user: string;
}

/** One fault for each switch that has too few addresses. */
function faultsOf(config: LabConfig, configured: number, without: readonly Homeless[]): Fault[] {
  return config.switches.flatMap((onSwitch, index): Fault[] => {
    const [first, ...more] = without.filter((entry) => entry.onSwitch === onSwitch);
    if (!first) return [];
    return [
      {
        code: "address-space-exhausted",
        where: index < configured ? `lab.switches[${index}].subnet` : "lab.switches",
        what: `${onSwitch.subnet} of switch "${onSwitch.name}" has no address left for ${first.user}${more.length > 0 ? ` and ${more.length} more` : ""}, whose state connects them there`,
        expected: "a larger subnet, or lower slots",
      },
    ];
  });
}

/**
 * Addresses of guests in their teams' states. On a switch that the configuration puts a guest on it has the address that it
 * has there without states; on any other, one of its own that is the same in every state.
 * @param config with the switches that states need
 * @param configured how many switches the configuration itself lists
 * @param base addresses of the adapters that are configured
 */
export function addressesInStates(
  config: LabConfig,
  configured: number,
  teams: readonly PlacedTeam[],
  base: Addresses,
): StateAddresses {
  const table = new Map<string, string>();
  const taken = new Set<string>();
  const without: Homeless[] = [];
  const onLan = (team: PlacedTeam, { mode }: SwitchConfig) =>
    MODE_TRAITS[mode].shared && !isCloud(team.host.config);
  const lanOf = (team: PlacedTeam, onSwitch: SwitchConfig) =>
    onLan(team, onSwitch) ? onSwitch.name : `${team.id} ${onSwitch.name}`;
  const switchNamed = (name: string) => config.switches.find((entry) => entry.name === name);
  for (const team of teams) {
    for (const guest of config.guests) {
      for (const [adapterIndex, adapter] of guest.adapters.entries()) {
        const onSwitch = "switch" in adapter ? switchNamed(adapter.switch) : undefined;
        const address = base.find(team.id, guest.name, adapterIndex);
        if (!onSwitch || address === undefined) continue;
        table.set(`${team.id} ${guest.name} ${onSwitch.name}`, address);
        taken.add(`${lanOf(team, onSwitch)} ${address}`);
      }
    }
  }
  for (const team of teams) {
    for (const guest of guestsIn(config, stateOf(config, team))) {
      for (const adapter of guest.adapters) {
        const onSwitch = "switch" in adapter ? switchNamed(adapter.switch) : undefined;
        if (!onSwitch || table.has(`${team.id} ${guest.name} ${onSwitch.name}`)) continue;
        const whole = wireOf(config, onSwitch, team.host.target).subnet;
        const size = whole.last - whole.first + 1;
        const slot = onLan(team, onSwitch) ? team.slot : 1;
        const offset = offsetOf(placeOf(config, onSwitch, guest.name), onSwitch, slot, size);
        const { first } = MODE_TRAITS[onSwitch.mode].shared ? whole : subnetOfSlot(whole, networkSlot(team));
        const address =
          offset !== undefined && offset > 1 && offset < size - 1
            ? numberToAddress(first + offset)
            : undefined;
        const key = `${lanOf(team, onSwitch)} ${address}`;
        if (address === undefined || taken.has(key)) {
          without.push({ onSwitch, user: `guest "${guest.name}" of ${team.id} (slot ${team.slot})` });
          continue;
        }
        taken.add(key);
        table.set(`${team.id} ${guest.name} ${onSwitch.name}`, address);
      }
    }
  }
  return {
    faults: faultsOf(config, configured, without),
    find: (team, guest, switchName) => table.get(`${team} ${guest} ${switchName}`),
  };
}
