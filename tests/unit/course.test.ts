import { guestAccess } from "../../course/access";
import { labSchema, nearest, parseLab } from "../../course/config";
import { EXIT, exitCodeOf } from "../../course/faults";
import { COURSE_IMAGES } from "../../course/images";
import { markLabels, readMark } from "../../course/mark";
import { MODES } from "../../course/modes";
import {
  addressToNumber,
  contains,
  freeSubnet,
  gatewayOf,
  isNetworkAddress,
  numberToAddress,
  overlaps,
  parseSubnet,
} from "../../course/network";
import { makePlan } from "../../course/plan";
import { portsNeeded, publishPorts } from "../../course/ports";
import { labRecordSchema } from "../../course/record";
import { supportOf, TARGETS } from "../../course/support";
import { resolveTeams } from "../../course/teams";
import { devConfig, devPlan, faultsOf, guestNamed, planOf, solid } from "./labs";

describe("network", () => {
  test.each([
    ["0.0.0.0", 0],
    ["0.0.0.1", 1],
    ["10.0.0.0", 167_772_160],
    ["127.255.255.255", 2_147_483_647],
    ["128.0.0.0", 2_147_483_648],
    ["192.168.99.99", 3_232_260_963],
    ["255.255.255.255", 4_294_967_295],
  ])("%s is %d", (address, value) => {
    expect(addressToNumber(address)).toBe(value);
    expect(numberToAddress(value)).toBe(address);
  });

  test.each([
    ["192.168.99.0/24", "192.168.99.0", "192.168.99.255", "192.168.99.1"],
    ["192.168.99.99/24", "192.168.99.0", "192.168.99.255", "192.168.99.1"],
    ["10.0.0.0/8", "10.0.0.0", "10.255.255.255", "10.0.0.1"],
    ["192.168.99.8/29", "192.168.99.8", "192.168.99.15", "192.168.99.9"],
    ["192.168.99.15/29", "192.168.99.8", "192.168.99.15", "192.168.99.9"],
    ["255.255.255.0/24", "255.255.255.0", "255.255.255.255", "255.255.255.1"],
    ["255.255.255.248/29", "255.255.255.248", "255.255.255.255", "255.255.255.249"],
    ["172.16.5.4/30", "172.16.5.4", "172.16.5.7", "172.16.5.5"],
    ["1.2.3.4/32", "1.2.3.4", "1.2.3.4", "1.2.3.5"],
    ["200.1.2.3/0", "0.0.0.0", "255.255.255.255", "0.0.0.1"],
  ])("%s goes from %s to %s, host at %s", (cidr, first, last, gateway) => {
    const subnet = parseSubnet(cidr);
    expect(numberToAddress(subnet.first)).toBe(first);
    expect(numberToAddress(subnet.last)).toBe(last);
    expect(gatewayOf(subnet)).toBe(gateway);
    expect(isNetworkAddress(subnet)).toBe(cidr.startsWith(`${first}/`));
  });

  test.each([
    ["192.168.99.0/24", "192.168.100.0/24", false],
    ["192.168.99.0/24", "192.168.99.255/32", true],
    ["192.168.99.0/25", "192.168.99.128/25", false],
    ["10.0.0.0/8", "10.255.255.0/24", true],
    ["10.0.0.0/8", "11.0.0.0/8", false],
    ["0.0.0.0/0", "255.255.255.248/29", true],
  ])("%s and %s share an address: %s", (a, b, expected) => {
    expect(overlaps(parseSubnet(a), parseSubnet(b))).toBe(expected);
    expect(overlaps(parseSubnet(b), parseSubnet(a))).toBe(expected);
  });

  test.each([
    ["192.168.99.7", false],
    ["192.168.99.8", true],
    ["192.168.99.15", true],
    ["192.168.99.16", false],
  ])("192.168.99.8/29 contains %s: %s", (address, expected) => {
    expect(contains(parseSubnet("192.168.99.8/29"), address)).toBe(expected);
  });

  test("the free subnet is the course's own, else the next one, round the end", () => {
    const taken = (from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, index) => parseSubnet(`192.168.${from + index}.0/24`));
    expect(freeSubnet([])).toBe("192.168.99.0/24");
    expect(freeSubnet(taken(99, 101))).toBe("192.168.102.0/24");
    expect(freeSubnet(taken(99, 255))).toBe("192.168.0.0/24");
    expect(freeSubnet([...taken(99, 255), ...taken(0, 97)])).toBe("192.168.98.0/24");
    expect(freeSubnet(taken(0, 255))).toBeUndefined();
    // The tenth after .247 would be .256.
    expect(freeSubnet(taken(99, 246), [1, 9])).toBe("192.168.247.0/24");
    expect(freeSubnet(taken(99, 246), [1, 10])).toBe("192.168.0.0/24");
  });
});

describe("teams", () => {
  test("a count makes team-01, team-02, …", () => {
    const { teams, faults } = resolveTeams(11);
    expect(faults).toEqual([]);
    expect(teams[0]).toStrictEqual({ id: "team-01", slot: 1, label: "team-01" });
    expect(teams[10]).toEqual({ id: "team-11", slot: 11, label: "team-11" });
    expect(teams).toHaveLength(11);
  });

  test("slots come from the entry, else from the number at the id's end; labels are display only", () => {
    expect(
      resolveTeams([
        "2b-team-07",
        { id: "red3" },
        { id: "team-1", slot: 20, label: "1班" },
        { id: "b", slot: 2 },
      ]),
    ).toEqual({
      faults: [],
      teams: [
        { id: "2b-team-07", slot: 7, label: "2b-team-07" },
        { id: "red3", slot: 3, label: "red3" },
        { id: "team-1", slot: 20, label: "1班" },
        { id: "b", slot: 2, label: "b" },
      ],
    });
  });

  test("a label changes nothing but itself", () => {
    const plan = (label: string) =>
      planOf("lab", { teams: [{ id: "a", slot: 3, label }], guests: [{ name: "g" }] });
    expect({ ...plan("1班").teams[0], label: "" }).toEqual({ ...plan("二組").teams[0], label: "" });
    expect(plan("1班").teams[0]?.label).toBe("1班");
  });

  test.each(["team-00", "team-1001", "red"])("%s alone gives no slot", (id) => {
    expect(resolveTeams([id])).toMatchObject({ teams: [], faults: [{ code: "config-value" }] });
  });
});

describe("addresses", () => {
  const input = (teams: unknown, guests: object[]) => ({ teams, guests });
  const two = [
    { name: "a", adapters: [{ switch: "lan", address: "192.168.99.99" }] },
    { name: "b", adapters: [{ mode: "disabled" }, { switch: "lan" }] },
  ];
  const addressesOf = (teams: unknown, guests = two) =>
    Object.fromEntries(
      planOf("lab", input(teams, guests)).teams.map((team) => [
        team.slot,
        team.guests.flatMap((guest) =>
          guest.adapters.map((adapter) => (adapter.mode === "disabled" ? null : adapter.address)),
        ),
      ]),
    );

  test("slot 1 has the course's own, other slots a block of four from .100", () => {
    expect(addressesOf(["t1", "t2", "t3", "t40"])).toEqual({
      1: ["192.168.99.99", null, "192.168.99.11"],
      2: ["192.168.99.100", null, "192.168.99.101"],
      3: ["192.168.99.104", null, "192.168.99.105"],
      40: ["192.168.99.252", null, "192.168.99.253"],
    });
  });

  test("the last usable address is used, the broadcast address is not", () => {
    const one = (index: number) => ({ name: `g${index}`, adapters: [{ switch: "lan" }] });
    const three = [one(0), one(1), one(2)];
    expect(addressesOf(["t40"], three)[40]?.at(-1)).toBe("192.168.99.254");
    const four = parseLab(input(["t40"], [...three, one(3)]));
    expect(faultsOf(makePlan("lab", solid(four)))).toContain("[address-space-exhausted]");
  });

  test("more than four guests make the block eight", () => {
    const five = Array.from({ length: 5 }, (_, index) => ({
      name: `g${index}`,
      adapters: [{ switch: "lan" }],
    }));
    expect(addressesOf(["t2", "t3"], five)).toMatchObject({
      2: { 0: "192.168.99.100" },
      3: { 0: "192.168.99.108", 4: "192.168.99.112" },
    });
  });
});

describe("ports", () => {
  const input = {
    teams: 2,
    access: "published",
    guests: [{ name: "a", docker: [{ kind: "nginx" }] }, { name: "b" }],
  };
  const published = (facts: Parameters<typeof planOf>[2]) =>
    planOf("lab", input, facts).teams.map((team) =>
      team.guests.map((guest) => guest.published.map(({ guestPort, hostPort }) => [guestPort, hostPort])),
    );

  test("HTTP the same number where it is free, SSH from 2201", () => {
    expect(published({})).toEqual([
      [
        [
          [22, 2201],
          [8080, 8080],
        ],
        [[22, 2202]],
      ],
      [
        [
          [22, 2203],
          [8080, 8081],
        ],
        [[22, 2204]],
      ],
    ]);
  });

  test("what others listen on is passed over; what was published before stays and is nobody else's", () => {
    const facts = {
      portsInUse: [2201, 8080],
      publishedBefore: { "lab-team-02-a:8080": 8080, "lab-team-02-b:22": 2202 },
    };
    expect(published(facts)).toEqual([
      [
        [
          [22, 2203],
          [8080, 8081],
        ],
        [[22, 2204]],
      ],
      [
        [
          [22, 2205],
          [8080, 8080],
        ],
        [[22, 2202]],
      ],
    ]);
  });

  test("past the highest port the search goes on at 1024", () => {
    const plan = planOf("lab", {
      ...input,
      guests: [{ name: "a", docker: [{ kind: "nginx", port: 65535 }] }],
    });
    expect(plan.teams.map((team) => team.guests[0]?.published[1]?.hostPort)).toEqual([65535, 1024]);
  });

  test("how many are needed and free", () => {
    const guests = devPlan().teams.flatMap((team) => team.guests);
    expect(portsNeeded(guests, {})).toEqual({ wanted: 15, free: 64512 });
    expect(
      portsNeeded(guests, {
        portsInUse: [80, 1023, 1024, 65535, 2201],
        publishedBefore: { "dev-team-01-ubuntu-test1:22": 2201, "dev-team-09-gone:22": 2300 },
      }),
    ).toEqual({ wanted: 14, free: 64508 });
    expect(publishPorts([], {})).toEqual([]);
  });
});

describe("units", () => {
  test("one: everything in the lab's own stack", () => {
    expect(planOf("lab", { units: "one", teams: 2, guests: [{ name: "a" }] }).units).toEqual([
      {
        stack: "lab",
        kind: "one",
        teams: ["team-01", "team-02"],
        switches: ["lan"],
        hosts: ["this-machine"],
      },
    ]);
  });

  test("per-team, the default: what teams share, then each team", () => {
    expect(planOf("lab", { teams: ["red1", "blue2"], guests: [{ name: "a" }] }).units).toEqual([
      { stack: "lab-site", kind: "site", teams: [], switches: ["lan"], hosts: ["this-machine"] },
      { stack: "lab-red1", kind: "team", teams: ["red1"], switches: [], hosts: ["this-machine"] },
      { stack: "lab-blue2", kind: "team", teams: ["blue2"], switches: [], hosts: ["this-machine"] },
    ]);
  });
});

describe("access", () => {
  const guest = () => guestNamed(devPlan(), "ubuntu-test1");

  test("routed: the guest's own address", () => {
    const access = guestAccess(guest());
    expect(access.address).toBe("192.168.99.99");
    expect(access.ssh).toEqual({ host: "192.168.99.99", port: 22, user: "ubuntu" });
    expect(access.services).toHaveLength(13);
    expect(access.services[0]).toEqual({ stack: "nginx", url: "http://192.168.99.99:8080/" });
    expect(access.services[10]).toEqual({ stack: "nginx-farm", url: "http://192.168.99.99:8010/" });
    expect(access.services[12]).toEqual({ stack: "wordpress", url: "http://192.168.99.99:8060/" });
  });

  test("published: 127.0.0.1 with the ports of the plan", () => {
    const access = guestAccess(guestNamed(devPlan({ routed: false, portsInUse: [8080] }), "ubuntu-test1"));
    expect(access.address).toBe("192.168.99.99");
    expect(access.ssh).toEqual({ host: "127.0.0.1", port: 2201, user: "ubuntu" });
    expect(access.services[0]).toEqual({ stack: "nginx", url: "http://127.0.0.1:8081/" });
  });

  test("disabled: no way in, published ports or not", () => {
    const adapters = [{ mode: "disabled" }] as const;
    expect(guestAccess({ ...guest(), adapters })).toEqual({ services: [] });
    const published = [{ guestPort: 22, hostPort: 2201 }];
    expect(guestAccess({ ...guest(), adapters, published })).toEqual({ services: [] });
  });

  test("a disabled adapter before a connected one does not hide its address", () => {
    expect(guestAccess({ ...guest(), adapters: [{ mode: "disabled" }, ...guest().adapters] }).address).toBe(
      "192.168.99.99",
    );
  });

  test.each([
    ["auto", undefined, "routed"],
    ["auto", true, "routed"],
    ["auto", false, "published"],
    ["routed", false, "routed"],
    ["published", true, "published"],
  ] as const)("configured %s, addresses routed here %s: %s", (access, routed, expected) => {
    const plan = solid(makePlan("dev", { ...devConfig(), access }, routed === undefined ? {} : { routed }));
    expect(plan.access).toBe(expected);
    expect(guestNamed(plan, "ubuntu-test2").published).toHaveLength(expected === "routed" ? 0 : 1);
  });
});

describe("a subnet in use", () => {
  const own = (lab: string, objectName: string, id = "1", labId = "1") => ({
    labId,
    subnets: [{ subnet: "192.168.99.0/24", user: "Docker network", own: { lab, id, objectName } }],
  });
  test("by the lab's own switches, which change with it, is no fault; by another lab it is", () => {
    expect(makePlan("dev", devConfig(), own("dev", "dev-lan")).ok).toBe(true);
    // A lab of the same name in another backend has another id.
    expect(makePlan("dev", devConfig(), own("dev", "dev-lan", "2")).ok).toBe(false);
    expect(makePlan("dev", devConfig(), own("dev", "dev-wan")).ok).toBe(true);
    expect(makePlan("dev", devConfig(), own("other", "other-lan")).ok).toBe(false);
  });
});

describe("mark", () => {
  const mark = { lab: "dev", id: "0123456789abcdef", stack: "dev-site" };
  test.each([mark, { ...mark, team: "team-01" }])("is read as it was written: %j", (value) => {
    expect(readMark(markLabels(value))).toEqual(value);
    expect(readMark({ ...markLabels(value), other: "label" })).toEqual(value);
  });

  test("what lacks the lab or its id is none of ours", () => {
    const { classlab: _lab, ...withoutLab } = markLabels(mark);
    const { "classlab.id": _id, ...withoutId } = markLabels(mark);
    for (const labels of [{}, withoutLab, withoutId, { "com.docker.compose.project": "dev" }]) {
      expect(readMark(labels)).toBeUndefined();
    }
  });

  test("label names are the ones documented", () => {
    expect(markLabels({ ...mark, team: "t" })).toEqual({
      classlab: "dev",
      "classlab.id": "0123456789abcdef",
      "classlab.stack": "dev-site",
      "classlab.team": "t",
    });
  });
});

describe("the lab's record", () => {
  const image = { reference: "classlab/x:1", id: "sha256:1" };
  const record = {
    schemaVersion: 1,
    labId: "0123456789abcdef",
    access: "routed",
    published: { "dev-team-01-a:22": 2201 },
    images: {
      source: "distribution",
      guest: image,
      course: Object.fromEntries(COURSE_IMAGES.map(({ name }) => [name, image])),
    },
  };
  test("is read back", () => expect(labRecordSchema.parse(record)).toEqual(record));

  const { nginx: _nginx, ...lacking } = record.images.course;
  test.each<[string, object]>([
    ["another version", { schemaVersion: 2 }],
    ["an id of other letters", { labId: "0123456789ABCDEF" }],
    ["a longer id", { labId: "0123456789abcdef0" }],
    ["access undecided", { access: "auto" }],
    ["a port that is none", { published: { a: 70000 } }],
    ["a port that is no number", { published: { a: "2201" } }],
    ["a source undecided", { images: { ...record.images, source: "auto" } }],
    ["an image without id", { images: { ...record.images, guest: { reference: "x" } } }],
    ["an image lacking", { images: { ...record.images, course: lacking } }],
    ["an image unknown", { images: { ...record.images, course: { ...record.images.course, extra: image } } }],
    ["an unknown key", { extra: 1 }],
  ])("is refused with %s", (_what, change) => {
    expect(labRecordSchema.safeParse({ ...record, ...change }).success).toBe(false);
  });
});

test("an encrypted value is told with all that is wrong beside it, and once", () => {
  const secure = { secure: "v1:abc" };
  const parsed = parseLab({ teams: secure, target: "vbox", registry: { mirror: [secure], pull: 1 } });
  expect(parsed.ok ? [] : parsed.faults.map(({ code, where }) => `${code} ${where}`)).toEqual([
    "secret-in-lab lab.teams",
    "secret-in-lab lab.registry.mirror[0]",
    "config-value lab.target",
    "config-value lab.registry.mirror",
    "config-unknown-key lab.registry.pull",
  ]);
});

describe("support", () => {
  const switchModes = MODES.filter((mode) => mode !== "disabled");
  test.each(TARGETS.flatMap((target) => switchModes.map((mode) => [target, mode] as const)))(
    "%s says what it does with %s",
    (target, mode) => {
      const support = supportOf(mode, target);
      const config = labSchema.parse({
        target,
        switches: [{ name: "lan", mode }],
        guests: [{ name: "a", adapters: [{ switch: "lan" }] }],
      });
      const result = makePlan("lab", config);
      expect(result.ok).toBe(support.kind !== "refused");
      if (support.kind === "refused") {
        expect(faultsOf(result)).toContain(support.why);
        expect(faultsOf(result)).toContain(support.instead);
      }
    },
  );
});

test.each([
  ["adapter", ["name", "adapters", "docker"], "adapters"],
  ["Switch", ["switch", "mode"], "switch"],
  ["slto", ["id", "slot", "label"], "slot"],
  ["x", ["id", "slot"], undefined],
  ["colour", ["units", "teams"], undefined],
  ["key", [], undefined],
])("the key nearest to %s among %j is %s", (key, known, expected) => {
  expect(nearest(key, known)).toBe(expected);
});

test("defaults are the course's own values", () => {
  const config = labSchema.parse({
    guests: [
      {
        name: "a",
        docker: [{ kind: "nginx" }, { kind: "nginx-farm" }, { kind: "php-apache" }, { kind: "wordpress" }],
      },
    ],
  });
  expect(config).toEqual({
    verify: {
      internetProbe: {
        names: ["connectivity-check.ubuntu.com", "www.msftconnecttest.com"],
        pages: [
          { url: "http://www.msftconnecttest.com/connecttest.txt", contains: "Microsoft Connect Test" },
          { url: "http://detectportal.firefox.com/success.txt", contains: "success" },
        ],
      },
    },
    target: "containers",
    units: "per-team",
    teams: 1,
    switches: [{ name: "lan", mode: "bridged", subnet: "192.168.99.0/24" }],
    guests: [
      {
        name: "a",
        adapters: [],
        docker: [
          { kind: "nginx", port: 8080 },
          { kind: "nginx-farm", firstPort: 8001, count: 100 },
          { kind: "php-apache", port: 8070 },
          { kind: "wordpress", port: 8060 },
        ],
        cpus: 2,
        memory: 4096,
        disk: { size: 10, format: "auto", allocation: "dynamic" },
        nested: false,
        os: "linux",
        clipboard: "off",
        snapshots: [],
        clones: [],
      },
    ],
    images: { machine: "built", source: "auto" },
    access: "auto",
    edition: "current",
    hosts: [{ kind: "this-machine", name: "this-machine" }],
    spareTeams: 0,
    channels: ["classroom"],
    language: "ja",
    site: { network: { dns: [], ntp: [], link: "wired", macRegistration: false } },
    licences: {},
  });
});

test("an empty lab is the course's own: two guests on the classroom LAN, what is made on them, and room for it", () => {
  const plan = planOf("course", {});
  expect(
    plan.teams[0]?.guests.map(({ name, adapters, docker }) => [name, adapters.length, docker.length]),
  ).toEqual([
    ["ubuntu-test1", 1, 4],
    ["ubuntu-test2", 1, 0],
  ]);
  expect(guestNamed(plan, "ubuntu-test1")).toMatchObject({
    memory: { start: 4096, min: 4096, max: 4096 },
    disk: { size: 10, allocation: "dynamic" },
    locale: "ja_JP.UTF-8",
    keyboard: "jp",
    timeZone: "Asia/Tokyo",
  });
});

test("the exit code is that of the first fault", () => {
  const fault = (code: "docker-not-running" | "config-value" | "engine-failed" | "stack-locked") => ({
    code,
    where: "here",
    what: "it broke",
  });
  expect(exitCodeOf([])).toBe(EXIT.done);
  expect(exitCodeOf([fault("config-value"), fault("engine-failed")])).toBe(2);
  expect(exitCodeOf([fault("engine-failed"), fault("config-value")])).toBe(1);
  expect(exitCodeOf([fault("docker-not-running")])).toBe(3);
  expect(exitCodeOf([fault("stack-locked")])).toBe(7);
});
