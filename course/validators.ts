import ipaddr from "ipaddr.js";
import type { LabConfig } from "./config";
import type { LabFacts, SubnetInUse } from "./facts";
import type { Fault } from "./faults";
import type { Mode } from "./modes";
import {
  contains,
  freeSubnet,
  gatewayOf,
  isNetworkAddress,
  numberToAddress,
  overlaps,
  parseSubnet,
  type Subnet,
} from "./network";
import { MODE_SUPPORT, type Support } from "./support";
import type { SwitchPlan } from "./switches";
import type { TeamIdentity } from "./teams";

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

/**
 * Switches in a mode that the target refuses.
 * @param table what the target does with each mode
 */
export function refusedModes(
  config: Pick<LabConfig, "switches">,
  table: Readonly<Record<Mode, Support>>,
): Fault[] {
  return config.switches.flatMap((entry, index): Fault[] => {
    const support = table[entry.mode];
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
}

const vlansValid: Validator = (config) =>
  config.switches.flatMap((entry, index): Fault[] => {
    const where = `lab.switches[${index}].vlan`;
    if (entry.vlan === undefined) return [];
    if (entry.mode !== "bridged") {
      return [
        {
          code: "vlan-invalid",
          where,
          what: `switch "${entry.name}" is ${entry.mode}, and VLANs are of the classroom LAN`,
          expected: "mode: bridged, or no vlan",
        },
      ];
    }
    const first = config.switches.find((other) => other.vlan === entry.vlan);
    if (!first || first === entry) return [];
    return [
      {
        code: "vlan-invalid",
        where,
        what: `switches "${first.name}" and "${entry.name}" both are VLAN ${entry.vlan}`,
        expected: "one switch for each VLAN",
      },
    ];
  });

const modesSupported: Validator = (config) => refusedModes(config, MODE_SUPPORT[config.target]);

/** Largest subnet, as the private ranges have it: 10.0.0.0/8. */
const SHORTEST_PREFIX = 8;

function prefixFits(subnet: Subnet): boolean {
  return SHORTEST_PREFIX <= subnet.prefix && subnet.prefix <= LONGEST_PREFIX;
}

const subnetsValid: Validator = (config) =>
  config.switches.flatMap((entry, index): Fault[] => {
    const where = `lab.switches[${index}].subnet`;
    const subnet = parseSubnet(entry.subnet);
    if (!prefixFits(subnet)) {
      return [
        {
          code: "subnet-invalid",
          where,
          what: `${entry.subnet} is too ${subnet.prefix > LONGEST_PREFIX ? "small" : "large"} for a lab`,
          expected: `a prefix from /${SHORTEST_PREFIX} to /${LONGEST_PREFIX}`,
        },
      ];
    }
    if (!isNetworkAddress(subnet)) {
      return [
        {
          code: "subnet-invalid",
          where,
          what: `${entry.subnet} is an address in a subnet, not the subnet itself`,
          expected: `${numberToAddress(subnet.first)}/${subnet.prefix}`,
        },
      ];
    }
    return [];
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
            expected:
              config.switches.length > 0
                ? `${config.switches.length > 1 ? "one of " : ""}${config.switches.map((entry) => entry.name).join(", ")}`
                : "a switch that lab.switches lists, which is empty",
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
      // That subnet has its own fault; which addresses it has is not to be said before it is mended.
      if (!prefixFits(subnet)) return [];
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
      if (farm && last > 65535) {
        faults.push({
          code: "config-value",
          where,
          what: `the farm's ports ${first} to ${last} go past the highest port`,
          expected: `at most ${65535 - stack.count + 1} as the first of ${stack.count} ports`,
        });
        continue;
      }
      const shared = new Map<string, number[]>();
      for (let port = first; port <= last; port += 1) {
        const other = taken.get(port);
        if (other === undefined) taken.set(port, stack.kind);
        // A second stack of one kind has a fault already.
        else if (other !== stack.kind) shared.set(other, [...(shared.get(other) ?? []), port]);
      }
      for (const [other, ports] of shared) {
        const many = ports.length > 1 ? `ports ${ports[0]} to ${ports.at(-1)}` : `port ${ports[0]}`;
        faults.push({
          code: "duplicate-port",
          where,
          what: `${many} of guest "${guest.name}" ${ports.length > 1 ? "are" : "is"} used by ${other} and by ${stack.kind}`,
          expected: "a port of its own for each service of a guest",
        });
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
          fix: "Rename the stack file: a lab is named NAME by its Pulumi.NAME.yaml",
        },
      ];

/** Names of objects begin with the lab's: two labs of one name on one machine would be in each other's way. */
const nameFree: Validator = (_config, facts, lab) => {
  const other = facts.subnets?.find((used) => used.own?.lab === lab && used.own.id !== facts.labId);
  if (!other) return [];
  return [
    {
      code: "lab-name-in-use",
      where: "stack name",
      what: `another lab named "${lab}" stands on this machine, made from another state (it has the ${other.user.replace(/ of lab .*/, "")})`,
      expected: "a name of its own for each lab on a machine",
      fix: "Take that one down where it was made (if its state is lost, remove what stands by npx classlab sweep --remove), or give this one another name: that of its file, Pulumi.NAME.yaml",
    },
  ];
};

const VALIDATORS: readonly Validator[] = [
  nameFree,
  labName,
  uniqueNames,
  modesSupported,
  vlansValid,
  subnetsValid,
  adaptersValid,
  dockerStacksValid,
];

/** Every fault of a configuration that parsed, and of its meeting with the host when facts are given. */
export function checkConfig(lab: string, config: LabConfig, facts: LabFacts): Fault[] {
  return VALIDATORS.flatMap((validate) => validate(config, facts, lab));
}

/** Names that would be one although teams and guests differ: `red` + `web-server` and `red-web` + `server`. */
export function checkNames(config: LabConfig, teams: readonly TeamIdentity[]): Fault[] {
  const faults: Fault[] = teams
    .filter((team) => config.units === "per-team" && team.id === "site")
    .map((team) => ({
      code: "duplicate-team",
      where: "lab.teams",
      what: `the stack of team "${team.id}" would have the name of the stack for what teams share`,
      expected: 'another id, or "units: one"',
    }));
  const owners = new Map<string, string>();
  for (const team of teams) {
    for (const guest of config.guests) {
      const joined = `${team.id}-${guest.name}`;
      const owner = `guest "${guest.name}" of team "${team.id}"`;
      const other = owners.get(joined);
      if (other) {
        faults.push({
          code: "duplicate-guest",
          where: "lab.teams",
          what: `${other} and ${owner} would both be named "${joined}"`,
          expected: "team ids and guest names that stay apart when a hyphen joins them",
        });
      }
      owners.set(joined, owner);
    }
  }
  return faults;
}

/** Whether a team's own subnet has left the private ranges that the configured one is in. */
function outOfRange(configured: Subnet, own: Subnet): boolean {
  const isPrivate = (value: number) => ipaddr.parse(numberToAddress(value)).range() === "private";
  return isPrivate(configured.first) && !(isPrivate(own.first) && isPrivate(own.last));
}

/** Whose switch it is, for a team's own. */
const ofTeam = (entry: SwitchPlan): string => (entry.team === undefined ? "" : ` of ${entry.team}`);

function overlapFault(entry: SwitchPlan, other: SwitchPlan, where: string): Fault {
  return {
    code: "subnet-overlap",
    where,
    what: `${entry.subnet}${ofTeam(entry)} overlaps ${other.subnet} of switch "${other.name}"${ofTeam(other)}`,
    expected: "subnets that share no address",
    ...(entry.team === undefined
      ? {}
      : { fix: "Each team has a switch of its own there, and slots after 1 have the subnets that follow" }),
  };
}

function inUseFault(
  entry: SwitchPlan,
  where: string,
  user: SubnetInUse,
  taken: readonly string[],
  slots: readonly number[],
): Fault {
  const free = freeSubnet(taken.map(parseSubnet), entry.team === undefined ? [1] : slots);
  return {
    code: "subnet-in-use",
    where,
    what: `${entry.subnet}${ofTeam(entry)} is in use on this machine: ${user.user} has ${user.subnet}`,
    expected: "a subnet that nothing else uses",
    fix: free
      ? `${free} is free: set "subnet: ${free}" on switch "${entry.name}" (${where}) and move the guests' addresses with it`
      : `No /24 of 192.168.0.0/16 is free: choose one elsewhere and set it on switch "${entry.name}" (${where})`,
  };
}

/** Subnets of a lab's switches among themselves and with what the host has: one fault a configured switch. */
export function checkSwitches(
  lab: string,
  config: LabConfig,
  switches: readonly SwitchPlan[],
  teams: readonly TeamIdentity[],
  facts: LabFacts,
): Fault[] {
  const inUse = facts.subnets ?? [];
  // The lab's own switches change with it; one of another lab with its name is told by a fault of its own.
  const isOwn = (used: SubnetInUse) => used.own?.lab === lab;
  const slots = teams.map((team) => team.slot);
  return config.switches.flatMap(({ name }, index): Fault[] => {
    const where = `lab.switches[${index}].subnet`;
    for (const entry of switches.filter((candidate) => candidate.name === name)) {
      const subnet = parseSubnet(entry.subnet);
      const before = switches.slice(0, switches.indexOf(entry));
      const other = before.find((earlier) => overlaps(parseSubnet(earlier.subnet), subnet));
      if (other) return [overlapFault(entry, other, where)];
      if (outOfRange(parseSubnet(config.switches[index]?.subnet ?? ""), subnet)) {
        return [
          {
            code: "subnet-invalid",
            where,
            what: `${entry.team} would have ${entry.subnet} there, which is no private address range: each team has a switch of its own, and slots after 1 have the subnets that follow`,
            expected: "a subnet early enough in its private range, or lower slots",
          },
        ];
      }
      const user = inUse.find((used) => overlaps(parseSubnet(used.subnet), subnet) && !isOwn(used));
      const taken = [...inUse, ...switches].map((used) => used.subnet);
      if (user) return [inUseFault(entry, where, user, taken, slots)];
    }
    return [];
  });
}
