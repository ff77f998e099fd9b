import { resourcesOf } from "../../course/resources";
import { deployUnit } from "../../stacks/unit";
import { RECORD } from "../support/devPlan";
import { MockEngine } from "../support/mocks";
import { planOf } from "../unit/labs";

// What these tests do not prove: that a guest takes the settings; tests/integration/site.test.ts does.
const plan = planOf("dev", {
  units: "one",
  guests: [
    { name: "web", adapters: [{ switch: "lan" }], docker: [{ kind: "nginx" }] },
    { name: "desk", adapters: [{ mode: "disabled" }] },
  ],
  site: { network: { dns: ["10.0.0.2"], proxy: { http: "http://proxy.example:3128" } } },
});
const [unit] = plan.units;
if (!unit) throw new Error("the lab has a unit");
let engine: MockEngine;

beforeAll(async () => {
  engine = await MockEngine.start({ preview: false, images: { nginx: "sha256:inner-nginx" } });
  deployUnit({ plan, unit, record: RECORD });
  await engine.settle();
});

test("the stack holds exactly the planned resources", () => {
  const registered = engine.registrations.map(({ type, name }) => `${type} ${name}`).sort();
  const planned = resourcesOf(plan, unit).map(({ type, name }) => `${type} ${name}`);
  expect(registered).toEqual(planned.filter((entry) => !entry.startsWith("pulumi:pulumi:Stack")).sort());
});

test("a guest's settings come after its adapters and before all that its Docker Engine holds", () => {
  const settings = engine.find(":Command", "team-01-web-settings");
  expect(settings.parent).toBe("team-01-web");
  expect(settings.dependsOn).toEqual(["team-01-web-adapters", "team-01-web-machine", "team-01-web-ready"]);
  expect(engine.find(":Command", "team-01-web-docker-images").dependsOn).toContain("team-01-web-settings");
});

test("they are changed in place, taken away when they leave the configuration, and made anew with the container they are in", () => {
  const { inputs, deletedWith, replaceWith, deleteBeforeReplace } = engine.find(
    ":Command",
    "team-01-web-settings",
  );
  expect(inputs).toMatchObject({
    create: "sh -s -- apply",
    update: "sh -s -- apply",
    delete: "sh -s -- remove",
    stdin: expect.stringContaining("guest='dev-team-01-web'\n"),
    triggers: ["team-01-web-machine-id"],
  });
  expect({ deletedWith, replaceWith, deleteBeforeReplace }).toEqual({
    deletedWith: "team-01-web-machine",
    replaceWith: ["team-01-web-machine"],
    deleteBeforeReplace: true,
  });
});

test("each guest has what its modes let it use", () => {
  expect(engine.find(":Command", "team-01-web-settings").inputs.stdin).toContain("nameserver 10.0.0.2");
  const desk = engine.find(":Command", "team-01-desk-settings").inputs.stdin;
  expect(desk).not.toContain("nameserver 10.0.0.2");
  expect(desk).toContain("http://proxy.example:3128");
});
