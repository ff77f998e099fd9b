import type { UnitPlan } from "../../course/plan";
import { unitsNotUp, unitsOf } from "../../operations/chooseUnits";
import type { Found } from "../../operations/drift";
import type { StackEngine, StateResource } from "../../operations/engine";
import { unfinished } from "../../operations/unfinished";
import type { PreparedUnit } from "../../operations/units";
import { wholeState, wholeUnit } from "../support/standingLab";
import { planOf } from "./labs";

// Which units `up --failed` takes up again. What stands is made up; that real backends tell of failed runs so is for
// tests/integration/teams.test.ts.
const lab = {
  teams: 3,
  switches: [
    { name: "lan", mode: "bridged", subnet: "10.1.0.0/24" },
    { name: "inner", mode: "internal", subnet: "10.2.0.0/24" },
  ],
  guests: [{ name: "web", adapters: [{ switch: "lan" }, { switch: "inner" }] }],
};
const plan = planOf("lab", { ...lab, units: "per-team" });

interface Standing {
  readonly resources?: readonly StateResource[];
  readonly succeeded?: boolean;
}

/** A unit that stands as planned, but for what is said. */
function prepared(unit: UnitPlan, { resources, succeeded = true }: Standing = {}): PreparedUnit {
  const engine = { lastRunSucceeded: () => Promise.resolve(succeeded) } as unknown as StackEngine;
  return {
    unit,
    engine,
    state: { resources: resources ?? wholeState(plan, unit), salt: undefined, record: undefined },
  };
}

const stacks = (units: readonly PreparedUnit[]) => units.map(({ unit }) => unit.stack);
const units = (standing: Readonly<Record<string, Standing>> = {}) =>
  plan.units.map((unit) => prepared(unit, standing[unit.stack]));
const whole = (unit: UnitPlan): Promise<Found> => Promise.resolve(wholeUnit(plan, unit));
const team2 = plan.units[2];
if (!team2) throw new Error("the lab has three teams");

describe("units that are not up", () => {
  test("none where all stand", async () => {
    expect(await unitsNotUp(plan, units(), whole)).toEqual([]);
  });

  test("never begun, not finished, or ended with an error: by the backend alone, nobody looks", async () => {
    const state = wholeState(plan, team2);
    const found = await unitsNotUp(
      plan,
      units({
        "lab-team-01": { resources: [] },
        "lab-team-02": { resources: state.slice(0, -1) },
        "lab-team-03": { succeeded: false },
      }),
      (unit) => (unit.stack === "lab-site" ? whole(unit) : Promise.reject(new Error("looked"))),
    );
    expect(stacks(found)).toEqual(["lab-team-01", "lab-team-02", "lab-team-03"]);
  });

  test("what only waits for its deletion is not there", async () => {
    const resources = wholeState(plan, team2).map((entry, index) =>
      index === 3 ? { ...entry, delete: true } : entry,
    );
    expect(await unfinished(plan, prepared(team2, { resources }))).toMatch(
      /^1 of its \d+ resources are not made$/,
    );
  });

  test("the reasons, as status tells them", async () => {
    expect(await unfinished(plan, prepared(team2))).toBeUndefined();
    expect(await unfinished(plan, prepared(team2, { resources: [] }))).toBe("nothing of it is made");
    expect(await unfinished(plan, prepared(team2, { succeeded: false }))).toBe(
      "its last run ended with an error",
    );
  });

  test.each<[string, (found: Found) => Found]>([
    [
      "a guest that vanished",
      (found) => ({ ...found, objects: found.objects.filter((o) => o.kind !== "container") }),
    ],
    [
      "a guest that stopped",
      (found) => ({
        ...found,
        objects: found.objects.map((o) => ({ ...o, ...(o.state ? { state: "exited" } : {}) })),
      }),
    ],
    [
      "a guest that cannot be looked into",
      (found) => ({
        ...found,
        guests: new Map([...found.guests.keys()].map((name) => [name, "it does not answer"])),
      }),
    ],
  ])("%s, though the backend knows of nothing", async (_what, change) => {
    const found = await unitsNotUp(plan, units(), async (unit) =>
      unit === team2 ? change(await whole(unit)) : whole(unit),
    );
    expect(stacks(found)).toEqual(["lab-team-02"]);
  });
});

describe("units of chosen teams", () => {
  test("with what teams share; all where none is chosen", () => {
    expect(stacks(unitsOf(units(), ["team-02"], false))).toEqual(["lab-site", "lab-team-02"]);
    expect(stacks(unitsOf(units(), [], false))).toHaveLength(4);
  });

  test("a team in one stack with others is not alone, but for what keeps to the team by itself", () => {
    const one = planOf("lab", { ...lab, units: "one" }).units.map((unit) => prepared(unit));
    expect(() => unitsOf(one, ["team-02"], false)).toThrow("[team-not-alone]");
    expect(stacks(unitsOf(one, ["team-02"], true))).toEqual(["lab"]);
  });
});
