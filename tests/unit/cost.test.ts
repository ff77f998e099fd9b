import fc from "fast-check";
import { hostSchema } from "../../course/config/hosts";
import { estimateCost } from "../../course/cost/estimate";
import type { RentedHost } from "../../course/cost/hosts";
import { linesOf } from "../../course/cost/lines";
import { formatMoney, type Money, money } from "../../course/cost/money";
import { PRICE_SOURCES, PRICES } from "../../course/cost/prices";
import { TRAFFIC } from "../../course/cost/traffic";
import type { LabPlan } from "../../course/plan";
import { planOf } from "./labs";

const CALENDAR = {
  preparation: "2027-01-14",
  lessons: [
    { start: "2027-01-15T09:00", end: "2027-01-15T12:00" },
    { start: "2027-01-18T13:00", end: "2027-01-18T17:00" },
  ],
  extension: 30,
  hardEnd: "2027-01-18T18:00",
  teardown: "2027-01-19",
};

const EC2 = {
  kind: "ec2",
  name: "cloud",
  target: "hyperv",
  region: "ap-northeast-1",
  instanceType: "m8i.2xlarge",
  os: "windows",
  disk: 100,
  allowedCidrs: ["203.0.113.0/24"],
};

const AZURE = {
  kind: "azure",
  name: "cloud",
  target: "hyperv",
  location: "japaneast",
  vmSize: "Standard_D4s_v5",
  os: "windows",
  bastion: true,
  allowedCidrs: [],
};

function cohort(host: object, teams: number, rest: object = { calendar: CALENDAR }): LabPlan {
  return planOf("lab", {
    teams,
    target: "hyperv",
    hosts: [host],
    switches: [{ name: "lan", mode: "nat-network", subnet: "192.168.20.0/24" }],
    guests: [{ name: "server", adapters: [{ switch: "lan" }] }],
    ...rest,
  });
}

const cents = (amount: Money | undefined) => amount?.usd.toFixed(2);
const inEnglish = (words: readonly { readonly en: string }[]) => words.map(({ en }) => en);

describe("three teams on EC2 in Tokyo, over a weekend", () => {
  // 11 h running, 94 h stopped, 30 h after the hard end. One host: instance 0.54684, Windows 8 × 0.046 = 0.368,
  // disk 100 × 0.096 / 730 = 0.01315068, address 0.005 an hour; 1 GB × 0.114 out in each of two lessons.
  const estimate = estimateCost(cohort(EC2, 3));

  test("by state", () => {
    expect(estimate.byState).toEqual({
      running: {
        perHour: { usd: 2.799, jpy: 439.44 },
        perDay: { usd: 67.1753, jpy: 10546.53 },
        hours: 11,
        total: { usd: 30.7887, jpy: 4833.82 },
      },
      stopped: {
        perHour: { usd: 0.0545, jpy: 8.55 },
        perDay: { usd: 1.3068, jpy: 205.18 },
        hours: 94,
        total: { usd: 5.1185, jpy: 803.6 },
      },
      ended: {
        perHour: { usd: 0.0545, jpy: 8.55 },
        perDay: { usd: 1.3068, jpy: 205.18 },
        hours: 30,
        total: { usd: 1.6336, jpy: 256.47 },
      },
    });
  });

  test("to the cent: from preparation to teardown, the course, each day of lessons, each team", () => {
    // The clock stops hosts and gives nothing back: 3 × (11 × 0.91484 + 135 × (0.01315068 + 0.005) + 0.228) = 3 × 12.74158
    expect(cents(estimate.calendar?.total)).toBe("38.22");
    expect(estimate.calendar?.total.jpy).toBe(6001.29);
    // From Friday 09:00 to Monday 17:30: 3 × (8.5 × 0.93299068 + 72 × 0.01815068 + 0.228) = 3 × 9.46527
    expect(cents(estimate.calendar?.course)).toBe("28.40");
    // Friday 4 h running, 20 h stopped; Monday 5 h running, 13 h stopped, 6 h after the hard end.
    expect(estimate.calendar?.lessonDays.map(({ day, cost }) => [day, cents(cost)])).toEqual([
      ["2027-01-15", "12.63"],
      ["2027-01-18", "15.37"],
    ]);
    expect(estimate.teams.map(({ team, total }) => [team, cents(total)])).toEqual([
      ["team-01", "12.74"],
      ["team-02", "12.74"],
      ["team-03", "12.74"],
    ]);
  });

  test("its lines", () => {
    expect(
      estimate.lines.map(({ what, count, perHour, source }) => [what.en, count, perHour, source]),
    ).toEqual([
      ["host m8i.2xlarge, ap-northeast-1", 3, { running: 0.54684, stopped: 0, ended: 0 }, "ec2Tokyo"],
      ["Windows licence for 8 vCPU", 3, { running: 0.368, stopped: 0, ended: 0 }, "ec2Windows"],
      ["disk of 100 GiB", 3, { running: 9.6 / 730, stopped: 9.6 / 730, ended: 9.6 / 730 }, "ebsTokyo"],
      ["public IPv4 address", 3, { running: 0.005, stopped: 0.005, ended: 0.005 }, "awsAddress"],
      ["traffic to the internet", 3, { running: 0, stopped: 0, ended: 0 }, "awsOutTokyo"],
    ]);
  });

  test("another rate of exchange", () => {
    const dear = estimateCost(cohort(EC2, 3), { ...PRICES, usdJpy: { yen: 200, source: "bankOfJapan" } });
    expect(dear.calendar?.total).toEqual({ usd: estimate.calendar?.total.usd, jpy: 7644.95 });
  });
});

describe("two teams on Azure in Japan, behind Bastion and a NAT gateway, over a weekend", () => {
  const estimate = estimateCost(cohort(AZURE, 2));

  test("to the cent", () => {
    // Shared: 135 × (0.045 + 0.005 + 0.29 + 0.005) = 46.575.
    // One host: 11 × (0.248 + 4 × 0.046) = 4.752; disk 135 × 9.6 / 730 = 1.77534; out 2 × 0.12 = 0.24;
    // through the NAT gateway (20 + 2 × 3) × 0.045 = 1.17.
    expect(cents(estimate.calendar?.total)).toBe("62.45");
    expect(estimate.teams.map(({ total }) => cents(total))).toEqual(["31.22", "31.22"]);
    expect(estimate.teams.map(({ perHour }) => perHour.stopped.usd)).toEqual([0.1857, 0.1857]);
    expect(estimate.byState.stopped.perHour.usd).toBe(0.3713);
    expect(estimate.byState.ended.perHour.usd).toBe(0.3713);
  });

  test("what teams share stands once", () => {
    expect(
      estimate.lines.filter(({ shared }) => shared).map(({ what, count }) => [what.en, what.ja, count]),
    ).toEqual([
      ["NAT gateway, japaneast", "NAT ゲートウェイ（japaneast）", 1],
      [
        "public IPv4 address of the NAT gateway, japaneast",
        "NAT ゲートウェイ（japaneast）のパブリック IPv4 アドレス",
        1,
      ],
      ["Azure Bastion (Standard), japaneast", "Azure Bastion（Standard、japaneast）", 1],
      [
        "public IPv4 address of the Azure Bastion (Standard), japaneast",
        "Azure Bastion（Standard、japaneast）のパブリック IPv4 アドレス",
        1,
      ],
    ]);
  });

  test("who is told of costs is said", () => {
    const budget = { usd: 300, emails: ["staff@example.com"] };
    const told = estimateCost(cohort(AZURE, 1, { calendar: CALENDAR, budget }));
    expect(inEnglish(told.assumptions)).toContain(
      "each cloud writes to staff@example.com when 50, 80, 100 % of $300 a month are spent, some hours late",
    );
    expect(JSON.stringify(estimate.assumptions)).not.toContain("writes to");
  });

  test("stopped and deallocated are told apart", () => {
    expect(inEnglish(estimate.assumptions)).toContain(
      "disks of Azure are Standard SSD (LRS), billed by the next larger size; stopped means deallocated: a host that is shut down from inside stays allocated and bills like a running one",
    );
  });
});

describe("what an estimate says of itself", () => {
  test("without a calendar there are rates only", () => {
    const estimate = estimateCost(cohort(EC2, 1, {}));
    expect(estimate).not.toHaveProperty("calendar");
    expect(estimate.byState.running).toEqual({
      perHour: { usd: 0.933, jpy: 146.48 },
      perDay: { usd: 22.3918, jpy: 3515.51 },
    });
    expect(estimate.teams[0]).not.toHaveProperty("total");
    expect(inEnglish(estimate.assumptions)).toContain("the lab has no calendar: there are rates only");
  });

  test("machines of one's own cost nothing, and it says so", () => {
    const estimate = estimateCost(planOf("lab", { teams: 2, calendar: CALENDAR }));
    expect(estimate.lines).toEqual([]);
    expect(estimate.calendar?.total).toEqual({ usd: 0, jpy: 0 });
    expect(estimate.assumptions).toEqual([
      {
        en: "2 of 2 teams run on machines of your own: they cost nothing here",
        ja: "2 チーム中 2 チームは手元のマシンを使うため、この概算では費用がかかりません",
      },
    ]);
    expect(estimate.notIncluded).toEqual([]);
    expect(estimate.complete).toBe(true);
  });

  test("the gateways of channels are said to be counted or not", () => {
    const said = (channels: LabPlan["channels"]) =>
      inEnglish(estimateCost(cohort(EC2, 1, { channels })).notIncluded).filter((text) =>
        /gateway/.test(text),
      );
    expect(said(["classroom"])).toEqual([]);
    expect(said(["rdp", "browser"])).toEqual([
      "traffic through the gateway of the channel browser",
      "an RDP gateway of its own; RDP goes through SSH to the hosts' public addresses or by Azure Bastion, which are counted",
    ]);
  });

  test("it is labelled, and every text is there in both languages", () => {
    const estimate = estimateCost(cohort(AZURE, 1));
    expect(estimate.label.en).toMatch(/^Estimate from list prices/);
    for (const { en, ja } of [estimate.label, ...estimate.assumptions, ...estimate.notIncluded]) {
      expect(en).toMatch(/^[\x20-\x7e¥（）報告省令レート]+$/);
      expect(ja).toMatch(/[ぁ-んァ-ヶ一-龠]/);
    }
  });
});

function rented(input: object, teams = 1): RentedHost[] {
  const host = hostSchema.parse(input);
  if (host.kind !== "ec2" && host.kind !== "azure") throw new Error("not a host of a cloud");
  return Array.from({ length: teams }, (_, index) => ({ team: `team-${index + 1}`, host }));
}

const always = (usd: number) => ({ running: usd, stopped: usd, ended: usd });

describe("lines of rented hosts", () => {
  test("hosts of EC2 that staff alone come to have a public address all the same: they get out by it", () => {
    const { lines } = linesOf(rented({ ...EC2, sessionManager: true, allowedCidrs: [] }, 2), PRICES, TRAFFIC);
    expect(
      lines.map(({ what, count, perHour, traffic }) => [what.en, count, perHour.stopped, traffic]),
    ).toEqual([
      ["host m8i.2xlarge, ap-northeast-1", 2, 0, { preparation: 0, lesson: 0 }],
      ["Windows licence for 8 vCPU", 2, 0, { preparation: 0, lesson: 0 }],
      ["disk of 100 GiB", 2, 9.6 / 730, { preparation: 0, lesson: 0 }],
      ["public IPv4 address", 2, 0.005, { preparation: 0, lesson: 0 }],
      ["traffic to the internet", 2, 0, { preparation: 0, lesson: 0.114 }],
    ]);
  });

  test("the gateway for browsers is counted once in each region, as a small host that is reached from outside", () => {
    const hosts = [...rented(EC2, 2), ...rented(AZURE).map((one) => ({ ...one, team: "team-3" }))];
    const { lines } = linesOf(hosts, PRICES, TRAFFIC, true);
    const NAME = "gateway of the channel browser (reserved): ";
    const own = lines.filter(({ what }) => what.en.startsWith(NAME));
    expect(
      own.map(({ what, count, perHour, shared, teams, traffic }) => [
        what.en.slice(NAME.length),
        count,
        perHour,
        shared,
        teams,
        traffic,
      ]),
    ).toEqual(
      [
        ["host m8i.large, ap-northeast-1", { running: 0.13671, stopped: 0, ended: 0 }, ["team-1", "team-2"]],
        ["disk of 32 GiB", always((32 * 0.096) / 730), ["team-1", "team-2"]],
        ["public IPv4 address", always(0.005), ["team-1", "team-2"]],
        ["host Standard_D4s_v5, japaneast", { running: 0.248, stopped: 0, ended: 0 }, ["team-3"]],
        ["disk of 32 GiB", always(2.4 / 730), ["team-3"]],
        ["public IPv4 address", always(0.005), ["team-3"]],
      ].map(([what, perHour, teams]) => [what, 1, perHour, true, teams, { preparation: 0, lesson: 0 }]),
    );
    expect(own[0]?.what.ja).toBe(
      "ブラウザー接続用のゲートウェイ（予約）：ホスト m8i.large（ap-northeast-1）",
    );
    expect(lines.filter((line) => !own.includes(line))).toEqual(linesOf(hosts, PRICES, TRAFFIC).lines);
  });

  test("the gateway is in the sum of a lab that reserves it, and in what that rests on", () => {
    const perHour = (channels: LabPlan["channels"]) =>
      estimateCost(cohort(EC2, 2, { channels })).byState.running.perHour.usd;
    // 0.13671 for the host, 32 × 0.096 / 730 = 0.00420822 for its disk, 0.005 for its address.
    expect(perHour(["classroom", "browser"]) - perHour(["classroom"])).toBeCloseTo(0.1459, 4);
    const rests = (host: object, channels: LabPlan["channels"]) =>
      inEnglish(estimateCost(cohort(host, 2, { channels })).assumptions).filter((text) =>
        text.includes("browser"),
      );
    expect(rests(EC2, ["classroom"])).toEqual([]);
    expect(rests(AZURE, ["browser"])).toEqual([
      "the gateway of the channel browser is reserved and not made yet; it is counted as one Linux host Standard_D4s_v5 with 32 GiB in each region, which runs when hosts run",
    ]);
  });

  test("hosts that differ have lines of their own; regions and clouds do not mix", () => {
    const { lines } = linesOf(
      [
        ...rented(EC2),
        ...rented({ ...EC2, target: "libvirt", os: "linux", region: "us-east-1" }),
        ...rented({ ...AZURE, bastion: false, allowedCidrs: ["203.0.113.0/24"], os: "linux" }),
        ...rented(EC2),
      ],
      PRICES,
      TRAFFIC,
    );
    expect(
      lines
        .filter(({ what }) => /^host/.test(what.en))
        .map(({ what, count, perHour }) => [what.en, count, perHour.running]),
    ).toEqual([
      ["host m8i.2xlarge, ap-northeast-1", 2, 0.54684],
      ["host m8i.2xlarge, us-east-1", 1, 0.42336],
      ["host Standard_D4s_v5, japaneast", 1, 0.248],
    ]);
    expect(lines.filter(({ shared }) => shared)).toEqual([]);
  });

  test.each([
    [129, 19.2],
    [128, 9.6],
    [1, 2.4],
    [4096, 307.2],
  ])("a disk of %i GiB on Azure bills %f a month", (disk, usd) => {
    const { lines } = linesOf(rented({ ...AZURE, disk }), PRICES, TRAFFIC);
    expect(lines.find(({ what }) => what.en === `disk of ${disk} GiB`)?.perHour.ended).toBe(usd / 730);
  });

  test.each([
    [
      { ...EC2, instanceType: "i3.metal" },
      "hosts i3.metal in ap-northeast-1: no price in the table",
      "ap-northeast-1 のホスト i3.metal（料金表に価格がありません）",
    ],
    [
      { ...EC2, region: "eu-north-1" },
      "everything in eu-north-1: no price in the table",
      "eu-north-1 のすべて（料金表に価格がありません）",
    ],
    [
      { ...AZURE, location: "constructor" },
      "everything in constructor: no price in the table",
      "constructor のすべて（料金表に価格がありません）",
    ],
    [
      { ...AZURE, disk: 4097 },
      "disks of 4097 GiB in japaneast: no price in the table",
      "japaneast のディスク 4097 GiB（料金表に価格がありません）",
    ],
  ])("what has no price is named", (host, en, ja) => {
    const { missing, lines } = linesOf(rented(host, 2), PRICES, TRAFFIC);
    expect(missing).toEqual([{ en, ja }]);
    expect(lines.some(({ what }) => /^(host|Windows)/.test(what.en))).toBe(en.includes("disks"));
    const plan = cohort(EC2, 2);
    const estimate = estimateCost({
      ...plan,
      hosts: plan.hosts.map((entry) => ({ ...entry, config: rented(host)[0]?.host ?? entry.config })),
    });
    expect(estimate.complete).toBe(false);
    expect(estimate.notIncluded[0]).toEqual({ en, ja });
  });
});

describe("the table", () => {
  test("every source is used, dated and has an address", () => {
    const text = JSON.stringify(PRICES);
    for (const [key, source] of Object.entries(PRICE_SOURCES)) {
      expect(text).toContain(`"source":"${key}"`);
      expect(source.date).toMatch(/^20\d\d-\d\d-\d\d$/);
      expect(source.date <= PRICES.date).toBe(true);
      expect(source.url).toMatch(/^https:\/\//);
    }
  });

  test("figures of the sources", () => {
    const { ec2, azure } = PRICES.regions;
    expect(ec2["us-east-1"]?.instances["m8i.xlarge"]).toEqual({
      vcpus: 4,
      usd: 0.21168,
      source: "ec2UsEast",
    });
    expect(ec2["us-east-1"]?.instances["c8i.xlarge"]?.usd).toBe(0.18742);
    expect(ec2["us-east-1"]?.instances["r8i.8xlarge"]?.usd).toBe(2.22272);
    expect(ec2["us-east-1"]?.instances["r8i-flex.4xlarge"]?.usd).toBe(1.05576);
    expect(ec2["us-east-1"]?.instances["c8i-flex.large"]?.usd).toBe(0.08902);
    expect(ec2["us-east-1"]?.instances["m8i-flex.2xlarge"]?.usd).toBe(0.4022);
    expect(ec2["ap-northeast-1"]?.instances["m8i-flex.8xlarge"]?.usd).toBe(2.07792);
    expect(azure.japaneast?.instances.Standard_E16s_v6).toEqual({ vcpus: 16, usd: 1.277, source: "azureVm" });
  });
});

describe("more never costs less", () => {
  const total = (host: object, teams: number, calendar: object): number => {
    const amount = estimateCost(cohort(host, teams, { calendar })).calendar?.total.usd;
    if (amount === undefined) throw new Error("no calendar");
    return amount;
  };
  const local = (minutes: number) =>
    new Date(Date.UTC(2027, 0, 18) + minutes * 60_000).toISOString().slice(0, 16);
  const labs = fc.record({
    host: fc.constantFrom(EC2, AZURE, { ...EC2, target: "libvirt", os: "linux", region: "us-east-1" }),
    start: fc.integer({ min: 0, max: 20_000 }),
    length: fc.integer({ min: 1, max: 600 }),
    extension: fc.integer({ min: 0, max: 120 }),
    hardEnd: fc.option(fc.integer({ min: 0, max: 22_000 }), { nil: undefined }),
    teams: fc.integer({ min: 1, max: 8 }),
    more: fc.integer({ min: 0, max: 600 }),
  });
  const calendarOf = (
    lab: { start: number; extension: number; hardEnd?: number | undefined },
    length: number,
  ) => ({
    lessons: [{ start: local(lab.start), end: local(lab.start + length) }],
    extension: lab.extension,
    // A hard end before the lesson is over would be refused.
    ...(lab.hardEnd === undefined ? {} : { hardEnd: local(lab.start + 1200 + lab.extension + lab.hardEnd) }),
  });

  test("a longer lesson", () => {
    fc.assert(
      fc.property(labs, (lab) => {
        const shorter = total(lab.host, lab.teams, calendarOf(lab, lab.length));
        const longer = total(lab.host, lab.teams, calendarOf(lab, lab.length + lab.more));
        expect(longer).toBeGreaterThanOrEqual(shorter);
        if (lab.more > 0) expect(longer).toBeGreaterThan(shorter);
      }),
      { numRuns: 200 },
    );
  });

  test("one team more; and the teams' parts are the whole", () => {
    fc.assert(
      fc.property(labs, (lab) => {
        const calendar = calendarOf(lab, lab.length);
        expect(total(lab.host, lab.teams + 1, calendar)).toBeGreaterThan(
          total(lab.host, lab.teams, calendar),
        );
        const estimate = estimateCost(cohort(lab.host, lab.teams, { calendar }));
        const parts = estimate.teams.reduce((sum, team) => sum + (team.total?.usd ?? 0), 0);
        // Each part is rounded to a hundredth of a cent.
        expect(Math.abs(parts - (estimate.calendar?.total.usd ?? 0))).toBeLessThan(0.001);
      }),
      { numRuns: 200 },
    );
  });
});

test("money as staff read it", () => {
  expect(money(1234.50004, 157)).toEqual({ usd: 1234.5, jpy: 193816.51 });
  expect(formatMoney({ usd: 1234.5, jpy: 193816.51 })).toBe("$1,234.50 (¥193,817)");
  expect(formatMoney({ usd: 0.0545, jpy: 8.55 })).toBe("$0.05 (¥9)");
  expect(formatMoney({ usd: 1234567.891, jpy: 999.4 })).toBe("$1,234,567.89 (¥999)");
});
