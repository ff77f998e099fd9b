import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FaultError } from "../../course/faults";
import { gatherFacts, portsInUse } from "../../operations/facts";
import { refuseUnbuilt } from "../../operations/plan";
import { chooseTeams } from "../../operations/rotate";
import { LAB_KEY, readStackFile } from "../../operations/stackFile";
import { StandInDocker } from "../support/standInDocker";
import { EC2, OUT, planOf } from "./labs";

describe("readStackFile", () => {
  const folder = mkdtempSync(join(tmpdir(), "classlab-stacks-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const text = `config:\n  ${LAB_KEY}:\n    guests:\n      - name: a\n`;
  const read = (name: string, content = text) => {
    writeFileSync(join(folder, name), content);
    return readStackFile(join(folder, name));
  };

  test.each([
    ["Pulumi.dev.yaml", "dev"],
    ["Pulumi.class-2.yml", "class-2"],
    ["course.yaml", "course"],
    ["Pulumi.a.b.yaml", "a.b"],
  ])("%s is lab %s", (name, lab) => {
    const file = read(name);
    expect(file.lab).toBe(lab);
    expect(file.path).toBe(join(folder, name));
    expect(file.config.guests).toMatchObject([{ name: "a", adapters: [], docker: [] }]);
  });

  test("keeps the rest of the document, and what anchors repeat", () => {
    const file = read(
      "Pulumi.x.yaml",
      `encryptionsalt: v1:abc\nconfig:\n  other:key: 1\n  ${LAB_KEY}:\n    guests:\n      - name: a\n        adapters: &one\n          - switch: lan\n      - name: b\n        adapters: *one\n`,
    );
    expect(file.document).toMatchObject({ encryptionsalt: "v1:abc", config: { "other:key": 1 } });
    expect(file.config.guests[1]?.adapters).toEqual([{ switch: "lan" }]);
  });

  test.each([
    ["", "config-missing"],
    ["config:\n", "config-missing"],
    ["config: 5\n", "config-missing"],
  ])("%j has no lab", (content, code) => {
    expect(() => read("Pulumi.y.yaml", content)).toThrow(`[${code}]`);
  });

  test("a folder is no file", () => {
    mkdirSync(join(folder, "labs"), { recursive: true });
    expect(() => readStackFile(join(folder, "labs"))).toThrow(FaultError);
    expect(() => readStackFile(join(folder, "labs"))).toThrow("this is a folder");
  });
});

describe("gatherFacts", () => {
  let docker: StandInDocker;
  beforeEach(async () => {
    docker = await StandInDocker.start();
  });
  afterEach(() => docker.stop());
  const network = (Name: string, Subnet: string, Labels: Record<string, string> | null = null) => ({
    Name,
    Labels,
    Options: null,
    IPAM: { Config: [{ Subnet, Gateway: Subnet.replace(/0\/.*/, "1") }] },
  });

  test("tells whose each network is, and leaves IPv6 and networks without addresses out", async () => {
    docker.answers([
      network("bridge", "203.0.113.0/24"),
      network("dev-lan", "192.168.99.0/24", { classlab: "dev", "classlab.id": "1", "classlab.stack": "dev" }),
      network("six", "fd00::/64"),
      { ...network("host", "x"), IPAM: { Config: null } },
      { ...network("none", "x"), IPAM: { Config: [{}] } },
    ]);
    const facts = await gatherFacts();
    expect(facts.subnets?.filter((entry) => entry.user.startsWith("Docker"))).toEqual([
      { subnet: "203.0.113.0/24", user: 'Docker network "bridge"' },
      {
        subnet: "192.168.99.0/24",
        user: 'Docker network "dev-lan" of lab "dev"',
        own: { lab: "dev", id: "1", objectName: "dev-lan" },
      },
    ]);
    // A gateway of the documentation's range is no address of this machine.
    expect(facts.routed).toBe(false);
    expect(docker.asked).toEqual(["GET /networks?filters={}"]);
  });

  test("without a network bridge nothing is said of routing; without networks none is looked at", async () => {
    docker.answers([network("other", "203.0.113.0/24")]);
    expect((await gatherFacts()).routed).toBeUndefined();
    docker.answers([]);
    expect((await gatherFacts()).routed).toBeUndefined();
  });
});

test("a port that something listens on is in use, and free again afterwards", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  expect(await portsInUse([address.port])).toEqual([address.port]);
  await new Promise((resolve) => server.close(resolve));
  expect(await portsInUse([address.port])).toEqual([]);
  expect(await portsInUse([])).toEqual([]);
});

describe("whose secrets are rotated", () => {
  const plan = planOf("lab", { teams: 3, guests: [{ name: "a" }] });
  const chosen = (teams: readonly string[] | "all") => chooseTeams(plan, teams).map((team) => team.id);

  test("the named teams, once each; or all", () => {
    expect(chosen(["team-03", "team-01", "team-03"])).toEqual(["team-01", "team-03"]);
    expect(chosen("all")).toEqual(["team-01", "team-02", "team-03"]);
  });

  test("none named, or one that the lab does not have", () => {
    expect(() => chosen([])).toThrow("Add --team team-01 or --all. [no-team-chosen]");
    expect(() => chosen(["team-01", "team-9"])).toThrow(
      "--team team-9: lab lab has no such team. Expected one of team-01, team-02, team-03. [unknown-team]",
    );
  });
});

describe("refuseUnbuilt", () => {
  const refused = (lab: object) => {
    try {
      refuseUnbuilt(planOf("lab", lab));
      return "not refused";
    } catch (error) {
      return error instanceof FaultError ? error.message : "another error";
    }
  };

  const EXPECTED =
    "Expected containers or libvirt or virtualbox on this-machine, libvirt or virtualbox on an existing host with Linux, libvirt on one in a cloud, or hyperv on one with Windows.";
  const roomPc = { kind: "existing", name: "room-pc", address: "192.0.2.7", os: "linux" };

  test("containers and libvirt on this machine, and libvirt on a Linux host over SSH can be brought up", () => {
    expect(refused({})).toBe("not refused");
    expect(refused({ target: "libvirt" })).toBe("not refused");
    expect(refused({ target: "libvirt", hosts: [roomPc] })).toBe("not refused");
  });

  test("virtualbox on this machine and on a Linux host over SSH can be brought up, where no guest has Docker stacks", () => {
    const lab = { target: "virtualbox", guests: [{ name: "web" }] };
    expect(refused(lab)).toBe("not refused");
    expect(refused({ ...lab, hosts: [roomPc] })).toBe("not refused");
    expect(refused({ ...lab, guests: [{ name: "web", docker: [{ kind: "nginx" }] }] })).toBe(
      "team-01/web: Docker stacks in guests on virtualbox can be planned, but this version does not make them. Expected docker: [] there, a state before exercise 4-docker, or another target. classlab plan shows the lab all the same. [target-not-built]",
    );
  });

  test("virtualbox on a host with Windows can only be planned", () => {
    const host = { ...roomPc, os: "windows", windows: "pro" };
    expect(refused({ target: "virtualbox", guests: [{ name: "web" }], hosts: [host] })).toBe(
      `host room-pc: guests on virtualbox on a host of kind existing can be planned, but this version does not make them. ${EXPECTED} classlab plan shows the lab all the same. [target-not-built]`,
    );
  });

  test("hyperv on a host with Windows in a cloud can be brought up from an image that the host fetches, and from nothing else", () => {
    const host = { ...EC2, os: "windows", target: "hyperv", disk: 120 };
    const machineImage = { source: "https://images.example/ubuntu.vhdx", sha256: "0".repeat(64) };
    expect(refused({ ...OUT, teams: 1, hosts: [{ ...host, machineImage }] })).toBe("not refused");
    expect(refused({ ...OUT, teams: 1, hosts: [host] })).toBe(
      "host aws-team-01: its machineImage is not configured, and guests on Hyper-V are made from one. Expected machineImage: { source: https://…/ubuntu.vhdx, sha256: … }. Make one of a cloud image of Ubuntu with classlab convert, and put it on a web server. [image-missing]",
    );
    const there = { ...machineImage, source: "D:\\images\\ubuntu.vhdx" };
    expect(() => planOf("lab", { ...OUT, teams: 1, hosts: [{ ...host, machineImage: there }] })).toThrow(
      "an address such as https://…/ubuntu.vhdx",
    );
  });

  test("hyperv can only be planned", () => {
    expect(refused({ target: "hyperv" })).toBe(
      `host this-machine: guests on hyperv on a host of kind this-machine can be planned, but this version does not make them. ${EXPECTED} classlab plan shows the lab all the same. [target-not-built]`,
    );
  });
});
