import { type Addresses, blockSize, OTHER_SLOTS_OFFSET } from "./addresses";
import { withClones } from "./clones";
import type { LabConfig, SwitchConfig } from "./config";
import type { Fault } from "./faults";
import { isCloud } from "./hosts";
import { MODE_TRAITS } from "./modes";
import { addressToNumber, contains, numberToAddress } from "./network";
import type { PlacedTeam } from "./placement";
import { addressOn, roomAddresses, type Wire, wireOf } from "./siteNetwork";
import { clonesOfStates, guestsIn, stateOf } from "./states";
import { networkSlot, subnetOfSlot } from "./switches";

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
  /** Offsets that nobody else may have: addresses that the configuration gives, the gateway's, and what else is in the room. */
  readonly reserved: readonly number[];
}

/**
 * @param inRoom addresses in the room that are somebody's already
 * @param more how many clones states make that are not configured
 */
function placeOf(
  config: LabConfig,
  onSwitch: SwitchConfig,
  wire: Wire,
  guestName: string,
  inRoom: readonly string[],
  more: number,
): Place {
  const machines = withClones(config.guests);
  const adapters = machines.flatMap((guest) =>
    guest.adapters.flatMap((adapter) =>
      "switch" in adapter && adapter.switch === onSwitch.name ? [adapter] : [],
    ),
  );
  const absent = machines.filter(
    (guest) => !guest.adapters.some((adapter) => "switch" in adapter && adapter.switch === onSwitch.name),
  );
  const index = absent.findIndex((guest) => guest.name === guestName);
  const given = adapters.flatMap(({ address }) => addressOn(wire, onSwitch, address) ?? []);
  const others = wire.room ? inRoom.filter((address) => contains(wire.subnet, address)) : [];
  return {
    // The clone that a state makes is none of those that are configured: it comes behind them.
    index: index < 0 ? absent.length : index,
    count: absent.length + more,
    configured: adapters.length,
    reserved: [...new Set([wire.gateway, ...given, ...others])].map(
      (address) => addressToNumber(address) - wire.subnet.first,
    ),
  };
}

/** The n-th number from a start, upwards or downwards, that is not reserved. */
function nth(start: number, step: 1 | -1, n: number, reserved: readonly number[]): number {
  const inTheWay = reserved
    .map((one) => (one - start) * step)
    .filter((away) => away >= 0)
    .sort((a, b) => a - b);
  return start + step * inTheWay.reduce((at, away) => (at >= away ? at + 1 : at), n);
}

/** First and last offset that guests may have on a wire. */
function boundsOf({ subnet, range }: Wire): { readonly low: number; readonly high: number } {
  return range
    ? { low: range.from - subnet.first, high: range.to - subnet.first }
    : { low: 2, high: subnet.last - subnet.first - 1 };
}

/**
 * How far into the subnet it is: behind what the configuration has, as if it came next; on a shared LAN for slots from 2 on, and in
 * the addresses that the room gives for every slot, counted from the end, where no block of configured guests is yet. From
 * configuration and slot alone, so that no state of any team changes it.
 */
function offsetOf(place: Place, onSwitch: SwitchConfig, slot: number, wire: Wire): number {
  const { index, configured, reserved } = place;
  const first = wire.range ? 1 : 2;
  if (slot < first) return nth(MODE_TRAITS[onSwitch.mode].firstGuest + configured, 1, index, reserved);
  const { low, high } = boundsOf(wire);
  const own = (slot - first) * blockSize(place.count) + index;
  if (configured > 0) return nth(high, -1, own, reserved);
  // A switch that no configured guest is on has all its addresses for states.
  return nth(wire.range ? low : OTHER_SLOTS_OFFSET, 1, own, reserved);
}

/** A guest for which a switch has no address left. */
interface Homeless {
  readonly onSwitch: SwitchConfig;
  readonly wire: Wire;
  readonly user: string;
}

/** One fault for each switch that has too few addresses. */
function faultsOf(config: LabConfig, configured: number, without: readonly Homeless[]): Fault[] {
  return config.switches.flatMap((onSwitch, index): Fault[] => {
    const [first, ...more] = without.filter((entry) => entry.onSwitch === onSwitch);
    if (!first) return [];
    const { range, subnet } = first.wire;
    const listed = index < configured ? `lab.switches[${index}].subnet` : "lab.switches";
    const space = range ? `${numberToAddress(range.from)} to ${numberToAddress(range.to)}` : subnet.cidr;
    return [
      {
        code: "address-space-exhausted",
        where: range ? "lab.site.network.addressing" : listed,
        what: `${space} of switch "${onSwitch.name}" has no address left for ${first.user}${more.length > 0 ? ` and ${more.length} more` : ""}, whose state connects them there`,
        expected: `${range ? "more addresses" : "a larger subnet"}, or lower slots`,
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
  const inRoom = [...roomAddresses(config).keys()];
  const more = clonesOfStates(config, teams, [...new Set(teams.map(({ host }) => host.target))]);
  const onLan = (team: PlacedTeam, { mode }: SwitchConfig) =>
    MODE_TRAITS[mode].shared && !isCloud(team.host.config);
  const lanOf = (team: PlacedTeam, onSwitch: SwitchConfig) =>
    onLan(team, onSwitch) ? onSwitch.name : `${team.id} ${onSwitch.name}`;
  const switchNamed = (name: string) => config.switches.find((entry) => entry.name === name);
  for (const team of teams) {
    for (const guest of withClones(config.guests)) {
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
    for (const guest of withClones(guestsIn(config, stateOf(config, team), team.host))) {
      for (const adapter of guest.adapters) {
        const onSwitch = "switch" in adapter ? switchNamed(adapter.switch) : undefined;
        if (!onSwitch || table.has(`${team.id} ${guest.name} ${onSwitch.name}`)) continue;
        const wire = wireOf(config, onSwitch, team.host.target);
        const whole = wire.subnet;
        const slot = onLan(team, onSwitch) ? team.slot : 1;
        const place = placeOf(config, onSwitch, wire, guest.name, inRoom, more);
        const offset = offsetOf(place, onSwitch, slot, wire);
        const { first } = MODE_TRAITS[onSwitch.mode].shared ? whole : subnetOfSlot(whole, networkSlot(team));
        const { low, high } = boundsOf(wire);
        const address = low <= offset && offset <= high ? numberToAddress(first + offset) : undefined;
        const key = `${lanOf(team, onSwitch)} ${address}`;
        if (address === undefined || taken.has(key)) {
          without.push({ onSwitch, wire, user: `guest "${guest.name}" of ${team.id} (slot ${team.slot})` });
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
