import { withClones } from "./clones";
import type { LabConfig, SwitchConfig } from "./config";
import type { Fault } from "./faults";
import { groupBy } from "./groupBy";
import { isCloud } from "./hosts";
import { MODE_TRAITS } from "./modes";
import { addressToNumber, numberToAddress } from "./network";
import type { PlacedTeam } from "./placement";
import { addressOn, roomAddresses, type Wire, wireOf } from "./siteNetwork";
import { networkSlot, subnetOfSlot } from "./switches";

/** On a switch that teams share, slots from 2 on start here: above the course's own values. */
export const OTHER_SLOTS_OFFSET = 100;
/** Smallest block of addresses of a team, so that a guest added later moves no other team. */
const MIN_BLOCK = 4;

/** Addresses that a team has on a switch that teams share: some are left, so that a guest more moves no other team. */
export function blockSize(adapters: number): number {
  return Math.max(MIN_BLOCK, 2 ** Math.ceil(Math.log2(Math.max(1, adapters))));
}

/** Addresses of a slot on a switch that teams share: those of configured adapters, and of guests that only a state connects there. */
function slotSize(adapters: number, joining: number): number {
  return adapters > 0 && joining > 0
    ? blockSize(adapters) + blockSize(joining)
    : blockSize(Math.max(adapters, joining));
}

/**
 * The last slot whose whole block is in the subnet of a switch that teams share.
 * @param size addresses of the subnet, the broadcast address among them
 * @param adapters adapters of a team that are configured on the switch
 * @param joining guests of a team that only a state connects there
 */
export function lastSlotIn(size: number, adapters: number, joining = 0): number {
  return Math.max(1, Math.floor((size - 1 - OTHER_SLOTS_OFFSET) / slotSize(adapters, joining)) + 1);
}

/**
 * The last slot whose whole block is among the addresses that a room gives.
 * @param count how many it gives
 * @param adapters adapters of a team that are configured on the switch
 * @param joining guests of a team that only a state connects there
 */
export function lastSlotOfRange(count: number, adapters: number, joining = 0): number {
  return Math.max(1, Math.floor(count / slotSize(adapters, joining)));
}

/** The addresses of a lab's adapters. */
export interface Addresses {
  readonly faults: Fault[];
  /** The address of one adapter; undefined for a disconnected one. */
  find(team: string, guest: string, adapterIndex: number): string | undefined;
}

/** An adapter that is on a switch, and where it stands in the configuration. */
interface Placed {
  readonly guest: string;
  /** Of the guest, or of the one that it is a clone of. */
  readonly guestIndex: number;
  readonly adapterIndex: number;
  readonly address: string | undefined;
}

/** The adapters of every guest and clone by the switch that they are on. */
function adaptersBySwitch(config: LabConfig): Map<string, Placed[]> {
  const placed = withClones(config.guests).flatMap(({ name: guest, adapters, cloneOf }) => {
    const guestIndex = config.guests.findIndex(({ name }) => name === (cloneOf?.guest ?? guest));
    return adapters.flatMap((adapter, adapterIndex) =>
      "switch" in adapter
        ? [{ on: adapter.switch, guest, guestIndex, adapterIndex, address: adapter.address }]
        : [],
    );
  });
  return groupBy(placed, ({ on }) => on);
}

/** Places that were asked for past the end of a subnet or range. */
class Shortage {
  private count = 0;
  private first?: string;
  private highest = 0;

  add(user: string, place: number): void {
    this.first ??= user;
    this.count += 1;
    this.highest = Math.max(this.highest, place);
  }

  /** The fault that tells of all of them; `wire` is what is too small. */
  faults(entry: SwitchConfig, index: number, wire: Wire): Fault[] {
    if (this.first === undefined) return [];
    const whom = `${this.first}${this.count > 1 ? ` and ${this.count - 1} more` : ""}`;
    if (wire.range) {
      const { from, to } = wire.range;
      return [
        {
          code: "address-space-exhausted",
          where: "lab.site.network.addressing",
          what: `${numberToAddress(from)} to ${numberToAddress(to)} are ${to - from + 1} addresses, and switch "${entry.name}" has none left for ${whom}`,
          expected: `at least ${this.highest + 1} addresses, or lower slots`,
        },
      ];
    }
    // The highest place needs its own address and the broadcast address after it.
    const needed = this.highest + 2;
    return [
      {
        code: "address-space-exhausted",
        where: `lab.switches[${index}].subnet`,
        what: `${wire.subnet.cidr} has no address left for ${whom}`,
        expected: `a subnet of at least ${needed} addresses (a prefix of /${32 - Math.ceil(Math.log2(needed))} or less), or lower slots`,
      },
    ];
  }
}

/**
 * Addresses for every adapter of every team. On a LAN that teams share, whatever their hosts, slot 1 has the configured values (the
 * course's own); slot n ≥ 2 has the block `100 + (n - 2) * block`, whoever else is present. Where the room says where addresses come from,
 * slot n has the block `(n - 1) * block` of that range. On a switch of its own every team has the same places in its own subnet.
 */
export function allocateAddresses(config: LabConfig, teams: readonly PlacedTeam[]): Addresses {
  const table = new Map<string, string>();
  const users = new Map<string, string>();
  const faults: Fault[] = [];
  const bySwitch = adaptersBySwitch(config);
  const inRoom = roomAddresses(config);
  for (const [switchIndex, entry] of config.switches.entries()) {
    const { shared, firstGuest } = MODE_TRAITS[entry.mode];
    const adapters = bySwitch.get(entry.name) ?? [];
    const block = blockSize(adapters.length);
    const targets = new Set(teams.map(({ host }) => host.target));
    const wires = new Map([...targets].map((target) => [target, wireOf(config, entry, target)]));
    const short = new Map([...wires.values()].map((wire) => [wire, new Shortage()]));
    for (const team of teams) {
      const wire = wires.get(team.host.target);
      if (!wire) continue;
      const onLan = shared && !isCloud(team.host.config);
      const subnet = shared ? wire.subnet : subnetOfSlot(wire.subnet, networkSlot(team));
      const asConfigured = team.slot === 1 || !onLan;
      const lan = onLan ? entry.name : `${team.id} ${entry.name}`;
      for (const [index, adapter] of adapters.entries()) {
        const { guest, guestIndex, adapterIndex } = adapter;
        const given = asConfigured ? addressOn(wire, entry, adapter.address) : undefined;
        const start = wire.range ? (team.slot - 1) * block : OTHER_SLOTS_OFFSET + (team.slot - 2) * block;
        const chosen = (asConfigured && !wire.range ? firstGuest : start) + index;
        const place = given === undefined ? chosen : addressToNumber(given) - wire.subnet.first;
        const base = wire.range && given === undefined ? wire.range.from : subnet.first;
        // A given address is in the range: the validators see to it.
        const last = wire.range ? wire.range.to : subnet.last - 1;
        const value = base + place;
        const user = `guest "${guest}" of ${team.id}`;
        if (value > last) {
          short.get(wire)?.add(`${user} (slot ${team.slot})`, place);
          continue;
        }
        const address = numberToAddress(value);
        const where = `lab.guests[${guestIndex}].adapters[${adapterIndex}]`;
        if (shared && address === wire.gateway) {
          faults.push({
            code: "address-reserved",
            where: "lab.site.network.gateway",
            what: `${address} is the room's gateway, and ${user} would have it`,
            expected: "addressing: { from, to } with addresses that nothing in the room has",
          });
        }
        const taken = wire.room ? inRoom.get(address) : undefined;
        if (taken && address !== wire.gateway) {
          faults.push({
            code: "address-reserved",
            where: given === undefined ? taken.where : `${where}.address`,
            what: `${address} is ${taken.whose}, and ${user} would have it`,
            expected:
              "addresses for guests that nothing else in the room has, such as addressing: { from, to }",
          });
        }
        const other = users.get(`${lan} ${address}`);
        if (other) {
          faults.push({
            code: "duplicate-address",
            where,
            what: `${address} is given to ${other} and to ${user}`,
            expected: "an address of its own for each adapter on a switch",
          });
        }
        users.set(`${lan} ${address}`, user);
        table.set(`${team.id} ${guest} ${adapterIndex}`, address);
      }
    }
    for (const [wire, shortage] of short) faults.push(...shortage.faults(entry, switchIndex, wire));
  }
  return {
    faults,
    find: (team, guest, adapterIndex) => table.get(`${team} ${guest} ${adapterIndex}`),
  };
}
