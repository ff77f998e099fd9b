import { FaultError } from "../../course/faults";
import type { UnitPlan } from "../../course/plan";
import { pooled } from "../../operations/pool";
import { runUnits } from "../../operations/runUnits";
import type { PreparedUnit } from "../../operations/units";

// Engines are not asked for anything here: only the order and what a failure does is looked at.
const unit = (stack: string, kind: UnitPlan["kind"]): PreparedUnit =>
  ({ unit: { stack, kind, teams: [], switches: [] } }) as unknown as PreparedUnit;

const site = unit("lab-site", "site");
const teams = ["1", "2", "3", "4"].map((id) => unit(`lab-team-${id}`, "team"));
const refused = new FaultError([{ code: "object-in-the-way", where: "x", what: "it is there" }]);

const pause = () => new Promise((resolve) => setImmediate(resolve));

describe("units", () => {
  test("what teams share comes first, then teams, so many at once", async () => {
    const events: string[] = [];
    let running = 0;
    let most = 0;
    await runUnits(
      [site, ...teams],
      async ({ unit: { stack } }) => {
        events.push(stack);
        running += 1;
        most = Math.max(most, running);
        expect(stack === "lab-site" ? running : 1).toBe(1);
        await pause();
        running -= 1;
        return { same: 1 };
      },
      { parallel: 2 },
    );
    expect(events[0]).toBe("lab-site");
    expect([events.length, most]).toEqual([5, 2]);
  });

  test("a team that fails stops no other", async () => {
    const results = await runUnits(
      [site, ...teams],
      async ({ unit: { stack } }) => {
        await pause();
        if (stack === "lab-team-2") throw refused;
        return { create: 2, delete: 1 };
      },
      { parallel: 2 },
    );
    expect(results.map(({ stack, failed }) => [stack, failed?.[0]?.code])).toEqual([
      ["lab-site", undefined],
      ["lab-team-1", undefined],
      ["lab-team-2", "object-in-the-way"],
      ["lab-team-3", undefined],
      ["lab-team-4", undefined],
    ]);
    expect(results[1]).toMatchObject({ resources: 2, removed: 1 });
  });

  test("what teams share stops everything when it fails, and the only unit is thrown as it is", async () => {
    const seen: string[] = [];
    const fails = async ({ unit: { stack } }: PreparedUnit) => {
      seen.push(stack);
      throw refused;
    };
    await expect(runUnits([site, ...teams], fails)).rejects.toThrow(
      "x: it is there; teams need it, and none was begun. [object-in-the-way]",
    );
    expect(seen).toEqual(["lab-site"]);
    await expect(runUnits(teams.slice(0, 1), fails)).rejects.toBe(refused);
  });

  test("the only one left of several is told with the others", async () => {
    const results = await runUnits(teams.slice(0, 1), () => Promise.reject(refused), { others: true });
    expect(results.map(({ failed }) => failed?.[0]?.code)).toEqual(["object-in-the-way"]);
  });

  test("when taking down, what is shared stays while a team still stands on it", async () => {
    const seen: string[] = [];
    const down = runUnits([...teams, site], async ({ unit: { stack } }) => {
      seen.push(stack);
      if (stack === "lab-team-3") throw refused;
      return {};
    });
    await expect(down).rejects.toThrow("[object-in-the-way]");
    expect(seen).toEqual(["lab-team-1", "lab-team-2", "lab-team-3", "lab-team-4"]);
  });

  test("a defect of ours is no failure of a team", async () => {
    const defect = new TypeError("x is not a function");
    await expect(runUnits(teams, () => Promise.reject(defect))).rejects.toBe(defect);
  });

  test("once stopped on request, nothing is counted as failed", async () => {
    const controller = new AbortController();
    controller.abort();
    const options = { signal: controller.signal };
    await expect(runUnits(teams, () => Promise.reject(refused), options)).rejects.toThrow("aborted");
  });

  test("stopped on request in the middle, no further one is begun", async () => {
    const controller = new AbortController();
    const begun: string[] = [];
    const run = runUnits(
      [site, ...teams],
      async ({ unit: { stack } }) => {
        begun.push(stack);
        if (stack === "lab-team-2") controller.abort();
        await pause();
        return {};
      },
      { parallel: 2, signal: controller.signal },
    );
    await expect(run).rejects.toThrow("aborted");
    expect(begun).toEqual(["lab-site", "lab-team-1", "lab-team-2"]);
  });
});

test("a pool keeps results in order and never does more at once than it may", async () => {
  const settled = await pooled([3, 1, 2], 2, async (value) => {
    for (let step = 0; step < value; step += 1) await pause();
    if (value === 1) throw new Error("one");
    return value * 10;
  });
  expect(settled.map((result) => (result.status === "fulfilled" ? result.value : "failed"))).toEqual([
    30,
    "failed",
    20,
  ]);
});
