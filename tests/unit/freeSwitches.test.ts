import type { SwitchPlan } from "../../course/switches";
import { switchesInTheWay, switchesLeaving } from "../../operations/freeSwitches";

const NETWORK = "docker:index/network:Network";
const network = (name: string) => ({ urn: `urn:x::${name}`, type: NETWORK, inputs: { name: `lab-${name}` } });
const step = (op: string, name: string, type = NETWORK) => ({ op, urn: `urn:x::${name}`, type, changed: [] });

test("switches that a run removes or makes anew leave; new and updated ones do not", () => {
  const resources = [network("gone"), network("anew"), network("same")];
  const steps = [
    step("delete", "gone"),
    step("replace", "anew"),
    step("create", "new"),
    step("update", "same"),
  ];
  expect(switchesLeaving(steps, resources)).toEqual(["lab-gone", "lab-anew"]);
});

test("other kinds of resources, and what waits for its deletion already, are none", () => {
  const resources = [network("x"), { ...network("old"), delete: true }];
  expect(
    switchesLeaving([step("delete", "x", "docker:index/volume:Volume"), step("delete", "old")], resources),
  ).toEqual([]);
});

describe("switches in the way", () => {
  const planned = (objectName: string, subnet: string) => ({ objectName, subnet }) as SwitchPlan;
  const standing = (objectName: string, subnet: string, id = "1") => ({
    subnet,
    user: "Docker network",
    own: { lab: "lab", id, objectName },
  });

  test("a shared switch whose subnet becomes a team's own, and one whose subnet moves on to the next team", () => {
    const plan = [
      planned("lab-team-01-net", "192.168.152.0/24"),
      planned("lab-team-02-net", "192.168.153.0/24"),
    ];
    expect(switchesInTheWay(plan, [standing("lab-net", "192.168.152.0/24")], "1")).toEqual([
      { name: "lab-net" },
    ]);
    expect(switchesInTheWay(plan, [standing("lab-team-01-net", "192.168.153.0/24")], "1")).toEqual([
      { name: "lab-team-01-net" },
    ]);
  });

  test("one that stays, one elsewhere, a stranger's and another lab's are none", () => {
    const plan = [planned("lab-net", "192.168.152.0/24")];
    const others = [
      standing("lab-net", "192.168.152.0/24"),
      standing("lab-old", "192.168.153.0/24"),
      standing("lab-other", "192.168.152.0/24", "2"),
      { subnet: "192.168.152.0/24", user: "interface eth0" },
    ];
    expect(switchesInTheWay(plan, others, "1")).toEqual([]);
  });

  test("one on another host than the planned one is none: teams with a host each have the same subnets", () => {
    const plan = [1, 2].map((slot) => ({
      ...planned(`lab-team-0${slot}-net`, "192.168.20.0/24"),
      host: `aws-team-0${slot}`,
    }));
    const seen = [1, 2].map((slot) => ({
      ...standing(`lab-team-0${slot}-net`, "192.168.20.0/24"),
      host: `aws-team-0${slot}`,
    }));
    expect(switchesInTheWay(plan, seen, "1")).toEqual([]);
    const old = { ...standing("lab-old", "192.168.20.0/24"), host: "aws-team-02" };
    expect(switchesInTheWay(plan, [...seen, old], "1")).toEqual([{ name: "lab-old", host: "aws-team-02" }]);
  });
});
