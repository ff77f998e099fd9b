import fc from "fast-check";
import { parseLab } from "../../course/config";
import { addressToNumber, overlaps, parseSubnet } from "../../course/network";
import { placeTeams } from "../../course/placement";
import { guestsOf, type LabPlan, makePlan } from "../../course/plan";
import { resolveTeams } from "../../course/teams";
import { expectDistinct, solid } from "./labs";

const RUNS = { numRuns: 1000 };

const kinds = fc.constantFrom("own", "shared", "two", "small", "cloud");

/** A host of a kind; `small` has room for a few teams by its memory. */
function hostOf(kind: string, index: number): object {
  const common = { name: `h${index}` };
  const existing = { ...common, kind: "existing", address: `192.0.2.${index + 1}`, os: "linux" };
  switch (kind) {
    case "own":
      return existing;
    case "shared":
      return { ...existing, shared: true };
    case "two":
      return { ...existing, shared: true, maxTeams: 2 };
    case "small":
      return { ...existing, shared: true, memory: 3072 + 5000 };
    default:
      return {
        ...common,
        kind: "ec2",
        region: "ap-northeast-1",
        instanceType: "m8i.2xlarge",
        allowedCidrs: ["203.0.113.0/24"],
        maxTeams: 3,
      };
  }
}

const hosts = fc.array(kinds, { minLength: 1, maxLength: 5 }).map((list) => list.map(hostOf));
const slots = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });
const teamOf = (slot: number) => ({ id: `t${slot}`, slot });

/** Labs on several hosts, with networks that teams share and networks of their own. */
const labs = fc
  .record({
    hosts,
    slots,
    bridged: fc.boolean(),
    guests: fc.integer({ min: 1, max: 3 }),
    pins: fc.array(fc.nat(4), { maxLength: 2 }),
    units: fc.constantFrom("one", "per-team"),
  })
  .map(({ hosts: list, slots: own, bridged, guests, pins, units }) => ({
    target: "libvirt",
    units,
    hosts: list,
    teams: own.map((slot, index) => {
      const pin = pins[index];
      return pin === undefined ? teamOf(slot) : { ...teamOf(slot), host: `h${pin % list.length}` };
    }),
    switches: [
      { name: "lan", mode: "bridged", subnet: "10.0.0.0/16" },
      { name: "out", mode: "nat-network", subnet: "172.16.0.0/24" },
      { name: "inner", mode: "internal", subnet: "172.24.0.0/24" },
    ],
    guests: Array.from({ length: guests }, (_, index) => ({
      name: `g${index}`,
      memory: 512,
      adapters: [...(bridged ? [{ switch: "lan" }] : []), { switch: "out" }, { switch: "inner" }],
    })),
  }));

function plansOf(input: unknown): LabPlan | undefined {
  const result = makePlan("lab", solid(parseLab(input)));
  return result.ok ? result.value : undefined;
}

const connected = (plan: LabPlan) =>
  guestsOf(plan).flatMap((guest) =>
    guest.adapters.flatMap((adapter) => (adapter.mode === "disabled" ? [] : [{ guest, adapter }])),
  );

test("on several hosts: no address twice on a wire, none outside its subnet, no subnets that overlap on a host", () => {
  let plans = 0;
  fc.assert(
    fc.property(labs, (input) => {
      const plan = plansOf(input);
      if (!plan) return;
      plans += 1;
      const all = connected(plan);
      expectDistinct(all.map(({ adapter }) => `${adapter.segment} ${adapter.address}`));
      expectDistinct(all.map(({ adapter }) => adapter.mac));
      const switches = new Map(plan.switches.map((entry) => [entry.objectName, entry]));
      const astray = all.filter(({ guest, adapter }) => {
        const own = switches.get(adapter.switchObject);
        const { first, last } = parseSubnet(own?.subnet ?? "");
        const address = addressToNumber(adapter.address);
        const there = own?.host === guest.host && own.segment === adapter.segment;
        return !there || address <= first || address >= last || adapter.address === adapter.gateway;
      });
      expect(astray).toEqual([]);
      expectDistinct(plan.switches.map((entry) => entry.key));
      const crossing = plan.switches.filter((entry, index) =>
        plan.switches
          .slice(0, index)
          .some(
            (other) =>
              other.host === entry.host && overlaps(parseSubnet(other.subnet), parseSubnet(entry.subnet)),
          ),
      );
      expect(crossing).toEqual([]);
      const keys = plan.units.flatMap((unit) => unit.switches);
      expect([...keys].sort()).toEqual(plan.switches.map((entry) => entry.key).sort());
    }),
    RUNS,
  );
  expect(plans).toBeGreaterThan(RUNS.numRuns / 4);
});

test("a team that names its host is there; no host has more teams than places", () => {
  fc.assert(
    fc.property(labs, (input) => {
      const plan = plansOf(input);
      if (!plan) return;
      const counts = new Map<string, number>();
      for (const team of plan.teams) {
        counts.set(team.host, (counts.get(team.host) ?? 0) + 1);
        if (team.pinned === undefined) continue;
        expect(team.host === team.pinned || team.host === `${team.pinned}-${team.id}`).toBe(true);
      }
      for (const { name, config, shared } of plan.hosts) {
        const most = shared ? (config.maxTeams ?? Number.POSITIVE_INFINITY) : 1;
        expect(counts.get(name) ?? 0).toBeLessThanOrEqual(most);
      }
    }),
    RUNS,
  );
});

/** How many teams the hosts have places for: as many as find one of a hundred, which is more than any slot here. */
function placesOf(input: { readonly hosts: object[]; readonly guests: object[] }): number {
  const config = solid(parseLab({ ...input, target: "libvirt", teams: 100 }));
  return placeTeams(config, resolveTeams(100).teams).teams.length;
}

test("teams whose slots have places stay where they are, whoever comes, goes or changes order or label", () => {
  const changes = labs.chain((input) =>
    fc.record({
      input: fc.constant(input),
      others: fc.shuffledSubarray(
        input.teams.map(({ slot }) => teamOf(slot)),
        { minLength: 1 },
      ),
      added: fc.integer({ min: 1, max: 60 }),
      label: fc.string({ minLength: 1 }),
    }),
  );
  let compared = 0;
  fc.assert(
    fc.property(changes, ({ input, others, added, label }) => {
      const places = placesOf(input);
      const before = input.teams.map(({ slot }) => teamOf(slot));
      const free = before.every(({ slot }) => slot !== added) && others.length < places;
      const after = [
        ...(free ? [{ ...teamOf(added), id: `new${added}` }] : []),
        ...others.map((team) => ({ ...team, label })),
      ];
      const hostsOf = (teams: object[]) => {
        const config = solid(parseLab({ ...input, teams }));
        const { teams: placed } = placeTeams(config, resolveTeams(config.teams).teams);
        return new Map(placed.map((team) => [team.id, team.host.name]));
      };
      const [was, is] = [hostsOf(before), hostsOf(after)];
      const placed = others.filter(({ slot }) => slot <= places);
      compared += placed.length;
      const moved = placed.filter(({ id }) => !is.has(id) || is.get(id) !== was.get(id));
      expect(moved).toEqual([]);
    }),
    RUNS,
  );
  expect(compared).toBeGreaterThan(RUNS.numRuns / 2);
});

test("a team that comes where there is room changes nothing of the others' plan", () => {
  let compared = 0;
  fc.assert(
    fc.property(labs, fc.integer({ min: 1, max: 60 }), (input, added) => {
      const teams = input.teams.map(({ slot }) => teamOf(slot));
      const places = placesOf(input);
      if ([...teams, { slot: added }].some(({ slot }) => slot > places)) return;
      if (teams.some(({ slot }) => slot === added)) return;
      const before = plansOf({ ...input, teams });
      const after = plansOf({ ...input, teams: [{ ...teamOf(added), id: `new${added}` }, ...teams] });
      if (!before || !after) return;
      compared += 1;
      const of = (plan: LabPlan) => new Map(plan.teams.map((team) => [team.id, team]));
      for (const [id, team] of of(before)) expect(of(after).get(id)).toEqual(team);
      const later = new Map(after.switches.map((entry) => [entry.key, entry]));
      for (const entry of before.switches) expect(later.get(entry.key)).toEqual(entry);
      const units = new Map(after.units.map((unit) => [unit.stack, unit]));
      for (const unit of before.units) if (unit.kind === "team") expect(units.get(unit.stack)).toEqual(unit);
    }),
    RUNS,
  );
  expect(compared).toBeGreaterThan(50);
});

describe("never throws", () => {
  const text = (pattern: RegExp) => fc.stringMatching(pattern);
  const address = fc.constantFrom("10.20.0.1", "10.20.0.100", "10.20.0.255", "192.168.99.1", "0.0.0.0");
  const cidr = fc.constantFrom(
    "10.20.0.0/24",
    "10.20.0.7/24",
    "10.20.0.0/30",
    "0.0.0.0/0",
    "192.168.99.0/24",
  );
  const time = text(/^20(2[0-9])-(0[1-9]|1[0-2])-([0-2][0-9]|3[01])T(0[0-9]|1[0-9]|2[0-3]):[0-5][0-9]$/);
  const wild = fc.record(
    {
      target: fc.constantFrom("containers", "libvirt", "virtualbox", "hyperv"),
      edition: fc.constantFrom("current", "2019"),
      hosts: fc.oneof(
        hosts,
        fc.array(
          fc.record({
            name: fc.constantFrom("a", "b", "a-t1"),
            kind: fc.constant("existing"),
            address,
            os: fc.constantFrom("linux", "windows"),
            windows: fc.constantFrom("home", "pro", "server"),
            hyperv: fc.boolean(),
            link: fc.constantFrom("wired", "wifi"),
            shared: fc.boolean(),
            maxTeams: fc.integer({ min: 1, max: 3 }),
            cpus: fc.integer({ min: 1, max: 8 }),
            memory: fc.constantFrom(128, 4096, 65_536),
          }),
          { minLength: 1, maxLength: 3 },
        ),
      ),
      teams: fc.oneof(
        fc.integer({ min: 1, max: 20 }),
        fc.array(
          fc.record({
            id: fc.constantFrom("t1", "t2", "t20", "a", "t1-b"),
            slot: fc.integer({ min: 1, max: 1000 }),
            host: fc.constantFrom("a", "b", "h0", "none"),
            seats: fc.integer({ min: 1, max: 4 }),
          }),
          { minLength: 1, maxLength: 4 },
        ),
      ),
      channels: fc.uniqueArray(fc.constantFrom("classroom", "rdp", "ssh", "browser"), { minLength: 1 }),
      exercises: fc.uniqueArray(fc.constantFrom("1-virtualbox", "hyperv", "vagrant", "4-docker"), {
        minLength: 1,
      }),
      coexistence: fc.constantFrom("separate-host", "reboot-between", "slow"),
      calendar: fc.record(
        {
          lessons: fc.array(fc.record({ start: time, end: time }), { minLength: 1, maxLength: 3 }),
          hardEnd: time,
          timeZone: fc.constantFrom("Asia/Tokyo", "Nowhere/None"),
          extension: fc.nat(720),
        },
        { requiredKeys: ["lessons"] },
      ),
      site: fc.record({
        network: fc.record(
          {
            cidr,
            gateway: address,
            addressing: fc.oneof(fc.constant("dhcp"), fc.record({ from: address, to: address })),
            link: fc.constantFrom("wired", "wifi"),
          },
          { requiredKeys: [] },
        ),
      }),
      guests: fc.array(
        fc.record(
          {
            name: fc.constantFrom("a", "b", "c"),
            adapters: fc.array(
              fc.oneof(
                fc.record({ switch: fc.constant("lan") }),
                fc.record({ switch: fc.constant("lan"), address }),
              ),
              { maxLength: 2 },
            ),
            memory: fc.oneof(
              fc.constantFrom(128, 4096),
              fc.record({
                start: fc.constantFrom(512, 1024),
                min: fc.constantFrom(512, 1024),
                max: fc.constantFrom(512, 1024),
              }),
            ),
            clones: fc.array(fc.record({ name: fc.constantFrom("a", "x") }), { maxLength: 2 }),
          },
          { requiredKeys: ["name"] },
        ),
        { minLength: 1, maxLength: 3 },
      ),
    },
    { requiredKeys: ["guests"] },
  );

  test("whatever hosts, room, calendar and memory the schema lets through", () => {
    let faulty = 0;
    fc.assert(
      fc.property(wild, (input) => {
        const result = makePlan("lab", solid(parseLab(input)));
        if (result.ok) return;
        faulty += 1;
        for (const { where, what } of result.faults) {
          expect(where).toMatch(/^lab\./);
          expect(`${where} ${what}`).not.toMatch(/undefined|NaN|-1\]|Infinity/);
        }
      }),
      { numRuns: 2000 },
    );
    expect(faulty).toBeGreaterThan(500);
  });
});
