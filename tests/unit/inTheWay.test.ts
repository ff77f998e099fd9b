import { findInTheWay } from "../../operations/inTheWay";
import { StandInDocker } from "../support/standInDocker";
import { wholeState } from "../support/standingLab";
import { planOf } from "./labs";

const plan = planOf("lab", {
  units: "one",
  teams: 1,
  switches: [{ name: "lan", mode: "bridged", subnet: "10.1.0.0/24" }],
  guests: [{ name: "web", adapters: [{ switch: "lan" }] }],
});
const [unit] = plan.units;
if (!unit) throw new Error("the lab has a unit");
const ID = "own-id";

/** What stands on the machine: each name, with the lab's id where it has one. */
type Stands = Readonly<Record<string, string | null>>;

let docker: StandInDocker;
beforeEach(async () => {
  docker = await StandInDocker.start();
});
afterEach(() => docker.stop());

function stands(what: { readonly ps?: Stands; readonly network?: Stands; readonly volume?: Stands }): void {
  const entries = (of: Stands = {}) =>
    Object.entries(of).map(([name, id]) => [name, id === null ? {} : { "classlab.id": id }] as const);
  docker.lists({
    // A container has more names where others link to it.
    containers: entries(what.ps).map(([name, Labels]) => ({
      Names: [`/other/${name}x`, `/${name}`],
      Labels,
    })),
    networks: entries(what.network).map(([Name, Labels]) => ({ Name, Labels })),
    volumes: entries(what.volume).map(([Name, Labels]) => ({
      Name,
      Labels: Object.keys(Labels).length > 0 ? Labels : null,
    })),
  });
}
const find = (resources = wholeState(plan, unit).slice(0, 0)) => findInTheWay(plan, unit, ID, resources);

test("nothing stands: nothing is in the way", async () => {
  stands({});
  expect(await find()).toEqual([]);
});

test("what is the lab's own, and what only looks like it, is not in the way", async () => {
  stands({
    ps: { "lab-team-01-web": ID, "lab-team-01-web2": null, "lab-lan": null },
    network: { "lab-lan": ID, "lab-team-01-web": null },
    volume: { "lab-team-01-web": "other", "lab-lan": null },
  });
  expect(await find()).toEqual([]);
});

test("a stranger's container, network and volume: each by its kind and name", async () => {
  stands({
    ps: { "lab-team-01-web": null },
    network: { x: null, "lab-lan": null },
    volume: { "lab-team-01-web-disk": null },
  });
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
  stands({ volume: { "lab-team-01-web-disk": "twin" } });
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
  stands({ network: { "lab-lan": null }, volume: { "lab-team-01-web-disk": "twin" } });
  const whole = wholeState(plan, unit);
  expect(await find(whole)).toEqual([]);
  expect(docker.asked).toEqual([]);
  const without = whole.filter((entry) => !entry.urn.endsWith("-disk"));
  expect((await find(without)).map((fault) => fault.where)).toEqual(["volume lab-team-01-web-disk"]);
});

test("a resource that state has without an id was never made", async () => {
  stands({ network: { "lab-lan": null } });
  const begun = wholeState(plan, unit).map(({ id: _id, ...entry }) => entry);
  expect((await find(begun)).map((fault) => fault.where)).toEqual(["network lab-lan"]);
});
