import type { LabConfig } from "./config";
import type { Fault } from "./faults";
import { MODE_TRAITS } from "./modes";
import { addressToNumber, numberToAddress, parseSubnet } from "./network";
import { subnetOfSlot } from "./switches";
import type { TeamIdentity } from "./teams";

/** On a switch that teams share, slots from 2 on start here: above the course's own values. */
const OTHER_SLOTS_OFFSET = 100;
/** Smallest block of addresses of a team, so that a guest added later moves no other team. */
const MIN_BLOCK = 4;

/** Addresses that a team has on a switch that teams share: some are left, so that a guest more moves no other team. */
function blockSize(adapters: number): number {
  return Math.max(MIN_BLOCK, 2 ** Math.ceil(Math.log2(Math.max(1, adapters))));
}

/**
 * The last slot whose whole block is in the subnet of a switch that teams share.
 * @param size addresses of the subnet, the broadcast address among them
 * @param adapters adapters of a team on the switch
 */
export function lastSlotIn(size: number, adapters: number): number {
  const block = blockSize(adapters);
  return Math.max(1, Math.floor((size - 1 - OTHER_SLOTS_OFFSET) / block) + 1);
}

/** The addresses of a lab's adapters. */
export interface Addresses {
  readonly faults: Fault[];
  /** The address of one adapter; undefined for a disconnected one. */
  find(team: string, guestIndex: number, adapterIndex: number): string | undefined;
}

/**
 * Addresses for every adapter of every team. On a shared LAN slot 1 has the configured values (the course's own);
 * slot n ≥ 2 has the block `100 + (n - 2) * block`, whoever else is present. On a switch of its own every team has the
 * same places in its own subnet.
 */
export function allocateAddresses(config: LabConfig, teams: readonly TeamIdentity[]): Addresses {
  const table = new Map<string, string>();
  const users = new Map<string, string>();
  const faults: Fault[] = [];
  for (const [switchIndex, onSwitch] of config.switches.entries()) {
    const configured = parseSubnet(onSwitch.subnet);
    const { shared, firstGuest } = MODE_TRAITS[onSwitch.mode];
    const adapters = config.guests.flatMap((guest, guestIndex) =>
      guest.adapters.flatMap((adapter, adapterIndex) =>
        "switch" in adapter && adapter.switch === onSwitch.name
          ? [{ guest, guestIndex, adapter, adapterIndex }]
          : [],
      ),
    );
    const block = blockSize(adapters.length);
    const without: { user: string; offset: number }[] = [];
    for (const team of teams) {
      const subnet = shared ? configured : parseSubnet(subnetOfSlot(configured, team.slot));
      const asConfigured = team.slot === 1 || !shared;
      const lan = shared ? onSwitch.name : `${team.id} ${onSwitch.name}`;
      for (const [index, { guest, guestIndex, adapter, adapterIndex }] of adapters.entries()) {
        const where = `lab.guests[${guestIndex}].adapters[${adapterIndex}]`;
        const own =
          asConfigured && adapter.address !== undefined
            ? addressToNumber(adapter.address) - configured.first
            : undefined;
        const offset =
          own ?? (asConfigured ? firstGuest + index : OTHER_SLOTS_OFFSET + (team.slot - 2) * block + index);
        const value = subnet.first + offset;
        if (value >= subnet.last) {
          without.push({ user: `guest "${guest.name}" of ${team.id} (slot ${team.slot})`, offset });
          continue;
        }
        const address = numberToAddress(value);
        const user = `guest "${guest.name}" of ${team.id}`;
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
        table.set(`${team.id} ${guestIndex} ${adapterIndex}`, address);
      }
    }
    const [first] = without;
    if (first) {
      // The highest offset needs its own address and the broadcast address after it.
      const needed = Math.max(...without.map(({ offset }) => offset)) + 2;
      faults.push({
        code: "address-space-exhausted",
        where: `lab.switches[${switchIndex}].subnet`,
        what: `${onSwitch.subnet} has no address left for ${first.user}${without.length > 1 ? ` and ${without.length - 1} more` : ""}`,
        expected: `a subnet of at least ${needed} addresses (a prefix of /${32 - Math.ceil(Math.log2(needed))} or less), or lower slots`,
      });
    }
  }
  return {
    faults,
    find: (team, guestIndex, adapterIndex) => table.get(`${team} ${guestIndex} ${adapterIndex}`),
  };
}
