import { renderHostUserData } from "../../components/hosts/cloudConfig";
import { choose } from "../../components/hosts/ec2/choice";
import { sshKeyFromText } from "../../components/sshKey";
import { clockOf } from "../../course/clouds/clock";
import { cloudNetwork, cloudSubnet } from "../../course/clouds/network";
import { cloudTags } from "../../course/clouds/tags";
import { MAX_SLOT, parseLab } from "../../course/config";
import { contains, overlaps, parseSubnet } from "../../course/network";
import { makePlan } from "../../course/plan";
import { cloudLab, EC2 } from "../support/cloudLabs";
import { faultsOf, planOf, solid } from "./labs";
import { cloudConfigFaults, NO_CLOUD_INIT } from "./libvirtLab";

describe("the network of cloud hosts", () => {
  test("the first that no switch of the lab meets", () => {
    expect(cloudNetwork(planOf("lab", cloudLab([EC2])))).toBe("10.200.0.0/16");
    const switches = [{ name: "out", mode: "nat-network", subnet: "10.200.7.0/24" }];
    expect(cloudNetwork(planOf("lab", { ...cloudLab([EC2]), switches }))).toBe("10.201.0.0/16");
    expect(cloudNetwork({ switches: [] })).toBe("10.200.0.0/16");
  });

  test("every slot has a subnet in it, and none meets another", () => {
    const network = parseSubnet("10.200.0.0/16");
    const subnets = Array.from({ length: MAX_SLOT }, (_, index) =>
      parseSubnet(cloudSubnet("10.200.0.0/16", index + 1)),
    );
    expect(subnets[0]?.cidr).toBe("10.200.0.0/26");
    expect(subnets[MAX_SLOT - 1]?.cidr).toBe("10.200.249.192/26");
    for (const [index, subnet] of subnets.entries()) {
      expect(contains(network, subnet.cidr.split("/")[0] ?? "")).toBe(true);
      const next = subnets[index + 1];
      if (next) expect(overlaps(subnet, next)).toBe(false);
    }
  });
});

describe("tags", () => {
  const mark = { lab: "lab", id: "0123456789abcdef", stack: "lab-hosts" };
  test("without a calendar nothing says when an object should be gone, and what teams share has no team", () => {
    expect(cloudTags({ mark, schedule: undefined }, "lab-network")).toEqual({
      Name: "lab-network",
      classlab: "lab",
      "classlab.id": "0123456789abcdef",
      "classlab.stack": "lab-hosts",
    });
  });
});

describe("the clock", () => {
  const clock = (calendar: object) => {
    const { schedule } = planOf("lab", { ...cloudLab([EC2]), calendar });
    if (!schedule) throw new Error("no schedule");
    const { entries, end } = clockOf(schedule);
    return [...entries.map(({ name, at }) => `${name} ${at}`), `end ${end}`];
  };

  test("hosts are made running, stop with each lesson, and end where the lab should be gone", () => {
    const lessons = [{ start: "2027-01-18T09:00", end: "2027-01-18T12:00" }];
    // 12:00 in Tokyo; the day after the last lesson begins at 15:00 UTC.
    expect(clock({ lessons })).toEqual([
      "stop-20270118T030000Z 2027-01-18T03:00:00.000Z",
      "end 2027-01-18T15:00:00.000Z",
    ]);
  });

  test("a day of preparation is one of its own; the hard end is the end", () => {
    const lessons = [
      { start: "2027-01-18T09:00", end: "2027-01-18T12:00" },
      { start: "2027-01-20T09:00", end: "2027-01-20T12:00" },
    ];
    const teardown = "2027-01-22";
    expect(clock({ lessons, preparation: "2027-01-15", hardEnd: "2027-01-20T18:00", teardown })).toEqual([
      "stop-20270115T020000Z 2027-01-15T02:00:00.000Z",
      "start-20270117T233000Z 2027-01-17T23:30:00.000Z",
      "stop-20270118T030000Z 2027-01-18T03:00:00.000Z",
      "start-20270119T233000Z 2027-01-19T23:30:00.000Z",
      "stop-20270120T030000Z 2027-01-20T03:00:00.000Z",
      "end 2027-01-20T09:00:00.000Z",
    ]);
  });
});

describe("what Amazon has", () => {
  const { config } = planOf("lab", cloudLab([EC2])).hosts[0] ?? {};
  if (config?.kind !== "ec2") throw new Error("no host of EC2");
  const facts = {
    supportedCpuFeatures: ["nested-virtualization"],
    bareMetal: false,
    zones: ["a-1c", "a-1a"],
  };

  test("the first zone by its name that has the type", () => {
    expect(choose(config, "ami-1", facts)).toEqual({ image: "ami-1", zone: "a-1a", metal: false });
  });

  test("a machine that is no guest itself nests without the feature", () => {
    const metal = { ...facts, bareMetal: true, supportedCpuFeatures: [] };
    expect(choose(config, "ami-1", metal)).toEqual({ image: "ami-1", zone: "a-1a", metal: true });
  });

  test("a type in which no guests run, and one that no zone has, are refused with what shows the others", () => {
    expect(() => choose(config, "ami-1", { ...facts, supportedCpuFeatures: ["amd-sev-snp"] })).toThrow(
      /^cloud-type-unfit: host "aws": Amazon says of m8i\.xlarge in ap-northeast-1 that no guests run in it\. .*Values=nested-virtualization$/,
    );
    expect(() => choose(config, "ami-1", { ...facts, zones: [] })).toThrow(
      /^cloud-type-unfit: host "aws": no zone of ap-northeast-1 has m8i\.xlarge\. /,
    );
  });
});

describe("user data of a host", () => {
  const settings = {
    name: "aws-team-01",
    authorizedKey: "ssh-ed25519 AAAA lab",
    hostKey: sshKeyFromText("seed", "aws-team-01"),
  };

  (NO_CLOUD_INIT ? test.skip : test)(
    "cloud-init takes it, with and without what is hidden from guests",
    () => {
      const hidden = ["169.254.169.254", "168.63.129.16"];
      expect(cloudConfigFaults(renderHostUserData(settings))).toBe("");
      expect(cloudConfigFaults(renderHostUserData({ ...settings, hidden }))).toBe("");
    },
  );

  test("it is never longer than Amazon takes", () => {
    expect(() => renderHostUserData({ ...settings, authorizedKey: "x".repeat(17_000) })).toThrow(
      /^user data of aws-team-01 has \d+ bytes, more than 16384$/,
    );
  });
});

test("a team whose stack would be that of hosts is refused, where there are hosts in clouds", () => {
  expect(faultsOf(makePlan("lab", solid(parseLab(cloudLab([EC2], [{ id: "hosts", slot: 1 }])))))).toBe(
    'lab.teams: the stack of team "hosts" would have the name of the stack for hosts in clouds. Expected another id, or "units: one". [duplicate-team]',
  );
  const local = planOf("lab", { teams: [{ id: "hosts", slot: 1 }] });
  expect(local.units.map(({ stack }) => stack)).toEqual(["lab-site", "lab-hosts"]);
});
