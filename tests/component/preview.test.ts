import { resourcesOf } from "../../course/resources";
import { deployUnit } from "../../stacks/unit";
import { devPlan, RECORD } from "../support/devPlan";
import { MockEngine } from "../support/mocks";

// A resource made only once a value is known would be missing from a first preview.
test("a preview, in which outputs are unknown, shows every planned resource", async () => {
  const plan = devPlan();
  const [unit] = plan.units;
  if (!unit) throw new Error("the dev lab has a unit");
  const engine = await MockEngine.start({ preview: true, images: {} });
  deployUnit({ plan, unit, record: RECORD });
  await engine.settle();
  const registered = engine.registrations.map(({ type, name }) => `${type} ${name}`).sort();
  const planned = resourcesOf(plan, unit).map(({ type, name }) => `${type} ${name}`);
  expect(registered).toEqual(planned.filter((entry) => !entry.startsWith("pulumi:pulumi:Stack")).sort());
});
