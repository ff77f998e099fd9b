import { parseLab } from "../../course/config";
import { MacAddresses } from "../../course/macs";
import { placeTeams } from "../../course/placement";
import { guestsOf, type LabPlan, makePlan } from "../../course/plan";
import { resolveTeams } from "../../course/teams";
import { faultsOf, planOf, solid } from "./labs";

const pc = (index: number, more: object = {}) => ({
  name: `pc-${index}`,
  kind: "existing",
  address: `192.0.2.${index}`,
  os: "linux",
  ...more,
});
const EC2 = {
  name: "aws",
  kind: "ec2",
  region: "ap-northeast-1",
  instanceType: "m8i.2xlarge",
  allowedCidrs: ["203.0.113.0/24"],
};
const GUEST = { name: "g", memory: 512, adapters: [{ switch: "lan" }] };
const OUT = {
  switches: [{ name: "out", mode: "nat-network" }],
  guests: [{ ...GUEST, adapters: [{ switch: "out" }] }],
};

function placed(hosts: object[], teams: unknown, more: object = {}): Record<string, string> {
  const config = solid(parseLab({ target: "libvirt", hosts, teams, guests: [GUEST], ...more }));
  const { teams: found } = placeTeams(config, resolveTeams(config.teams).teams);
  return Object.fromEntries(found.map((team) => [team.id, team.host.name]));
}

describe("places", () => {
  const three = [pc(1), pc(2), pc(3)];

  test("each slot has its own, laid end to end in the order of the hosts", () => {
    expect(placed(three, 3)).toEqual({ "team-01": "pc-1", "team-02": "pc-2", "team-03": "pc-3" });
    expect(placed([pc(1), pc(2, { shared: true, maxTeams: 2 }), pc(3)], 4)).toEqual({
      "team-01": "pc-1",
      "team-02": "pc-2",
      "team-03": "pc-2",
      "team-04": "pc-3",
    });
  });

  test("a team that is missing leaves its place empty; past the end it goes round", () => {
    expect(placed(three, ["t3", "t1"])).toEqual({ t1: "pc-1", t3: "pc-3" });
    expect(placed(three, ["t11", "t12", "t13"])).toEqual({ t11: "pc-2", t12: "pc-3", t13: "pc-1" });
  });

  test("where two slots meet, the lower has the place and the other the next free one", () => {
    expect(placed(three, ["t4", "t1"])).toEqual({ t1: "pc-1", t4: "pc-2" });
    expect(placed(three, ["t4", "t1", "t2"])).toEqual({ t1: "pc-1", t2: "pc-2", t4: "pc-3" });
  });

  test("a team that names its host has it, and the one whose place it was gets a free one", () => {
    const teams = [{ id: "t3", host: "pc-1" }, "t1", "t2"];
    expect(placed(three, teams)).toEqual({ t3: "pc-1", t1: "pc-3", t2: "pc-2" });
  });

  test("on a host with many places the team that names it has the last one, so that nobody moves", () => {
    const hosts = [pc(1, { shared: true, maxTeams: 3 }), pc(2)];
    expect(placed(hosts, [{ id: "t4", host: "pc-1" }, "t1", "t2"])).toEqual({
      t4: "pc-1",
      t1: "pc-1",
      t2: "pc-1",
    });
  });

  test("a team that names the host of its own place has that one", () => {
    const hosts = [pc(1, { shared: true, maxTeams: 2 }), pc(2)];
    const teams = [{ id: "t1", host: "pc-1" }, "t2", "t3"];
    expect(placed(hosts, teams)).toEqual({ t1: "pc-1", t2: "pc-1", t3: "pc-2" });
    expect(placed(hosts, teams.slice(0, 2))).toEqual({ t1: "pc-1", t2: "pc-1" });
    expect(placed(hosts, [{ id: "t3", host: "pc-1" }])).toEqual({ t3: "pc-1" });
  });

  test("a shared host has as many as fit what it has, beside others; alone it takes all, and capacity speaks", () => {
    // Each team needs 512 + 100 + 8 * 2 + 512 / 512 = 629 MiB; the host keeps 3072.
    const shared = pc(1, { shared: true, memory: 3072 + 629 * 2 });
    const two = placed([shared, pc(2, { shared: true })], 4);
    expect(Object.values(two)).toEqual(["pc-1", "pc-1", "pc-2", "pc-2"]);
    expect(Object.values(placed([shared], 4))).toEqual(["pc-1", "pc-1", "pc-1", "pc-1"]);
  });

  test("a host that is too small for any team beside another has none", () => {
    expect(placed([pc(1, { shared: true, memory: 1024 }), pc(2)], 1)).toEqual({ "team-01": "pc-2" });
  });

  test("a thousand hosts and teams", () => {
    const hosts = Array.from({ length: 1000 }, (_, index) => ({
      ...pc(1),
      name: `pc-${index + 1}`,
      address: `10.0.${Math.floor(index / 250)}.${(index % 250) + 1}`,
    }));
    const found = placed(hosts, 1000);
    expect(found["team-01"]).toBe("pc-1");
    expect(found["team-777"]).toBe("pc-777");
    expect(found["team-1000"]).toBe("pc-1000");
  });
});

describe("cloud hosts", () => {
  test("each team has one of its own; others in the list are not made", () => {
    const plan = planOf("lab", { target: "libvirt", hosts: [EC2, pc(1)], teams: 2, ...OUT });
    expect(plan.hosts.map(({ name, kind, shared }) => [name, kind, shared])).toEqual([
      ["pc-1", "existing", false],
      ["aws-team-01", "ec2", false],
      ["aws-team-02", "ec2", false],
    ]);
    expect(plan.teams.map((team) => team.host)).toEqual(["aws-team-01", "aws-team-02"]);
  });

  test("every team has the course's own values there, and its host and switches in its own stack", () => {
    const plan = planOf("lab", { target: "libvirt", hosts: [EC2], teams: ["t1", "t5"], ...OUT });
    expect(plan.switches.map(({ key, subnet, host }) => [key, subnet, host])).toEqual([
      ["t1-out", "192.168.20.0/24", "aws-t1"],
      ["t5-out", "192.168.20.0/24", "aws-t5"],
    ]);
    expect(addressesOf(plan)).toEqual({ t1: ["192.168.20.5"], t5: ["192.168.20.5"] });
    expect(plan.units).toEqual([
      { stack: "lab-hosts", kind: "hosts", teams: [], switches: [], hosts: ["aws-t1", "aws-t5"] },
      { stack: "lab-site", kind: "site", teams: [], switches: [], hosts: [] },
      { stack: "lab-t1", kind: "team", teams: ["t1"], switches: ["t1-out"], hosts: ["aws-t1"] },
      { stack: "lab-t5", kind: "team", teams: ["t5"], switches: ["t5-out"], hosts: ["aws-t5"] },
    ]);
  });

  test("15 characters are enough for Windows, and Linux takes more", () => {
    const windows = { ...EC2, name: "win", os: "windows", target: "hyperv" };
    expect(planOf("lab", { hosts: [windows], teams: ["teams-of-01"], ...OUT }).hosts[0]?.name).toBe(
      "win-teams-of-01",
    );
    const linux = { ...EC2, target: "libvirt" };
    expect(planOf("lab", { hosts: [linux], teams: ["classroom-01"], ...OUT }).hosts[0]?.name).toBe(
      "aws-classroom-01",
    );
  });
});

function addressesOf(plan: LabPlan): Record<string, string[]> {
  return Object.fromEntries(
    plan.teams.map((team) => [
      team.id,
      team.guests.flatMap((guest) =>
        guest.adapters.flatMap((adapter) => (adapter.mode === "disabled" ? [] : [adapter.address])),
      ),
    ]),
  );
}

describe("several hosts in the classroom", () => {
  const both = {
    switches: [
      { name: "lan", mode: "bridged" },
      { name: "out", mode: "nat-network" },
    ],
    guests: [{ ...GUEST, adapters: [{ switch: "lan" }, { switch: "out" }] }],
  };
  const planned = () =>
    planOf("lab", {
      target: "libvirt",
      hosts: [
        { kind: "this-machine", name: "here", maxTeams: 2 },
        pc(1),
        pc(2, { shared: true, target: "hyperv", os: "windows" }),
      ],
      teams: ["t1", "t2", "t3", "t4"],
      ...both,
    });

  test("the LAN is on each host that needs it; on this machine by its plain name", () => {
    const plan = planned();
    const lan = plan.switches.filter((entry) => entry.mode === "bridged");
    expect(
      lan.map(({ key, objectName, host, team, segment }) => [key, objectName, host, team, segment]),
    ).toEqual([
      ["lan", "lab-lan", "here", undefined, "classroom:lan"],
      ["pc-1-lan", "lab-pc-1-lan", "pc-1", "t3", "classroom:lan"],
      ["pc-2-lan", "lab-pc-2-lan", "pc-2", undefined, "classroom:lan"],
    ]);
  });

  test("addresses of the LAN are by slot over all hosts; a team's own network by slot on shared hosts only", () => {
    const plan = planned();
    expect(addressesOf(plan)).toEqual({
      t1: ["192.168.99.10", "192.168.20.5"],
      t2: ["192.168.99.100", "192.168.21.5"],
      t3: ["192.168.99.104", "192.168.20.5"],
      t4: ["192.168.99.108", "192.168.23.5"],
    });
  });

  test("adapters are on the switches of their own host", () => {
    const plan = planned();
    expect(
      plan.teams.map((team) =>
        team.guests[0]?.adapters.map((adapter) => adapter.mode !== "disabled" && adapter.switchObject),
      ),
    ).toEqual([
      ["lab-lan", "lab-t1-out"],
      ["lab-lan", "lab-t2-out"],
      ["lab-pc-1-lan", "lab-t3-out"],
      ["lab-pc-2-lan", "lab-t4-out"],
    ]);
  });

  test("what teams share is the site's, with its hosts; a team's own host is the team's", () => {
    const plan = planned();
    expect(plan.units.map(({ stack, switches, hosts }) => [stack, switches, hosts])).toEqual([
      ["lab-site", ["lan", "pc-2-lan"], ["here", "pc-2"]],
      ["lab-t1", ["t1-out"], ["here"]],
      ["lab-t2", ["t2-out"], ["here"]],
      ["lab-t3", ["pc-1-lan", "t3-out"], ["pc-1"]],
      ["lab-t4", ["t4-out"], ["pc-2"]],
    ]);
  });

  test("targets may differ", () => {
    const plan = planned();
    expect(plan.hosts.map(({ name, target }) => [name, target])).toEqual([
      ["here", "libvirt"],
      ["pc-1", "libvirt"],
      ["pc-2", "hyperv"],
    ]);
  });

  test("a host with no team has no switch and is in no stack", () => {
    const alone = planOf("lab", { target: "libvirt", hosts: [pc(1), pc(2)], teams: ["t2"], ...both });
    expect(alone.switches.map(({ key }) => key)).toEqual(["pc-2-lan", "t2-out"]);
    expect(alone.units.flatMap(({ hosts }) => hosts)).toEqual(["pc-2"]);
    expect(alone.hosts.map(({ name }) => name)).toEqual(["pc-1", "pc-2"]);
  });
});

describe("the room's network", () => {
  const room = (network: object, more: object = {}) =>
    planOf("lab", {
      target: "libvirt",
      site: { network },
      teams: ["t1", "t2"],
      guests: [
        { ...GUEST, name: "a", adapters: [{ switch: "lan", address: "192.168.99.99" }] },
        { ...GUEST, name: "b" },
      ],
      ...more,
    });

  test("bridged switches have its subnet and gateway; the course's own addresses keep their places", () => {
    const plan = room({ cidr: "10.20.0.0/16", gateway: "10.20.255.254" });
    expect(plan.switches[0]).toMatchObject({ subnet: "10.20.0.0/16", gateway: "10.20.255.254" });
    expect(addressesOf(plan)).toEqual({
      t1: ["10.20.0.99", "10.20.0.11"],
      t2: ["10.20.0.100", "10.20.0.101"],
    });
  });

  test("a range bounds every address: slot by slot from its first one", () => {
    const addressing = { from: "10.20.0.50", to: "10.20.0.57" };
    expect(addressesOf(room({ cidr: "10.20.0.0/16", addressing }))).toEqual({
      t1: ["10.20.0.50", "10.20.0.51"],
      t2: ["10.20.0.54", "10.20.0.55"],
    });
  });

  test("the last address of the range is used, and none after it", () => {
    const four = ["a", "b", "c", "d"].map((name) => ({ ...GUEST, name }));
    const ranged = (to: string) => ({
      target: "libvirt",
      site: { network: { cidr: "10.20.0.0/16", addressing: { from: "10.20.0.50", to } } },
      teams: ["t2"],
      guests: four,
    });
    expect(addressesOf(planOf("lab", ranged("10.20.0.57")))).toEqual({
      t2: ["10.20.0.54", "10.20.0.55", "10.20.0.56", "10.20.0.57"],
    });
    expect(faultsOf(makePlan("lab", solid(parseLab(ranged("10.20.0.56")))))).toContain(
      "Expected at least 8 addresses",
    );
  });

  test("a configured address in the range is taken as it is", () => {
    const plan = room(
      { cidr: "10.20.0.0/16", addressing: { from: "10.20.0.50", to: "10.20.0.80" } },
      { guests: [{ ...GUEST, adapters: [{ switch: "lan", address: "10.20.0.80" }] }] },
    );
    expect(addressesOf(plan)).toEqual({ t1: ["10.20.0.80"], t2: ["10.20.0.54"] });
  });

  test("VLANs and containers keep their own subnets", () => {
    const vlan = room({ cidr: "10.20.0.0/16" }, { switches: [{ name: "lan", mode: "bridged", vlan: 10 }] });
    expect(vlan.switches[0]?.subnet).toBe("192.168.99.0/24");
    const containers = room({ cidr: "10.20.0.0/16", gateway: "10.20.0.254" }, { target: "containers" });
    expect(containers.switches[0]).toMatchObject({
      subnet: "192.168.99.0/24",
      gateway: "192.168.99.1",
      segment: "lan",
    });
  });

  test("that this machine is in it is no conflict: the classroom LAN is meant; on containers it is one", () => {
    const facts = { subnets: [{ subnet: "10.20.0.0/16", user: "interface eth0 (10.20.0.7)" }] };
    const input = { target: "libvirt", site: { network: { cidr: "10.20.0.0/16" } }, guests: [GUEST] };
    expect(makePlan("lab", solid(parseLab(input)), facts).ok).toBe(true);
    const elsewhere = {
      guests: [GUEST],
      switches: [{ name: "lan", mode: "bridged", subnet: "10.20.0.0/24" }],
    };
    expect(makePlan("lab", solid(parseLab(elsewhere)), facts).ok).toBe(false);
  });

  test("what is in use on this machine says nothing of another one", () => {
    const facts = { subnets: [{ subnet: "192.168.20.0/24", user: "interface tun0 (192.168.20.7)" }] };
    const on = (host: object) => solid(parseLab({ target: "libvirt", hosts: [host], ...OUT }));
    expect(makePlan("lab", on(pc(1)), facts).ok).toBe(true);
    expect(makePlan("lab", on({ kind: "this-machine", name: "here" }), facts).ok).toBe(false);
  });
});

test("a team's own subnet is used up to its last address, and not past it", () => {
  const input = (count: number) => ({
    teams: ["t2"],
    switches: [{ name: "out", mode: "nat-network", subnet: "10.0.0.0/29" }],
    guests: ["a", "b", "c"].slice(0, count).map((name) => ({ name, adapters: [{ switch: "out" }] })),
  });
  expect(addressesOf(planOf("lab", input(2)))).toEqual({ t2: ["10.0.0.13", "10.0.0.14"] });
  expect(faultsOf(makePlan("lab", solid(parseLab(input(3)))))).toContain("[address-space-exhausted]");
});

describe("MAC addresses", () => {
  const macsOf = (target: string, lab = "lab") =>
    guestsOf(planOf(lab, { target, teams: 2, guests: [GUEST, { ...GUEST, name: "h" }] })).flatMap((guest) =>
      guest.adapters.flatMap((adapter) => (adapter.mode === "disabled" ? [] : [adapter.mac])),
    );

  test("on containers what Docker derives from the address", () => {
    expect(macsOf("containers")).toEqual([
      "02:42:c0:a8:63:0a",
      "02:42:c0:a8:63:0b",
      "02:42:c0:a8:63:64",
      "02:42:c0:a8:63:65",
    ]);
  });

  test("elsewhere administered here, for one card, each its own, and the same ones every time", () => {
    const macs = macsOf("hyperv");
    expect(new Set(macs).size).toBe(4);
    for (const mac of macs) expect(mac).toMatch(/^0a(:[0-9a-f]{2}){5}$/);
    expect(macsOf("hyperv")).toEqual(macs);
    expect(macsOf("libvirt")).toEqual(macs);
    expect(macsOf("hyperv", "other").some((mac) => macs.includes(mac))).toBe(false);
  });

  test("they follow from lab, slot, guest and adapter alone, and are given once", () => {
    const identity = { lab: "lab", slot: 1, guest: "g", adapter: 0 };
    const first = new MacAddresses().of(identity, "libvirt", "10.0.0.1");
    expect(new MacAddresses().of(identity, "virtualbox", "10.0.0.2")).toBe(first);
    const others = [{ lab: "b" }, { slot: 2 }, { guest: "h" }, { adapter: 1 }].map((change) =>
      new MacAddresses().of({ ...identity, ...change }, "libvirt", "10.0.0.1"),
    );
    expect(new Set([first, ...others]).size).toBe(5);
    const macs = new MacAddresses();
    expect(macs.of(identity, "libvirt", "10.0.0.1")).toBe(first);
    expect(macs.of(identity, "libvirt", "10.0.0.1")).not.toBe(first);
  });
});
