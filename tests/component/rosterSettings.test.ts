import * as pulumi from "@pulumi/pulumi";
import { readSettings } from "../../stacks/settings";
import { RECORD } from "../support/devPlan";

const ROSTER = [
  { id: "team-01", slot: 1, seats: 4 },
  { id: "team-07", slot: 7, label: "7班", seats: 3 },
];

function configure(roster?: string): void {
  pulumi.runtime.setMocks(
    { newResource: ({ name, inputs }) => ({ id: name, state: inputs }), call: ({ inputs }) => inputs },
    "classlab",
    "class-team-07",
  );
  pulumi.runtime.setAllConfig({
    "classlab:name": "class",
    "classlab:record": JSON.stringify(RECORD),
    "classlab:lab": JSON.stringify({ teams: { roster: "roster.csv" }, guests: [{ name: "web" }] }),
    ...(roster === undefined ? {} : { "classlab:roster": roster }),
  });
}

test("the program plans the roster's teams without seeing the roster", () => {
  configure(JSON.stringify(ROSTER));
  const { plan, unit } = readSettings();
  expect(plan.teams.map(({ id, slot, label, seats }) => ({ id, slot, label, seats }))).toEqual([
    { id: "team-01", slot: 1, label: "team-01", seats: 4 },
    { id: "team-07", slot: 7, label: "7班", seats: 3 },
  ]);
  expect(unit.teams).toEqual(["team-07"]);
});

test("a stack file that classlab did not prepare has no teams to plan", () => {
  configure();
  expect(() => readSettings()).toThrow("[roster-missing]");
});
