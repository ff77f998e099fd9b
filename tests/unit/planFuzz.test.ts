import fc from "fast-check";
import { parseLab } from "../../course/config";
import { FAULT_CODES } from "../../course/faults";
import { makePlan } from "../../course/plan";
import { facts } from "./labs";
import { schemaLabs } from "./schemaLabs";

describe("labs of every key that the schema has", () => {
  const seen = { refused: 0, faulty: 0, planned: 0 };

  test("are refused in words, or planned: the same twice, and as JSON what it is", () => {
    fc.assert(
      fc.property(schemaLabs, facts, (input, host) => {
        const parsed = parseLab(input);
        if (!parsed.ok) {
          seen.refused += 1;
          for (const { code, what } of parsed.faults) {
            expect(FAULT_CODES).toContain(code);
            expect(what).not.toMatch(/undefined|\[object/);
          }
          return;
        }
        const plan = makePlan("lab", parsed.value, host);
        seen[plan.ok ? "planned" : "faulty"] += 1;
        expect(makePlan("lab", parsed.value, host)).toEqual(plan);
        expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
      }),
      { numRuns: 1000 },
    );
  }, 300_000);

  test("reach both the plan and its faults", () => {
    expect(seen.faulty).toBeGreaterThan(100);
    expect(seen.planned).toBeGreaterThan(50);
  });
});
