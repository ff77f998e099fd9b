import type { LabConfig } from "./config";
import type { LabFacts } from "./facts";
import type { Fault } from "./faults";
import {
  contains,
  freeSubnet,
  gatewayOf,
  isNetworkAddress,
  numberToAddress,
  overlaps,
  parseSubnet,
} from "./network";
import { MODE_SUPPORT } from "./support";

type Validator = (config: LabConfig, facts: LabFacts, lab: string) => Fault[];

/** Smallest prefix with room for a host, two guests and a broadcast address. */
const LONGEST_PREFIX = 29;

function duplicates<T>(items: readonly T[], key: (item: T) => string): { index: number; key: string }[] {
  const seen = new Set<string>();
  return items.flatMap((item, index) => {
    const value = key(item);
    if (seen.has(value)) return [{ index, key: value }];
    seen.add(value);
    return [];
  });
}

const uniqueNames: Validator = (config) => [
  ...duplicates(config.guests, (guest) => guest.name).map(
    ({ index, key }): Fault => ({
      code: "duplicate-guest",
      where: `lab.guests[${index}].name`,
      what: `two guests are named "${key}"`,
      expected: "a name of its own for each guest of a team",
    }),
  ),
  ...duplicates(config.switches, (entry) => entry.name).map(
    ({ index, key }): Fault => ({
      code: "duplicate-switch",
      where: `lab.switches[${index}].name`,
      what: `two switches are named "${key}"`,
      expected: "a name of its own for each switch",
    }),
  ),
];

const modesSupported: Validator = (config) =>
  config.switches.flatMap((entry, index): Fault[] => {
    const support = MODE_SUPPORT[config.target][entry.mode];
    if (support.kind !== "refused") return [];
    return [
      {
        code: "mode-unsupported",
        where: `lab.switches[${index}].mode`,
        what: `mode "${entry.mode}" is refused: ${support.why}`,
        expected: support.instead,
      },
    ];
  });

const subnetsValid: Validator = (config) =>
  config.switches.flatMap((entry, index): Fault[] => {
    const where = `lab.switches[${index}].subnet`;
    const subnet = parseSubnet(entry.subnet);
    if (!isNetworkAddress(subnet) || subnet.prefix > LONGEST_PREFIX || subnet.prefix < 8) {
      return [
        {
          code: "subnet-invalid",
          where,
          what: `${entry.subnet} is no subnet that guests fit in`,
          expected: `a network address with a prefix from 8 to ${LONGEST_PREFIX}, e.g. ${numberToAddress(subnet.first)}/24`,
        },
      ];
    }
    const other = config.switches
      .slice(0, index)
      .find((earlier) => overlaps(parseSubnet(earlier.subnet), subnet));
    if (!other) return [];
    return [
      {
        code: "subnet-overlap",
        where,
        what: `${entry.subnet} overlaps ${other.subnet} of switch "${other.name}"`,
        expected: "subnets that share no address",
      },
    ];
  });

const subnetsFree: Validator = (config, facts, lab) =>
  config.switches.flatMap((entry, index): Fault[] => {
    const subnet = parseSubnet(entry.subnet);
    const inUse = facts.subnets ?? [];
    const user = inUse.find(
      (used) =>
        overlaps(parseSubnet(used.subnet), subnet) &&
        !(used.own?.lab === lab && used.own.objectName === `${lab}-${entry.name}`),
    );
    if (!user) return [];
    const where = `lab.switches[${index}].subnet`;
    const free = freeSubnet(
      [...inUse.map((used) => used.subnet), ...config.switches.map((other) => other.subnet)].map(parseSubnet),
    );
    return [
      {
        code: "subnet-in-use",
        where,
        what: `${entry.subnet} is in use on this machine: ${user.user} has ${user.subnet}`,
        expected: "a subnet that nothing else uses",
        ...(free
          ? {
              fix: `${free} is free; set it as "subnet: ${free}" at ${where} and move the guests' addresses with it`,
            }
          : {}),
      },
    ];
  });

const adaptersValid: Validator = (config) =>
  config.guests.flatMap((guest, guestIndex) =>
    guest.adapters.flatMap((adapter, adapterIndex): Fault[] => {
      if (!("switch" in adapter)) return [];
      const where = `lab.guests[${guestIndex}].adapters[${adapterIndex}]`;
      const onSwitch = config.switches.find((entry) => entry.name === adapter.switch);
      if (!onSwitch) {
        return [
          {
            code: "unknown-switch",
            where: `${where}.switch`,
            what: `there is no switch "${adapter.switch}"`,
            expected: `one of ${config.switches.map((entry) => entry.name).join(", ")}`,
          },
        ];
      }
      const earlier = guest.adapters.slice(0, adapterIndex);
      if (earlier.some((other) => "switch" in other && other.switch === adapter.switch)) {
        return [
          {
            code: "config-value",
            where: `${where}.switch`,
            what: `guest "${guest.name}" has two adapters on switch "${adapter.switch}"`,
            expected: "one adapter a switch on the containers target",
          },
        ];
      }
      if (adapter.address === undefined) return [];
      const subnet = parseSubnet(onSwitch.subnet);
      if (!contains(subnet, adapter.address)) {
        return [
          {
            code: "address-outside-subnet",
            where: `${where}.address`,
            what: `${adapter.address} is not in ${onSwitch.subnet} of switch "${onSwitch.name}"`,
            expected: `an address from ${numberToAddress(subnet.first + 2)} to ${numberToAddress(subnet.last - 1)}`,
          },
        ];
      }
      const reserved: Record<string, string> = {
        [numberToAddress(subnet.first)]: "the network's own address",
        [gatewayOf(subnet)]: "the host's address on the switch",
        [numberToAddress(subnet.last)]: "the broadcast address",
      };
      const use = reserved[adapter.address];
      if (!use) return [];
      return [
        {
          code: "address-reserved",
          where: `${where}.address`,
          what: `${adapter.address} is ${use}`,
          expected: `an address from ${numberToAddress(subnet.first + 2)} to ${numberToAddress(subnet.last - 1)}`,
        },
      ];
    }),
  );

const dockerStacksValid: Validator = (config) =>
  config.guests.flatMap((guest, guestIndex) => {
    const taken = new Map<number, string>([[22, "SSH"]]);
    const faults: Fault[] = duplicates(guest.docker, (stack) => stack.kind).map(({ index, key }) => ({
      code: "duplicate-docker-stack",
      where: `lab.guests[${guestIndex}].docker[${index}].kind`,
      what: `guest "${guest.name}" has two stacks of kind "${key}"`,
      expected: "one stack of each kind a guest",
    }));
    for (const [index, stack] of guest.docker.entries()) {
      const farm = stack.kind === "nginx-farm";
      const where = `lab.guests[${guestIndex}].docker[${index}].${farm ? "firstPort" : "port"}`;
      const first = farm ? stack.firstPort : stack.port;
      const last = farm ? stack.firstPort + stack.count - 1 : stack.port;
      if (last > 65535) {
        faults.push({
          code: "config-value",
          where,
          what: `ports ${first} to ${last} go past the end`,
          expected: "ports up to 65535",
        });
        continue;
      }
      for (let port = first; port <= last; port += 1) {
        const other = taken.get(port);
        if (other) {
          faults.push({
            code: "duplicate-port",
            where,
            what: `port ${port} of guest "${guest.name}" is used by ${other} and by ${stack.kind}`,
            expected: "a port of its own for each service of a guest",
          });
        } else taken.set(port, stack.kind);
      }
    }
    return faults;
  });

/** Longest name of a lab: with team and guest it still fits a 63-character host name label. */
const LONGEST_LAB_NAME = 28;

const labName: Validator = (_config, _facts, lab) =>
  new RegExp(`^[a-z][a-z0-9-]{0,${LONGEST_LAB_NAME - 1}}$`).test(lab)
    ? []
    : [
        {
          code: "name-too-long",
          where: "stack name",
          what: `"${lab}" is no name for a lab`,
          expected: `lower-case letters, digits and hyphens, starting with a letter, at most ${LONGEST_LAB_NAME} characters`,
        },
      ];

const VALIDATORS: readonly Validator[] = [
  labName,
  uniqueNames,
  modesSupported,
  subnetsValid,
  subnetsFree,
  adaptersValid,
  dockerStacksValid,
];

/** Every fault of a configuration that parsed, and of its meeting with the host when facts are given. */
export function checkConfig(lab: string, config: LabConfig, facts: LabFacts): Fault[] {
  return VALIDATORS.flatMap((validate) => validate(config, facts, lab));
}
