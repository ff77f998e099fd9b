import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { parse } from "yaml";
import { type LabConfig, parseLab } from "../../course/config";
import type { LabFacts } from "../../course/facts";
import { formatFaults, type Result } from "../../course/faults";
import { MODES } from "../../course/modes";
import { type GuestPlan, guestsOf, type LabPlan, makePlan } from "../../course/plan";

/** The checkout. */
export const ROOT = join(__dirname, "../..");

/** The value of a result that must be good. */
export function solid<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(formatFaults(result.faults));
  return result.value;
}

/** The faults of a result that must be bad, as the reader sees them. */
export function faultsOf(result: Result<unknown>): string {
  if (result.ok) throw new Error("no fault was found");
  return formatFaults(result.faults);
}

/** The plan of a lab given as YAML gives it. */
export function planOf(lab: string, input: unknown, facts?: LabFacts): LabPlan {
  return solid(makePlan(lab, solid(parseLab(input)), facts));
}

/** The plan of a lab named `lab` whose teams are called so, also by what no configuration may say. */
export function calledTeams(input: object, labels: readonly string[], lab = "lab"): LabPlan {
  const plan = planOf(lab, input);
  return {
    ...plan,
    teams: plan.teams.map((team, index) => ({ ...team, label: labels[index] ?? team.label })),
  };
}

/** The dev lab's configuration, from the file in the checkout. */
export function devConfig(): LabConfig {
  const document: { config: Record<string, unknown> } = parse(
    readFileSync(join(ROOT, "Pulumi.dev.yaml"), "utf8"),
  );
  return solid(parseLab(document.config["classlab:lab"]));
}

/** The plan of the dev lab. */
export function devPlan(facts?: LabFacts): LabPlan {
  return solid(makePlan("dev", devConfig(), facts));
}

/** One guest of a plan by name. */
export function guestNamed(plan: LabPlan, name: string): GuestPlan {
  const guest = guestsOf(plan).find((candidate) => candidate.name === name);
  if (!guest) throw new Error(`no guest ${name}`);
  return guest;
}

/** A guest on the classroom LAN of a lab that lists no switches. */
export const GUEST = { name: "g", adapters: [{ switch: "lan" }] };

/** A Windows PC of the room. */
export const WINDOWS = {
  kind: "existing",
  name: "pc",
  address: "192.0.2.1",
  os: "windows",
  windows: "pro",
  cpus: 8,
};

/** A lab whose guest is on no classroom LAN, as clouds need it. */
export const OUT = {
  switches: [{ name: "out", mode: "nat-network" }],
  guests: [{ name: "g", adapters: [{ switch: "out" }] }],
};

/** A host in Azure. */
export const AZURE = {
  kind: "azure",
  name: "az",
  location: "japaneast",
  vmSize: "Standard_D4s_v5",
  allowedCidrs: ["203.0.113.0/24"],
};

/** A host in EC2. */
export const EC2 = {
  kind: "ec2",
  name: "aws",
  region: "ap-northeast-1",
  instanceType: "m8i.2xlarge",
  allowedCidrs: ["203.0.113.0/24"],
};

/** A Linux machine of the room. */
export const PC = { kind: "existing", name: "pc", address: "192.0.2.1", os: "linux" };

const digits = fc.integer({ min: 0, max: 255 });

/** Any IPv4 address. */
export const addresses = fc.tuple(digits, digits, digits, digits).map((bytes) => bytes.join("."));

/** Any IPv4 CIDR, with host bits more often than not. */
export const cidrs = fc
  .tuple(addresses, fc.integer({ min: 0, max: 32 }))
  .map(([address, prefix]) => `${address}/${prefix}`);

// Few short names beside all others, so that names meet.
const names = fc.oneof(
  fc.constantFrom("a", "b", "a-b", "b-a", "site", "lan", "team-01", "team-02", "team-1"),
  fc.stringMatching(/^[a-z]([a-z0-9-]{0,13}[a-z0-9])?$/),
);
const ports = fc.oneof(fc.constantFrom(1, 22, 8001, 8080, 65535), fc.integer({ min: 1, max: 65535 }));
const near = fc.constantFrom("192.168.99.0/24", "192.168.99.0/29", "10.0.0.0/8", "192.168.0.0/16");

/** Labs that the schema accepts, most of them wrong in what the schema cannot see. */
export const acceptedLabs = fc.record(
  {
    units: fc.constantFrom("one", "per-team"),
    access: fc.constantFrom("auto", "routed", "published"),
    teams: fc.oneof(
      fc.integer({ min: 1, max: 99 }),
      fc.array(
        fc.oneof(
          names,
          fc.record({ id: names, slot: fc.integer({ min: 1, max: 99 }), label: fc.string({ minLength: 1 }) }),
        ),
        { minLength: 1, maxLength: 5 },
      ),
    ),
    switches: fc.array(
      fc.record({
        name: names,
        mode: fc.oneof(
          { arbitrary: fc.constant("bridged"), weight: 5 },
          { arbitrary: fc.constantFrom(...MODES.filter((mode) => mode !== "disabled")), weight: 1 },
        ),
        subnet: fc.oneof(near, cidrs),
      }),
      { maxLength: 3 },
    ),
    guests: fc.array(
      fc.record({
        name: names,
        adapters: fc.array(
          fc.oneof(
            fc.record({ switch: names }),
            fc.record({ switch: names, address: addresses }),
            fc.constant({ switch: "lan", address: "192.168.99.100" }),
            fc.constant({ switch: "lan" }),
            fc.constant({ mode: "disabled" }),
          ),
          { maxLength: 3 },
        ),
        docker: fc.array(
          fc.oneof(
            fc.record({ kind: fc.constantFrom("nginx", "php-apache", "wordpress"), port: ports }),
            fc.record({
              kind: fc.constant("nginx-farm"),
              firstPort: ports,
              count: fc.integer({ min: 1, max: 100 }),
            }),
          ),
          { maxLength: 4 },
        ),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  },
  { requiredKeys: ["guests"] },
);

/** What may be known of a host. */
export const facts: fc.Arbitrary<LabFacts> = fc.record(
  {
    subnets: fc.array(fc.record({ subnet: cidrs, user: fc.constant("interface eth0") }), { maxLength: 4 }),
    routed: fc.boolean(),
    portsInUse: fc.array(ports, { maxLength: 20 }),
    publishedBefore: fc.dictionary(fc.constantFrom("lab-team-01-a:22", "lab-team-02-a:22"), ports),
  },
  { requiredKeys: [] },
);

/** Team ids with their slots, no two alike. */
const goodTeams = fc
  .uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 6 })
  .map((slots) => slots.map((slot) => ({ id: `team-${String(slot).padStart(2, "0")}`, slot })));

/** Labs without a fault: distinct names, a subnet of its own for each switch, adapters with and without address. */
export const goodLabs = fc
  .record({
    units: fc.constantFrom("one", "per-team"),
    teams: goodTeams,
    switches: fc.integer({ min: 1, max: 3 }),
    guests: fc.array(
      fc.record({
        adapters: fc.array(fc.constantFrom("given", "automatic", "disabled", "none"), {
          minLength: 3,
          maxLength: 3,
        }),
        docker: fc.subarray(["nginx", "nginx-farm", "php-apache", "wordpress"]),
        count: fc.integer({ min: 1, max: 40 }),
      }),
      { minLength: 1, maxLength: 5 },
    ),
  })
  .map(({ units, teams, switches, guests }) => ({
    units,
    teams,
    switches: Array.from({ length: switches }, (_, index) => ({
      name: `switch-${index}`,
      mode: "bridged",
      subnet: `10.${index}.0.0/16`,
    })),
    guests: guests.map((guest, guestIndex) => ({
      name: `guest-${guestIndex}`,
      adapters: guest.adapters.slice(0, switches).flatMap((kind, index): object[] => {
        if (kind === "none") return [];
        if (kind === "disabled") return [{ mode: "disabled" }];
        const onSwitch = { switch: `switch-${index}` };
        return [kind === "given" ? { ...onSwitch, address: `10.${index}.200.${guestIndex}` } : onSwitch];
      }),
      docker: guest.docker.map((kind) =>
        kind === "nginx-farm" ? { kind, firstPort: 8001, count: guest.count } : { kind },
      ),
    })),
  }));

/** No value is there twice. A call of `expect` takes longer than looking: properties make one for all values of a plan, not one for each. */
export function expectDistinct(values: readonly (string | number)[]): void {
  const once = new Set(values);
  if (once.size !== values.length) expect(values).toEqual([...once]);
}
