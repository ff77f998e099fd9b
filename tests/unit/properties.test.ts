import fc from "fast-check";
import { labSchema, parseLab } from "../../course/config";
import type { LabFacts } from "../../course/facts";
import { FAULT_CODES } from "../../course/faults";
import { addressToNumber, freeSubnet, overlaps, parseSubnet } from "../../course/network";
import { guestsOf, type LabPlan, makePlan, type TeamPlan } from "../../course/plan";
import { publishedKey } from "../../course/ports";
import { resourcesOf } from "../../course/resources";
import { acceptedLabs, cidrs, expectDistinct, facts, goodLabs, planOf } from "./labs";

const RUNS = { numRuns: 400 };

function check<T>(arbitrary: fc.Arbitrary<T>, property: (value: T) => void): void {
  fc.assert(fc.property(arbitrary, property), RUNS);
}

/** Replaces one value somewhere in a tree. */
function graft(root: unknown, way: readonly number[], value: unknown): unknown {
  const [step, ...rest] = way;
  if (step === undefined || typeof root !== "object" || root === null) return value;
  const keys = Object.keys(root);
  const key = keys[step % Math.max(1, keys.length)];
  if (key === undefined) return value;
  const changed = graft(Reflect.get(root, key), rest, value);
  if (Array.isArray(root)) return root.map((entry, index) => (String(index) === key ? changed : entry));
  return { ...root, [key]: changed };
}

describe("parseLab", () => {
  const complain = (input: unknown) => {
    const result = parseLab(input);
    if (result.ok) return;
    for (const fault of result.faults) {
      expect(FAULT_CODES).toContain(fault.code);
      expect(fault.where).toMatch(/^(lab|classlab:lab)/);
      expect(fault.what).not.toMatch(/undefined|\[object/);
      expect(fault.expected).toBeTruthy();
      expect(fault.expected).not.toMatch(/Invalid input|undefined/);
    }
  };

  test("answers any JSON", () => check(fc.jsonValue(), complain));

  test("answers any lab in which one value was replaced by any JSON", () =>
    check(
      fc.tuple(acceptedLabs, fc.array(fc.nat(20), { minLength: 1, maxLength: 6 }), fc.jsonValue()),
      ([lab, way, value]) => complain(graft(lab, way, value)),
    ));

  test("answers a list that holds itself, as YAML can write it", () => {
    const ring: unknown[] = [];
    ring.push(ring);
    complain({ guests: ring });
    complain({ guests: [{ name: ring }] });
  });

  test("accepts names without anything that a shell reads", () =>
    check(fc.oneof(fc.string(), fc.stringMatching(/^[a-z][ -~]{0,6}$/)), (name) => {
      if (labSchema.safeParse({ guests: [{ name }] }).success) expect(name).toMatch(/^[a-z][a-z0-9-]{0,14}$/);
    }));
});

describe("makePlan", () => {
  test("never throws, whatever the schema accepts and whatever the host is", () => {
    let plans = 0;
    check(fc.tuple(fc.oneof(acceptedLabs, goodLabs), facts), ([input, known]) => {
      const config = labSchema.parse(input);
      const result = makePlan("lab", config, known);
      if (result.ok) {
        plans += 1;
        expectSound(result.value);
      } else expect(result.faults.length).toBeGreaterThan(0);
    });
    // Or the property would hardly ever have seen a plan; about half of the labs have one.
    expect(plans).toBeGreaterThan(50);
  });

  test("takes any lab's name or says that it is none", () =>
    check(fc.string(), (lab) => {
      const result = makePlan(lab, labSchema.parse({ guests: [{ name: "guest" }] }));
      expect(result.ok).toBe(/^[a-z][a-z0-9-]{0,27}$/.test(lab));
    }));

  test("same input, same bytes", () =>
    check(fc.tuple(acceptedLabs, facts), ([input, known]) => {
      const text = () =>
        JSON.stringify(makePlan("lab", labSchema.parse(structuredClone(input)), structuredClone(known)));
      expect(text()).toBe(text());
    }));

  test("a good lab has a sound plan", () => check(goodLabs, (input) => expectSound(planOf("lab", input))));
});

/** What holds for every plan. */
function expectSound(plan: LabPlan): void {
  const guests = guestsOf(plan);
  expectDistinct(guests.map((guest) => guest.objectName));
  expectDistinct(plan.switches.map((entry) => entry.objectName));
  expectDistinct(plan.units.map((unit) => unit.stack));
  for (const unit of plan.units) {
    expectDistinct(resourcesOf(plan, unit).map(({ type, name }) => `${type} ${name}`));
  }
  for (const { objectName, subnet: cidr, gateway } of plan.switches) {
    const subnet = parseSubnet(cidr);
    const own = guests.flatMap((guest) =>
      guest.adapters.flatMap((adapter) =>
        adapter.mode !== "disabled" && adapter.switchObject === objectName ? [adapter.address] : [],
      ),
    );
    expectDistinct([...own, gateway]);
    const outside = own.filter((address) => {
      const value = addressToNumber(address);
      return value <= subnet.first + 1 || value >= subnet.last;
    });
    if (outside.length > 0) expect({ cidr, outside }).toEqual({ cidr, outside: [] });
  }
  const published = guests.flatMap((guest) => guest.published);
  if (plan.access === "routed") expect(published).toEqual([]);
  expect(published.filter(({ hostPort }) => hostPort < 1 || hostPort > 65_535)).toEqual([]);
}

function publishedBy(plan: LabPlan): Record<string, number> {
  return Object.fromEntries(
    guestsOf(plan).flatMap((guest) =>
      guest.published.map(({ guestPort, hostPort }) => [publishedKey(guest, guestPort), hostPort]),
    ),
  );
}

function teamsById(plan: LabPlan): Map<string, TeamPlan> {
  return new Map(plan.teams.map((team) => [team.id, team]));
}

describe("other teams", () => {
  const changes = goodLabs.chain((input) =>
    fc.record({
      input: fc.constant(input),
      others: fc.shuffledSubarray(input.teams, { minLength: 1 }),
      added: fc.integer({ min: 1, max: 99 }).map((slot) => ({ id: `new-${slot}`, slot })),
    }),
  );

  /** The same lab with teams dropped, put in another order, and one added where its slot is free. */
  function changed({ input, others, added }: typeof changes extends fc.Arbitrary<infer T> ? T : never) {
    const free = others.every((team) => team.slot !== added.slot);
    return { ...input, teams: free ? [added, ...others] : others };
  }

  test("a team that comes, goes or changes place moves no other team's names, addresses and resources", () =>
    check(changes, (change) => {
      const before = planOf("lab", change.input);
      const after = planOf("lab", changed(change));
      const teams = teamsById(before);
      for (const { id } of change.others) expect(teamsById(after).get(id)).toEqual(teams.get(id));
      for (const unit of before.units.filter((candidate) => candidate.kind === "team")) {
        const same = after.units.find((candidate) => candidate.stack === unit.stack);
        if (same) expect(resourcesOf(after, same)).toEqual(resourcesOf(before, unit));
      }
    }));

  test("published ports are distinct, free, and those published before stay", () =>
    check(
      fc.tuple(changes, fc.array(fc.oneof(fc.constantFrom(2201, 2202, 8001, 8080), fc.nat(65535)))),
      ([change, portsInUse]) => {
        const known: LabFacts = { portsInUse };
        const before = planOf("lab", { ...change.input, access: "published" }, known);
        const ports = Object.values(publishedBy(before));
        expectDistinct(ports);
        expect(ports.filter((port) => portsInUse.includes(port))).toEqual([]);

        const kept = publishedBy(before);
        const after = planOf(
          "lab",
          { ...changed(change), access: "published" },
          // What the lab itself listens on is in use as well.
          { portsInUse: [...portsInUse, ...ports], publishedBefore: kept },
        );
        expectDistinct(Object.values(publishedBy(after)));
        const teams = teamsById(before);
        for (const { id } of change.others) expect(teamsById(after).get(id)).toEqual(teams.get(id));
      },
    ));
});

describe("freeSubnet", () => {
  // /16 and longer out of the range that it chooses from, beside all others.
  const taken = fc.array(
    fc.oneof(
      cidrs,
      fc.tuple(fc.nat(255), fc.integer({ min: 17, max: 32 })).map(([third, prefix]) => {
        return `192.168.${third}.0/${prefix}`;
      }),
    ),
    { maxLength: 40 },
  );

  test("overlaps none of those taken; none is free only where every /24 is touched", () =>
    check(taken, (list) => {
      const subnets = list.map(parseSubnet);
      const free = freeSubnet(subnets);
      if (free !== undefined) {
        expect(subnets.some((subnet) => overlaps(subnet, parseSubnet(free)))).toBe(false);
        expect(free).toMatch(/^192\.168\.\d+\.0\/24$/);
        return;
      }
      const untouched = Array.from({ length: 256 }, (_, third) => `192.168.${third}.0/24`).filter(
        (candidate) => subnets.every((subnet) => !overlaps(subnet, parseSubnet(candidate))),
      );
      expect(untouched).toEqual([]);
    }));
});
