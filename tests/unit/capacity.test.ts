import { capacityOf, limitsOf, teamsThatFit } from "../../course/capacity";
import { type HostConfig, labSchema, parseLab } from "../../course/config";
import { densityOf, guestDemand, reserveOf } from "../../course/demand";
import { amountsOf, machineSize, machineType } from "../../course/instanceTypes";
import { makePlan } from "../../course/plan";
import { teamDemand } from "../../course/teamDemand";
import { planOf, solid } from "./labs";

function hostConfig(host: object): HostConfig {
  const [found] = labSchema.parse({ hosts: [host] }).hosts;
  if (!found) throw new Error("one host was given");
  return found;
}

const HERE = { kind: "this-machine", name: "here" };
const LINUX = { kind: "existing", name: "pc", address: "192.0.2.1", os: "linux" };
const ec2 = (instanceType: string) =>
  hostConfig({ kind: "ec2", name: "aws", region: "ap-northeast-1", instanceType, disk: 200 });
const azure = (vmSize: string) =>
  hostConfig({ kind: "azure", name: "az", location: "japaneast", vmSize, disk: 128, os: "windows" });

test.each([
  ["m8i.xlarge", 4, 16_384],
  ["m8i-flex.large", 2, 8192],
  ["c8i.2xlarge", 8, 16_384],
  ["r8i.4xlarge", 16, 131_072],
  ["m8i.96xlarge", 384, 1_572_864],
])("%s has %d vCPUs and %d MiB", (type, cpus, memory) => {
  expect(machineSize(ec2(type))).toEqual({ cpus, memory });
  expect(machineType(ec2(type))).toBe(type);
});

test.each([
  ["Standard_D4s_v5", 4, 16_384],
  ["Standard_D8ds_v6", 8, 32_768],
  ["Standard_E16as_v5", 16, 131_072],
])("%s has %d vCPUs and %d MiB", (size, cpus, memory) => {
  expect(machineSize(azure(size))).toEqual({ cpus, memory });
  expect(machineType(azure(size))).toBe(size);
});

test.each(["m5.xlarge", "m8i.metal-48xl", "constructor.large", "m8i.constructor"])(
  "%s is not in the table",
  (type) => {
    expect(machineSize(ec2(type))).toBeUndefined();
  },
);

test.each(["Standard_B4ms", "Standard_D3s_v5", "Standard_D4s_v8", "Standard_D4ps_v5"])(
  "%s is not in the table",
  (size) => {
    expect(machineSize(azure(size))).toBeUndefined();
  },
);

test("a host on the ground has what is configured, and no type", () => {
  expect(amountsOf(hostConfig({ ...HERE, memory: 8192 }))).toEqual({ memory: 8192 });
  expect(amountsOf(hostConfig({ ...LINUX, cpus: 4, disk: 100 }))).toEqual({ cpus: 4, disk: 100 });
  expect(amountsOf(ec2("m8i.xlarge"))).toEqual({ cpus: 4, memory: 16_384, disk: 200 });
  expect(amountsOf(ec2("m5.xlarge"))).toEqual({ disk: 200 });
  expect(machineType(hostConfig(LINUX))).toBeUndefined();
  expect(machineSize(hostConfig(LINUX))).toBeUndefined();
});

const guest = labSchema.parse({
  guests: [
    {
      name: "g",
      clones: [{ name: "copy" }],
      docker: [
        { kind: "nginx" },
        { kind: "nginx-farm", count: 10 },
        { kind: "php-apache" },
        { kind: "wordpress" },
      ],
    },
  ],
}).guests[0];

describe("what a guest asks", () => {
  if (!guest) throw new Error("one guest was given");

  test("of a hypervisor: its memory and what is kept beside it, its disk; as much for its clone", () => {
    // 4096 + 100 + 8 * 2 + 4096 / 512
    expect(guestDemand({ ...guest, clones: [] }, "libvirt")).toEqual({ cpus: 2, memory: 4220, disk: 10 });
    expect(guestDemand(guest, "libvirt")).toEqual({ cpus: 4, memory: 8440, disk: 20 });
    expect(guestDemand(guest, "hyperv")).toEqual(guestDemand(guest, "virtualbox"));
    const dynamic = { ...guest, memory: { start: 1024, min: 512, max: 4096 } };
    expect(guestDemand(dynamic, "hyperv").memory).toBe(2 * 1142);
  });

  test("of this machine as a container: what it uses, not what it may", () => {
    // 120 + 15 + 120 + 30 + 200 MB, and 100 + 5 + 20 + 5 + 250 MB
    const { cpus, memory, disk } = guestDemand(guest, "containers");
    expect([cpus, memory]).toEqual([0, Math.ceil(485e6 / 2 ** 20)]);
    expect(disk).toBeCloseTo(380e6 / 2 ** 30, 9);
  });
});

test("what a host keeps for itself, and how many vCPUs it bears for each CPU", () => {
  expect(reserveOf(hostConfig(LINUX))).toEqual({ cpus: 0, memory: 3072, disk: 25 });
  expect(reserveOf(hostConfig(HERE))).toEqual({ cpus: 0, memory: 3072, disk: 25 });
  expect(reserveOf(azure("Standard_D4s_v5"))).toEqual({ cpus: 0, memory: 4096, disk: 64 });
  expect(densityOf(hostConfig(LINUX), "libvirt")).toBe(5);
  expect(densityOf(ec2("m8i.xlarge"), "libvirt")).toBe(2);
  expect(densityOf(azure("Standard_D4s_v5"), "hyperv")).toBe(2);
  expect(densityOf(hostConfig(HERE), "containers")).toBeUndefined();
});

test("limits: what is not told is not limited, and none is below nothing", () => {
  expect(limitsOf(hostConfig({ ...LINUX, cpus: 4, memory: 16_384, disk: 100 }), "libvirt")).toEqual({
    cpus: 20,
    memory: 13_312,
    disk: 75,
  });
  expect(limitsOf(hostConfig({ ...HERE, cpus: 4, memory: 1024 }), "containers")).toEqual({ memory: 0 });
  expect(limitsOf(hostConfig(HERE), "libvirt")).toEqual({});
});

test("how many teams fit: the amount that is used up first says it", () => {
  const team = { cpus: 4, memory: 4096, disk: 20 };
  const host = (more: object) => hostConfig({ ...LINUX, ...more });
  expect(teamsThatFit(host({ memory: 3072 + 8192 }), "libvirt", team)).toBe(2);
  expect(teamsThatFit(host({ memory: 3072 + 8191 }), "libvirt", team)).toBe(1);
  expect(teamsThatFit(host({ memory: 65_536, cpus: 4 }), "libvirt", team)).toBe(5);
  expect(teamsThatFit(host({ memory: 65_536, cpus: 4, disk: 65 }), "libvirt", team)).toBe(2);
  expect(teamsThatFit(host({}), "libvirt", team)).toBeUndefined();
  expect(teamsThatFit(host({ cpus: 1 }), "libvirt", { ...team, cpus: 0 })).toBeUndefined();
});

const labOf = (memory: number) => ({
  target: "libvirt",
  hosts: [{ ...LINUX, shared: true, cpus: 4, memory, disk: 100 }],
  teams: 3,
  guests: [{ name: "a" }, { name: "b", cpus: 1, memory: 1024 }],
});

test("each host with what is needed and there", () => {
  // 4220 and 1024 + 100 + 8 + 2 for each of three teams
  const needed = 3 * (4220 + 1134);
  expect(capacityOf(planOf("lab", labOf(32_768)))).toEqual([
    {
      host: "pc",
      kind: "existing",
      target: "libvirt",
      teams: 3,
      guests: 6,
      cpus: { needed: 9, there: 4, limit: 20 },
      memory: { needed, there: 32_768, limit: 29_696 },
      disk: { needed: 60, there: 100, limit: 75 },
    },
  ]);
  const exact = makePlan("lab", solid(parseLab(labOf(3072 + needed))));
  expect(exact.ok).toBe(true);
  expect(makePlan("lab", solid(parseLab(labOf(3072 + needed - 1)))).ok).toBe(false);
});

test("a host without figures is shown with what it needs; one without teams needs nothing", () => {
  const input = {
    target: "hyperv",
    hosts: [HERE, { ...LINUX, os: "windows" }],
    guests: [{ name: "a" }],
  };
  expect(capacityOf(planOf("lab", input))).toStrictEqual([
    {
      host: "here",
      kind: "this-machine",
      target: "hyperv",
      teams: 1,
      guests: 1,
      cpus: { needed: 2 },
      memory: { needed: 4220 },
      disk: { needed: 10 },
    },
    {
      host: "pc",
      kind: "existing",
      target: "hyperv",
      teams: 0,
      guests: 0,
      cpus: { needed: 0 },
      memory: { needed: 0 },
      disk: { needed: 0 },
    },
  ]);
});

describe("what a team asks counts the exercises that the class comes to", () => {
  const needed = (exercises: readonly string[], state?: object) =>
    capacityOf(planOf("lab", { exercises, ...(state ? { state } : {}) }))[0]?.memory.needed ?? 0;

  test("at the start of 4-docker the farm is to come, and it is counted", () => {
    const alone =
      capacityOf(planOf("lab", { guests: [{ name: "a" }, { name: "b" }] }))[0]?.memory.needed ?? 0;
    const farm = (10 * 12 + 15) * (1e6 / 2 ** 20);
    expect(needed(["4-docker"])).toBeCloseTo(alone + farm, -1);
    expect(needed(["4-docker"])).toBe(needed(["4-docker"], { exercise: "4-docker", at: "solved" }));
  });

  test("the most of all exercises counts, not their sum", () => {
    const most = Math.max(needed(["4-docker"]), needed(["6-wordpress"]));
    expect(needed(["4-docker", "6-wordpress"])).toBe(most);
    expect(most).toBeGreaterThan(Math.min(needed(["4-docker"]), needed(["6-wordpress"])));
  });
});

test("what a team asks is its own, by where it stands and on which target", () => {
  const { teams } = planOf("lab", {
    target: "libvirt",
    hosts: [
      { ...LINUX, shared: true },
      { ...HERE, target: "containers" },
    ],
    guests: [{ name: "a", cpus: 2, memory: 512, disk: { size: 20 } }],
    teams: [
      { id: "t1", host: "pc" },
      { id: "t2", host: "pc", state: { exercise: "2-guest", at: "start" } },
      { id: "t3", host: "here" },
    ],
  });
  expect(teams.map(({ demand }) => demand)).toEqual([
    { cpus: 2, memory: 629, disk: 20 },
    { cpus: 0, memory: 0, disk: 0 },
    { cpus: 0, memory: 115, disk: (100 * 1e6) / 2 ** 30 },
  ]);
});

test("what a class does on another target only is asked of no host here", () => {
  const asked = (exercises: readonly string[]) =>
    teamDemand(
      labSchema.parse({ exercises, state: { exercise: "1-virtualbox", at: "start" } }),
      {},
      "containers",
    );
  // Of these no guest is made on containers: 1-virtualbox has none, hyperv has two elsewhere.
  expect(asked(["1-virtualbox", "hyperv"])).toEqual({ cpus: 0, memory: 0, disk: 0 });
  expect(asked(["1-virtualbox", "4-docker"])).toEqual({
    cpus: 0,
    memory: 359,
    disk: (225 * 1e6) / 2 ** 30,
  });
});
