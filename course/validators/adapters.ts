import type { SwitchConfig } from "../config";
import type { Fault } from "../faults";
import { targetOf } from "../hosts";
import { addressToNumber, contains, numberToAddress } from "../network";
import { addressOn, type Wire, wireOf } from "../siteNetwork";
import { prefixFits } from "./switches";
import type { Validator } from "./validator";

/** What is wrong with a configured address on a wire; undefined when nothing is. */
function addressFault(
  entry: SwitchConfig,
  wire: Wire,
  configured: string | undefined,
): Omit<Fault, "where"> | undefined {
  const address = addressOn(wire, entry, configured);
  const { subnet, range } = wire;
  // A subnet of a wrong size has its own fault; which addresses it has is not to be said before it is mended.
  if (address === undefined || !prefixFits(subnet)) return undefined;
  const { from, to } = range ?? { from: subnet.first + 2, to: subnet.last - 1 };
  const expected = `an address from ${numberToAddress(from)} to ${numberToAddress(to)}`;
  if (!contains(subnet, address)) {
    return {
      code: "address-outside-subnet",
      what: `${address} is not in ${subnet.cidr} of switch "${entry.name}"`,
      expected,
    };
  }
  const reserved: Readonly<Record<string, string>> = {
    [numberToAddress(subnet.first)]: "the network's own address",
    [wire.gateway]: wire.room ? "the room's gateway" : "the host's address on the switch",
    [numberToAddress(subnet.last)]: "the broadcast address",
  };
  const use = reserved[address];
  if (use) {
    // The room's gateway may stand among the addresses that guests may have.
    const other = wire.room ? expected.replace("an address", "another address") : expected;
    return { code: "address-reserved", what: `${address} is ${use}`, expected: other };
  }
  const value = addressToNumber(address);
  if (range && (value < from || value > to)) {
    return {
      code: "address-outside-subnet",
      what: `${address} is not among the addresses that the room gives to switch "${entry.name}"`,
      expected,
    };
  }
  return undefined;
}

/** Adapters are on switches that there are, at addresses that those have. */
export const adaptersValid: Validator = (config) => {
  const switches = new Map([...config.switches].reverse().map((entry) => [entry.name, entry]));
  const wires = new Map(
    config.hosts
      .map((host) => targetOf(config, host))
      .map((target) => [target, (entry: SwitchConfig) => wireOf(config, entry, target)]),
  );
  return config.guests.flatMap((guest, guestIndex) =>
    guest.adapters.flatMap((adapter, adapterIndex): Fault[] => {
      if (!("switch" in adapter)) return [];
      const where = `lab.guests[${guestIndex}].adapters[${adapterIndex}]`;
      const onSwitch = switches.get(adapter.switch);
      if (!onSwitch) {
        return [
          {
            code: "unknown-switch",
            where: `${where}.switch`,
            what: `there is no switch "${adapter.switch}"`,
            expected:
              config.switches.length > 0
                ? `${config.switches.length > 1 ? "one of " : ""}${config.switches.map((entry) => entry.name).join(", ")}`
                : "a switch that lab.switches lists, which is empty",
          },
        ];
      }
      const earlier = guest.adapters.slice(0, adapterIndex);
      // Docker connects a container to a network once; hypervisors put two cards of a guest on one switch.
      if (
        wires.has("containers") &&
        earlier.some((other) => "switch" in other && other.switch === adapter.switch)
      ) {
        return [
          {
            code: "config-value",
            where: `${where}.switch`,
            what: `guest "${guest.name}" has two adapters on switch "${adapter.switch}"`,
            expected: "one adapter a switch on the containers target",
          },
        ];
      }
      for (const wire of new Set(wires.values())) {
        const fault = addressFault(onSwitch, wire(onSwitch), adapter.address);
        if (fault) return [{ ...fault, where: `${where}.address` }];
      }
      return [];
    }),
  );
};
