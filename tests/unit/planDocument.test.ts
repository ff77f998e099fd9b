import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv";
import { documentOf, reportOf, reportOfTeams } from "../../course/report";
import { planLab } from "../../operations/plan";
import { readStackFile } from "../../operations/stackFile";
import { devPlan, planOf, ROOT } from "./labs";

const published: object = JSON.parse(readFileSync(join(ROOT, "docs/plan.schema.json"), "utf8"));
const validate = new Ajv({ strict: false }).compile(published);
const examples = readdirSync(join(ROOT, "examples"), { recursive: true, encoding: "utf8" })
  .filter((path) => /Pulumi\..*\.yaml$/.test(path))
  .map((path) => `examples/${path}`)
  .sort();

/** The document of a stack file as the command line prints it. */
const documentAt = (path: string): string =>
  JSON.stringify(documentOf(reportOf(planLab(readStackFile(join(ROOT, path))))));

describe("the document of a plan", () => {
  test("its published schema is what npm run docs writes", () => {
    const made = execFileSync(
      process.execPath,
      ["-e", "import('./docs/planSchema.mjs').then((m) => console.log(JSON.stringify(m.planJsonSchema())))"],
      { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 26 },
    );
    expect(JSON.parse(made)).toEqual(published);
  }, 60_000);

  test.each(["Pulumi.dev.yaml", ...examples])("%s: good by the schema, and the same bytes twice", (path) => {
    const text = documentAt(path);
    expect(validate(JSON.parse(text)) || validate.errors).toBe(true);
    expect(documentAt(path)).toBe(text);
  });

  test.each<[string, (document: Record<string, unknown>) => void]>([
    ["a key too many", (document) => Object.assign(document, { colour: "red" })],
    ["no teams", (document) => Reflect.deleteProperty(document, "teams")],
    ["a number for a name", (document) => Object.assign(document, { lab: 1 })],
    ["another version", (document) => Object.assign(document, { schemaVersion: 2 })],
  ])("%s is not", (_what, spoil) => {
    const document: Record<string, unknown> = JSON.parse(documentAt("Pulumi.dev.yaml"));
    spoil(document);
    expect(validate(document)).toBe(false);
  });

  test("one team more changes only what is added", () => {
    const plan = (teams: number) => planOf("lab", { teams, exercises: ["4-docker", "6-php"] });
    const before = plan(5);
    const after = plan(6);
    expect(after.teams.slice(0, 5)).toEqual(before.teams);
    expect(after.switches.filter(({ key }) => before.switches.some((entry) => entry.key === key))).toEqual(
      before.switches,
    );
    expect(after.units.slice(0, before.units.length)).toEqual(before.units);
    expect({ ...after, teams: [], switches: [], units: [] }).toEqual({
      ...before,
      teams: [],
      switches: [],
      units: [],
    });
  });

  test("no name and no label of a person is in it: a learner is a seat", () => {
    const plan = planOf(
      "lab",
      { teams: { roster: "roster.csv" } },
      {
        roster: [{ id: "team-01", slot: 1, seats: 3 }],
      },
    );
    expect(documentOf(reportOf(plan)).teams[0]).toMatchObject({ id: "team-01", label: "team-01", seats: 3 });
  });

  test("of one team: its own and what it shares", () => {
    const report = reportOfTeams(reportOf(planOf("lab", { teams: 3 })), ["team-02"]);
    expect(report.plan.teams.map(({ id }) => id)).toEqual(["team-02"]);
    expect(report.plan.units.map(({ stack }) => stack)).toEqual(["lab-site", "lab-team-02"]);
    expect(report.plan.switches.map(({ key }) => key)).toEqual(["lan"]);
    expect(reportOfTeams(reportOf(devPlan()), []).plan.teams).toHaveLength(1);
  });

  test("of one team: the hosts that carry it, with all that they bear, and nothing of others", () => {
    const pc = (name: string) => ({
      kind: "existing",
      name,
      address: `${name}.example`,
      os: "linux",
      shared: true,
      maxTeams: 2,
    });
    const plan = planOf("lab", {
      target: "libvirt",
      teams: 4,
      hosts: [pc("pc-1"), pc("pc-2")],
      units: "one",
      switches: [
        { name: "lan", mode: "bridged" },
        { name: "nat", mode: "nat-network" },
      ],
      guests: [{ name: "a", adapters: [{ switch: "lan" }, { switch: "nat" }] }],
    });
    const { plan: own, capacity } = reportOfTeams(reportOf(plan), ["team-03"]);
    expect(own.hosts.map(({ name }) => name)).toEqual(["pc-2"]);
    expect(capacity.map(({ host, teams }) => `${host} ${teams}`)).toEqual(["pc-2 2"]);
    expect(own.switches.map(({ key }) => key)).toEqual(["pc-2-lan", "team-03-nat"]);
    expect(own.units).toEqual([
      {
        stack: "lab",
        kind: "one",
        teams: ["team-03"],
        switches: ["pc-2-lan", "team-03-nat"],
        hosts: ["pc-2"],
      },
    ]);
  });
});
