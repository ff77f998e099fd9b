import { findInTheWay } from "../../operations/inTheWay";
import { wholeState } from "../support/standingLab";
import { planOf } from "./labs";
import { FakeShell } from "./shell";

// Jest gives tests an environment of their own; the programs they start should see it.
jest.mock("node:child_process", () => {
  const actual = jest.requireActual<typeof import("node:child_process")>("node:child_process");
  return {
    ...actual,
    spawn: (program: string, args: string[], options: object) =>
      actual.spawn(program, args, { ...options, env: process.env }),
  };
});

const plan = planOf("lab", {
  units: "one",
  teams: 1,
  switches: [{ name: "lan", mode: "bridged", subnet: "10.1.0.0/24" }],
  guests: [{ name: "web", adapters: [{ switch: "lan" }] }],
});
const [unit] = plan.units;
if (!unit) throw new Error("the lab has a unit");
const ID = "own-id";

const path = process.env.PATH;
let fake: FakeShell;
/** What stands on the machine: name, tab, the lab's id where it has one. */
function stands(what: { readonly ps?: string; readonly network?: string; readonly volume?: string }): void {
  fake = new FakeShell('cat "$FAKE/$1"\n');
  for (const [list, text] of Object.entries({ ps: "", network: "", volume: "", ...what }))
    fake.write(list, text);
  process.env.FAKE = fake.folder;
  process.env.PATH = `${fake.folder}/bin:${path}`;
}
afterEach(() => {
  process.env.PATH = path;
  delete process.env.FAKE;
  FakeShell.disposeAll();
});
const find = (resources = wholeState(plan, unit).slice(0, 0)) => findInTheWay(plan, unit, ID, resources);

test("nothing stands: nothing is in the way", async () => {
  stands({});
  expect(await find()).toEqual([]);
});

test("what is the lab's own, and what only looks like it, is not in the way", async () => {
  stands({
    ps: `lab-team-01-web\t${ID}\nlab-team-01-web2\t\nlab-lan\t\n`,
    network: `lab-lan\t${ID}\nlab-team-01-web\t\n`,
    volume: "lab-team-01-web\tother\nlab-lan\t\n",
  });
  expect(await find()).toEqual([]);
});

test("a stranger's container, network and volume: each by its kind and name", async () => {
  stands({ ps: "lab-team-01-web\t\n", network: "x\t\nlab-lan\t\n", volume: "lab-team-01-web-disk\t\n" });
  const faults = await find();
  expect(faults.map((fault) => fault.where)).toEqual([
    "network lab-lan",
    "volume lab-team-01-web-disk",
    "container lab-team-01-web",
  ]);
  for (const fault of faults) {
    expect(fault.code).toBe("object-in-the-way");
    expect(fault.what).toBe("it is not classlab's and has the name that the lab's own needs");
    expect(fault.fix).toContain("Rename or remove it");
  }
});

test("another lab's of the same name: its id, and the verb that removes it", async () => {
  stands({ volume: "lab-team-01-web-disk\ttwin\n" });
  expect(await find()).toEqual([
    {
      code: "object-in-the-way",
      where: "volume lab-team-01-web-disk",
      what: "it belongs to another lab of the same name (id twin)",
      fix: expect.stringContaining("npx classlab sweep --remove"),
    },
  ]);
});

test("what state has is the lab's own, whatever Docker says of it; then Docker is not even asked", async () => {
  stands({ network: "lab-lan\t\n", volume: "lab-team-01-web-disk\ttwin\n" });
  const whole = wholeState(plan, unit);
  expect(await find(whole)).toEqual([]);
  expect(fake.read("calls")).toBe("");
  const without = whole.filter((entry) => !entry.urn.endsWith("-disk"));
  expect((await find(without)).map((fault) => fault.where)).toEqual(["volume lab-team-01-web-disk"]);
});

test("a resource that state has without an id was never made", async () => {
  stands({ network: "lab-lan\t\n" });
  const begun = wholeState(plan, unit).map(({ id: _id, ...entry }) => entry);
  expect((await find(begun)).map((fault) => fault.where)).toEqual(["network lab-lan"]);
});
