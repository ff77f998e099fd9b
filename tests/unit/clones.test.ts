import { checksOf } from "../../course/checks";
import { hostObjects } from "../../course/objects";
import { guestsOf, type LabPlan } from "../../course/plan";
import { reachabilityOf } from "../../course/reachability";
import { resourcesOf } from "../../course/resources";
import { guestNamed, planOf } from "./labs";

const SWITCHES = [
  { name: "lan", mode: "bridged", subnet: "10.1.0.0/24" },
  { name: "inside", mode: "internal", subnet: "10.2.0.0/24" },
];
const ORIGINAL = {
  name: "one",
  cpus: 1,
  memory: 768,
  adapters: [{ switch: "lan", address: "10.1.0.20" }, { mode: "disabled" }, { switch: "inside" }],
  docker: [{ kind: "nginx" }],
  snapshots: ["snapshot1"],
};
const OTHER = { name: "two", adapters: [{ switch: "lan" }] };

const lab = (clones: object[], more: object = {}): LabPlan =>
  planOf("lab", {
    target: "libvirt",
    teams: 3,
    switches: SWITCHES,
    guests: [{ ...ORIGINAL, clones }, OTHER],
    ...more,
  });

const COPIES = [{ name: "copy" }, { name: "link", kind: "linked" }];

/** Addresses by team and guest. */
function addresses(plan: LabPlan): Record<string, string> {
  return Object.fromEntries(
    guestsOf(plan).map(({ team, name, adapters }) => [
      `${team} ${name}`,
      adapters.map((adapter) => (adapter.mode === "disabled" ? "-" : adapter.address)).join(" "),
    ]),
  );
}

test("a clone is a guest of its own with the hardware of the first, and neither stacks nor snapshots", () => {
  const plan = lab(COPIES);
  const one = guestNamed(plan, "one");
  const copy = guestNamed(plan, "copy");
  expect(plan.teams[0]?.guests.map(({ name }) => name)).toEqual(["one", "two", "copy", "link"]);
  expect(copy).toMatchObject({
    objectName: "lab-team-01-copy",
    cloneOf: { guest: "one", kind: "full", objectName: "lab-team-01-one" },
    cpus: 1,
    memory: one.memory,
    disk: one.disk,
    docker: [],
    snapshots: [],
    clones: [],
  });
  expect(guestNamed(plan, "link").cloneOf?.kind).toBe("linked");
  expect(one.cloneOf).toBeUndefined();
  expect(one.snapshots).toEqual(["snapshot1"]);
});

test("its adapters are on the same switches, with MAC addresses and addresses of its own", () => {
  const adapters = guestsOf(lab(COPIES)).flatMap((guest) =>
    guest.adapters.flatMap((adapter) => (adapter.mode === "disabled" ? [] : [adapter])),
  );
  expect(guestNamed(lab(COPIES), "copy").adapters.map(({ mode }) => mode)).toEqual([
    "bridged",
    "disabled",
    "internal",
  ]);
  expect(new Set(adapters.map(({ mac }) => mac)).size).toBe(adapters.length);
  expect(new Set(adapters.map(({ segment, address }) => `${segment} ${address}`)).size).toBe(adapters.length);
});

test("a clone more moves nobody", () => {
  const [none, one, two] = [[], COPIES.slice(0, 1), COPIES].map((clones) => addresses(lab(clones)));
  expect(two).toEqual({ ...two, ...one });
  expect(one).toEqual({ ...one, ...none });
  expect(two).toMatchObject({
    "team-01 one": "10.1.0.20 - 10.2.0.10",
    "team-01 copy": "10.1.0.12 - 10.2.0.11",
    "team-01 link": "10.1.0.13 - 10.2.0.12",
    "team-02 one": "10.1.0.100 - 10.2.1.10",
    "team-02 copy": "10.1.0.102 - 10.2.1.11",
  });
  const macs = (clones: object[]) =>
    guestNamed(lab(clones), "two").adapters.map((adapter) => adapter.mode !== "disabled" && adapter.mac);
  expect(macs(COPIES)).toEqual(macs([]));
});

test("it is measured like every other guest", () => {
  const plan = lab(COPIES, { teams: 1 });
  const reached = reachabilityOf(plan).filter(
    ({ from, to }) =>
      from.kind === "guest" && to.kind === "guest" && from.guest === "one" && to.guest === "copy",
  );
  expect(reached.map(({ mode, reachable }) => [mode, reachable])).toEqual([
    ["bridged", true],
    ["internal", true],
  ]);
  const ids = checksOf(plan, undefined).map(({ id }) => id);
  expect(ids).toEqual(expect.arrayContaining(["guest/team-01/copy", "ssh/team-01/link"]));
  expect(ids.filter((id) => id.startsWith("service/team-01/copy"))).toEqual([]);
});

test("what it is made of is an object of the guest's, and snapshots are resources of it", () => {
  const plan = lab(COPIES, { teams: 1, units: "one" });
  const [unit] = plan.units;
  if (!unit) throw new Error("no unit");
  expect(
    hostObjects(plan, unit).flatMap(({ role, name, resource }) =>
      role === "disk" ? [[name, resource]] : [],
    ),
  ).toEqual([
    ["lab-team-01-one-disk.qcow2", "team-01-one-disk"],
    ["lab-team-01-one-base.qcow2", "team-01-one-base"],
    ["lab-team-01-two-disk.qcow2", "team-01-two-disk"],
    ["lab-team-01-copy-disk.qcow2", "team-01-copy-disk"],
    ["lab-team-01-link-disk.qcow2", "team-01-link-disk"],
  ]);
  const names = resourcesOf(plan, unit).map(({ name }) => name);
  expect(names.filter((name) => /-(snapshot1|base)$/.test(name))).toEqual([
    "team-01-one-snapshot-snapshot1",
    "team-01-one-base",
  ]);
});

describe("in a state", () => {
  const inState = (exercise: string, at: string, clones: object[], teams = 1) =>
    lab(clones, { state: { exercise, at }, teams });

  test("clones stand where the exercise makes them, and are those that are configured where any are", () => {
    const names = (exercise: string, at: string, clones: object[]) =>
      guestsOf(inState(exercise, at, clones)).map(({ name, snapshots }) => [name, ...snapshots]);
    expect(names("3a-clone", "start", COPIES)).toEqual([["one"]]);
    expect(names("3a-clone", "solved", COPIES)).toEqual([["one", "snapshot1"], ["copy"], ["link"]]);
    expect(names("3a-clone", "solved", [])).toEqual([["one", "snapshot1"], ["clone1"]]);
    expect(names("3b-bridged", "start", COPIES)).toEqual([["one", "snapshot1"], ["two"]]);
  });

  test("a clone that only the state makes has an address that nobody else has", () => {
    const plan = inState("3a-clone", "solved", [], 3);
    expect(addresses(plan)).toEqual({
      "team-01 one": "10.1.0.20",
      "team-01 clone1": "10.1.0.12",
      "team-02 one": "10.1.0.100",
      "team-02 clone1": "10.1.0.254",
      "team-03 one": "10.1.0.104",
      "team-03 clone1": "10.1.0.250",
    });
  });
});
