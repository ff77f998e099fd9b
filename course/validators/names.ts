import type { LabConfig } from "../config";
import type { Fault } from "../faults";
import { GATEWAY_ID } from "../gateway";
import { isCloud } from "../hosts";
import type { TeamIdentity } from "../teams";
import { duplicates, type Validator } from "./validator";

/** Guests and switches have names of their own. */
export const uniqueNames: Validator = (config) => [
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

/** Snapshots of a guest have names of their own: going back to one names it. */
export const snapshotsUnique: Validator = (config) =>
  config.guests.flatMap((guest, guestIndex) =>
    duplicates(guest.snapshots, (snapshot) => snapshot).map(
      ({ index, key }): Fault => ({
        code: "duplicate-snapshot",
        where: `lab.guests[${guestIndex}].snapshots[${index}]`,
        what: `guest "${guest.name}" has two snapshots named "${key}"`,
        expected: "a name of its own for each snapshot of a guest",
      }),
    ),
  );

/** Clones stand beside guests: no two of a team have one name. */
export const clonesUnique: Validator = (config) => {
  const guests = config.guests.map((guest) => ({ name: guest.name, where: undefined }));
  const clones = config.guests.flatMap((guest, guestIndex) =>
    guest.clones.map((clone, index) => ({
      name: clone.name,
      where: `lab.guests[${guestIndex}].clones[${index}].name`,
    })),
  );
  const machines = [...guests, ...clones];
  return duplicates(machines, ({ name }) => name).flatMap(({ index, key }): Fault[] => {
    const where = machines[index]?.where;
    // Two guests of one name have a fault of their own.
    if (where === undefined) return [];
    return [
      {
        code: "duplicate-clone",
        where,
        what: `another guest or clone is named "${key}" already`,
        expected: "a name of its own for each clone beside the guests and clones of a team",
      },
    ];
  });
};

/** Longest name of a lab: with team and guest it still fits a 63-character host name label. */
const LONGEST_LAB_NAME = 28;

/** What a lab can be named. */
export const LAB_NAME = new RegExp(`^[a-z][a-z0-9-]{0,${LONGEST_LAB_NAME - 1}}$`);

/** A lab's name goes before those of its guests and networks. */
export const labName: Validator = (_config, _facts, lab) =>
  LAB_NAME.test(lab)
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
export const nameFree: Validator = (_config, facts, lab) => {
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

/** What has the name that a team's stack would have; undefined where nothing has. */
function stackName(config: LabConfig, id: string): string | undefined {
  if (id === "site") return "the stack for what teams share";
  if (id === "hosts" && config.hosts.some(isCloud)) return "the stack for hosts in clouds";
  const reserved = id === GATEWAY_ID && config.channels.includes("browser");
  return reserved ? "the gateway that is reserved for the channel browser" : undefined;
}

/** Names that would be one although teams and guests differ: `red` + `web-server` and `red-web` + `server`. */
export function checkNames(config: LabConfig, teams: readonly TeamIdentity[]): Fault[] {
  const faults: Fault[] = teams.flatMap(({ id }): Fault[] => {
    const other = stackName(config, id);
    if (config.units !== "per-team" || other === undefined) return [];
    return [
      {
        code: "duplicate-team",
        where: "lab.teams",
        what: `the stack of team "${id}" would have the name of ${other}`,
        expected: 'another id, or "units: one"',
      },
    ];
  });
  const owners = new Map<string, string>();
  const machines = config.guests.flatMap((guest) => [
    { kind: "guest", name: guest.name },
    ...guest.clones.map((clone) => ({ kind: "clone", name: clone.name })),
  ]);
  for (const team of teams) {
    for (const { kind, name } of machines) {
      const joined = `${team.id}-${name}`;
      const owner = `${kind} "${name}" of team "${team.id}"`;
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
