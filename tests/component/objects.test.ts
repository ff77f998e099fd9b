import { guestObjects, hostObjects, type PlannedObject, unitGuests } from "../../course/objects";
import type { UnitPlan } from "../../course/plan";
import { deployUnit } from "../../stacks/unit";
import { RECORD } from "../support/devPlan";
import { MockEngine, type Registration, unsecret } from "../support/mocks";
import { planOf } from "../unit/labs";
import { FakeShell } from "../unit/shell";

// What is looked for on the platform (course/objects.ts) is what the components make: one name for both. What these
// tests do not prove: that the providers give the objects those names; the integration tests look at them.
const plan = planOf("lab", {
  units: "per-team",
  teams: 2,
  switches: [
    { name: "lan", mode: "bridged", subnet: "10.1.0.0/24" },
    { name: "dmz", mode: "bridged", subnet: "10.2.0.0/24" },
  ],
  guests: [
    {
      name: "web",
      adapters: [{ switch: "lan" }],
      docker: [
        { kind: "nginx" },
        { kind: "nginx-farm", firstPort: 8001, count: 3 },
        { kind: "php-apache" },
        { kind: "wordpress" },
      ],
    },
    { name: "desk", adapters: [{ switch: "dmz" }] },
  ],
});
const INNER_IMAGES = Object.fromEntries(
  ["nginx", "php-apache", "wordpress", "database"].map((name) => [name, `sha256:${name}`]),
);

/** A Docker API that makes all that it is asked for, and keeps their names. */
const CURL = `#!/bin/sh
while [ "$1" != -K ]; do shift; done
sed -n 's/^url = ".*create?name=\\([^"]*\\)"$/\\1/p' "$2" >> "$FAKE/made"
sed -n 's/^write-out = "%{http_code} \\(.*\\)\\\\n"$/204 \\1/p' "$2"
`;

/** What each unit registered. */
const made = new Map<string, readonly Registration[]>();
beforeAll(async () => {
  const engine = await MockEngine.start({ preview: false, images: INNER_IMAGES });
  for (const unit of plan.units) {
    const before = engine.registrations.length;
    deployUnit({ plan, unit, record: RECORD });
    await engine.settle();
    made.set(unit.stack, engine.registrations.slice(before));
  }
});
afterAll(() => FakeShell.disposeAll());

const plannedOf = (unit: UnitPlan): PlannedObject[] => [
  ...hostObjects(plan, unit),
  ...unitGuests(plan, unit).flatMap(guestObjects),
];
const isScript = (object: PlannedObject) => object.type.startsWith("command:");

function registration(unit: UnitPlan, type: string, name: string): Registration {
  const found = made.get(unit.stack)?.find((entry) => entry.type === type && entry.name === name);
  if (!found) throw new Error(`${unit.stack} registers no ${type} ${name}`);
  return found;
}

test("the lab has every role and kind of object there is", () => {
  const planned = plan.units.flatMap(plannedOf);
  expect(new Set(planned.map((object) => object.role))).toEqual(
    new Set(["switch", "disk", "guest", "container", "network", "data"]),
  );
  expect(planned.some(isScript)).toBe(true);
});

describe.each(plan.units.map((unit) => [unit.stack, unit] as const))("stack %s", (_stack, unit) => {
  test("objects of the provider are planned under the name that they are registered with, and no other is", () => {
    const registered = (made.get(unit.stack) ?? [])
      .filter((entry) => /^docker:index\/(container|network|volume):/.test(entry.type))
      .map((entry) => `${entry.type} ${entry.name}: ${String(entry.inputs.name)}`);
    const planned = plannedOf(unit)
      .filter((object) => !isScript(object))
      .map((object) => `${object.type} ${object.resource}: ${object.name}`);
    expect(registered.sort()).toEqual(planned.sort());
    expect(registered.length).toBeGreaterThan(0);
  });

  test("objects of scripts are planned under the names that the registered script gives them", () => {
    const scripts = [
      ...new Set(
        plannedOf(unit)
          .filter(isScript)
          .map((object) => object.resource),
      ),
    ];
    for (const resource of scripts) {
      const { type } = plannedOf(unit).find((object) => object.resource === resource) ?? { type: "" };
      const { inputs } = registration(unit, type, resource);
      // The shell that runs it makes words of the variables.
      const ports = Object.keys(inputs.environment ?? {}).map((name) => name.replace("CLASSLAB_PORT_", ""));
      // A guest in which nothing stands yet.
      const fake = new FakeShell("");
      fake.program("curl", CURL);
      const result = fake.run("sh", String(unsecret(inputs.stdin)), ...ports);
      expect(result.stderr).toBe("");
      const names = fake.read("made").split("\n").filter(Boolean);
      const planned = plannedOf(unit).filter((object) => object.resource === resource);
      expect(names.sort()).toEqual(planned.map((object) => object.name).sort());
    }
    expect(scripts).toHaveLength(unitGuests(plan, unit).filter((guest) => guest.name === "web").length);
  });
});
