import ipaddr from "ipaddr.js";
import type { LabConfig } from "../config";
import type { LabFacts, SubnetInUse } from "../facts";
import type { Fault } from "../faults";
import { groupBy } from "../groupBy";
import { checkTranslation } from "../hypervNat";
import { freeSubnet, numberToAddress, overlaps, parseSubnet, type Subnet } from "../network";
import type { Placement } from "../placement";
import { isClassroomLan } from "../siteNetwork";
import type { SwitchPlan } from "../switches";
import { hostOnlyFault } from "./hostOnlyRange";

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

interface Ranged {
  readonly entry: SwitchPlan;
  readonly subnet: Subnet;
}

/** The first earlier switch of a machine that each one overlaps. Searched only where a pass in order of addresses sees that there is one. */
function overlapsOn(machine: readonly Ranged[]): [SwitchPlan, SwitchPlan][] {
  const sorted = [...machine].sort((a, b) => a.subnet.first - b.subnet.first);
  let end = -1;
  const any = sorted.some(({ subnet }) => {
    const met = subnet.first <= end;
    end = Math.max(end, subnet.last);
    return met;
  });
  if (!any) return [];
  return machine.flatMap(({ entry, subnet }, index): [SwitchPlan, SwitchPlan][] => {
    const other = machine.slice(0, index).find((earlier) => overlaps(earlier.subnet, subnet));
    return other ? [[entry, other.entry]] : [];
  });
}

/** Switches whose keys, which resources are named after, would be one although their names differ. */
function keyFaults(switches: readonly SwitchPlan[]): Fault[] {
  const owners = new Map<string, SwitchPlan>();
  return switches.flatMap((entry): Fault[] => {
    const other = owners.get(entry.key);
    owners.set(entry.key, entry);
    if (!other || other.name === entry.name) return [];
    return [
      {
        code: "duplicate-switch",
        where: "lab.switches",
        what: `switch "${other.name}"${ofTeam(other)} and switch "${entry.name}"${ofTeam(entry)} would both be named "${entry.key}"`,
        expected: "names of hosts, teams and switches that stay apart when a hyphen joins them",
      },
    ];
  });
}

/** Subnets of a lab's switches among themselves and with what the host has: one fault a configured switch. */
export function checkSwitches(
  lab: string,
  config: LabConfig,
  switches: readonly SwitchPlan[],
  placement: Placement,
  facts: LabFacts,
): Fault[] {
  const hosts = new Map(placement.hosts.map((host) => [host.name, host]));
  // Two hosts of one name have a fault of their own; what is on which of them cannot be told.
  if (hosts.size < placement.hosts.length) return [];
  const inUse = (facts.subnets ?? []).map((used) => ({ used, subnet: parseSubnet(used.subnet) }));
  // The lab's own switches change with it; one of another lab with its name is told by a fault of its own.
  const isOwn = (used: SubnetInUse) => used.own?.lab === lab;
  const ranged = switches.map((entry): Ranged => ({ entry, subnet: parseSubnet(entry.subnet) }));
  // Two hosts that are one machine have a fault of their own.
  const machines = groupBy(ranged, ({ entry }) => entry.host);
  const overlapped = new Map([...machines.values()].flatMap(overlapsOn));
  const byName = groupBy(ranged, ({ entry }) => entry.name);
  /** What is seen of this machine says nothing of others; and the classroom LAN is in use by its nature. */
  const meets = (entry: SwitchPlan) => {
    const host = hosts.get(entry.host);
    return host?.kind === "this-machine" && !isClassroomLan(entry, host.target);
  };
  const faults = config.switches.flatMap(({ name, subnet: written }, index): Fault[] => {
    const where = `lab.switches[${index}].subnet`;
    const configured = parseSubnet(written);
    for (const { entry, subnet } of byName.get(name) ?? []) {
      const other = overlapped.get(entry);
      if (other) return [overlapFault(entry, other, where)];
      if (!entry.segment.startsWith("classroom:") && outOfRange(configured, subnet)) {
        return [
          {
            code: "subnet-invalid",
            where,
            what: `${entry.team} would have ${entry.subnet} there, which is no private address range: each team has a switch of its own, and slots after 1 have the subnets that follow`,
            expected: "a subnet early enough in its private range, or lower slots",
          },
        ];
      }
      const refused = hostOnlyFault(entry, subnet, hosts.get(entry.host), where);
      if (refused) return [refused];
      const user = meets(entry) && inUse.find((seen) => overlaps(seen.subnet, subnet) && !isOwn(seen.used));
      if (user) {
        const taken = [...(facts.subnets ?? []), ...switches].map((used) => used.subnet);
        const slots = placement.teams.map((team) => team.slot);
        return [inUseFault(entry, where, user.used, taken, slots)];
      }
    }
    return [];
  });
  // One overlap would be told twice in other words.
  const translation = faults.length > 0 ? [] : checkTranslation(placement.hosts, switches);
  return [...keyFaults(switches), ...faults, ...translation];
}
