import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { powerJson, renderPower } from "../../cli/powerOutput";
import { nextStop } from "../../course/clouds/clock";
import { parseLab } from "../../course/config";
import { estimateCost } from "../../course/cost/estimate";
import { FaultError, formatFaults } from "../../course/faults";
import { amazonMachines } from "../../operations/clouds/amazon/machines";
import { greets } from "../../operations/clouds/greeting";
import { changePower, type PowerOptions, type WantedPower } from "../../operations/clouds/power";
import { stoppedHosts } from "../../operations/clouds/stopped";
import type { StackFile } from "../../operations/stackFile";
import { CALENDAR, cloudLab, EC2 } from "../support/cloudLabs";
import { StandInCloud } from "../support/clouds";
import { addHost, amazonEnvironment, buildLab, REGION } from "../support/clouds/standing";
import { planOf, ROOT, solid } from "./labs";

// Requests as they are signed and sent, against EC2's query API on loopback. What this does not prove: that Amazon answers so.
const file = (lab: object): StackFile => ({
  lab: "lab",
  path: "/Pulumi.lab.yaml",
  selection: "--stack lab",
  document: {},
  config: solid(parseLab(lab)),
});
const LAB = file(cloudLab([EC2]));

let cloud: StandInCloud;
const before = { ...process.env };
beforeEach(async () => {
  cloud = await StandInCloud.start();
  Object.assign(process.env, amazonEnvironment(cloud));
  buildLab(cloud, "lab");
});
afterEach(async () => {
  process.env = { ...before };
  await cloud.stop();
});

const said: string[] = [];
const accounts = () => [amazonMachines([REGION])];
const change = (wanted: WantedPower, options: Partial<PowerOptions> = {}, lab = LAB) => {
  said.length = 0;
  return changePower(lab, wanted, {
    teams: [],
    say: (line) => said.push(line),
    reaches: async () => true,
    accounts: accounts(),
    ...options,
  });
};
const states = () =>
  cloud.of("Instance").map(({ props }) => `${Object(props.tags).Name} ${props.instanceState}`);
const asked = (action: string) => cloud.ec2.asked.filter((entry) => entry.startsWith(action)).length;
const faultsOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
  } catch (error) {
    if (error instanceof FaultError) return formatFaults(error.faults);
    throw error;
  }
  return "";
};

test("hosts of the plan are stopped and waited for, each once; a machine that is no team's, and another lab's, run on", async () => {
  addHost(cloud, "lab", "team-01");
  addHost(cloud, "lab", "team-02");
  buildLab(cloud, "other", "fedcba9876543210");
  addHost(cloud, "other", "team-01", "fedcba9876543210");
  const { hosts, absent } = await change("stopped");
  expect(hosts.map(({ host, team, already }) => ({ host, team, already }))).toEqual([
    { host: "aws-team-01", team: "team-01", already: false },
    { host: "aws-team-02", team: "team-02", already: false },
  ]);
  expect(absent).toEqual([]);
  expect(states()).toEqual([
    "lab-machine running",
    "lab-aws-team-01 stopped",
    "lab-aws-team-02 stopped",
    "other-machine running",
    "other-aws-team-01 running",
  ]);
  expect(asked("StopInstances")).toBe(2);
  expect(said).toEqual([
    "aws-team-01: stopping",
    "aws-team-02: stopping",
    "aws-team-01: stopped",
    "aws-team-02: stopped",
  ]);
});

test("one that is so already is said, and nothing is asked for it; what the plan has and the cloud has not is told", async () => {
  addHost(cloud, "lab", "team-01");
  await change("stopped", { teams: ["team-01"] });
  const again = await change("stopped");
  expect(again.hosts.map(({ host, already }) => ({ host, already }))).toEqual([
    { host: "aws-team-01", already: true },
  ]);
  expect(again.absent).toEqual(["aws-team-02"]);
  expect(asked("StopInstances")).toBe(1);
  expect(said).toEqual([]);
});

test("only the team that was asked for; started, it is waited for until it answers", async () => {
  addHost(cloud, "lab", "team-01");
  addHost(cloud, "lab", "team-02");
  await change("stopped");
  const answers = [false, true];
  const { hosts } = await change("running", {
    teams: ["team-02"],
    reaches: async () => answers.shift() ?? true,
  });
  expect(hosts).toMatchObject([{ host: "aws-team-02", already: false, address: "198.18.1.2" }]);
  expect(said).toEqual([
    "aws-team-02: starting",
    "aws-team-02: runs, and does not answer yet",
    "aws-team-02: answers",
  ]);
  expect(states()).toContain("lab-aws-team-01 stopped");
});

test("what the cloud has no room for is told with its cause, after the others were started", async () => {
  addHost(cloud, "lab", "team-01");
  addHost(cloud, "lab", "team-02");
  await change("stopped");
  cloud.ec2.refusal = [
    "InsufficientInstanceCapacity",
    "We currently do not have sufficient m8i.xlarge capacity.",
  ];
  expect(await faultsOf(change("running"))).toMatch(
    /^host aws-team-0\d: We currently do not have sufficient m8i\.xlarge capacity \(InsufficientInstanceCapacity\)\. .* \[cloud-type-unfit\]$/,
  );
  expect(states().filter((state) => state.endsWith(" running"))).toHaveLength(2);
});

test("a host that never answers, and one that never stops, end with their deadline", async () => {
  addHost(cloud, "lab", "team-01");
  expect(await faultsOf(change("running", { patience: 0, reaches: async () => false }))).toMatch(
    /^host aws-team-01: it runs, and its SSH server at 198\.18\.1\.1 does not answer after 0 minutes\. .* \[host-unreachable\]$/,
  );
  expect(await faultsOf(change("stopped", { patience: 0 }))).toMatch(
    /^host aws-team-01: the cloud says after 0 minutes that it is running\. Expected stopped\. .* \[cloud-busy\]$/,
  );
});

test("stopped on request it changes nothing more, and the next run goes on", async () => {
  addHost(cloud, "lab", "team-01");
  const controller = new AbortController();
  const say = () => controller.abort();
  await expect(change("stopped", { say, signal: controller.signal })).rejects.toThrow();
  expect((await change("stopped")).hosts).toHaveLength(1);
  expect(states()).toContain("lab-aws-team-01 stopped");
});

test("two labs of one name in an account are refused, with nothing changed", async () => {
  addHost(cloud, "lab", "team-01");
  buildLab(cloud, "lab", "fedcba9876543210");
  addHost(cloud, "lab", "team-01", "fedcba9876543210");
  expect(await faultsOf(change("stopped"))).toMatch(
    /^lab lab: several labs of this name have hosts in the account \(ids 0123456789abcdef, fedcba9876543210\), and nothing was changed\. .* \[lab-name-in-use\]$/,
  );
  expect(asked("StopInstances")).toBe(0);
});

test("a lab or a team without hosts in clouds, a team that there is not, and hosts that were never made", async () => {
  expect(await faultsOf(change("stopped", {}, file({ teams: 1 })))).toBe(
    "lab lab: it has no team on a host in a cloud. Expected hosts of kind ec2 or azure. [target-not-built]",
  );
  const mixed = cloudLab(
    [EC2, { kind: "existing", name: "pc", os: "linux", address: "192.0.2.7" }],
    [
      { id: "team-01", host: "aws" },
      { id: "team-02", host: "pc" },
    ],
  );
  expect(await faultsOf(change("stopped", { teams: ["team-02"] }, file(mixed)))).toBe(
    "lab lab: team-02 is not on a host in a cloud. Expected hosts of kind ec2 or azure. [target-not-built]",
  );
  expect(await faultsOf(change("stopped", { teams: ["x"] }))).toContain("[unknown-team]");
  expect(await faultsOf(change("stopped"))).toBe(
    "lab lab: the cloud has none of its hosts (aws-team-01, aws-team-02). Run: npx classlab up --stack lab --hosts. [stack-absent]",
  );
});

test("without credentials that is one cause, and no secret is in what is told of others", async () => {
  delete process.env.AWS_ACCESS_KEY_ID;
  Object.assign(process.env, {
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_SHARED_CREDENTIALS_FILE: "/nonexistent",
    AWS_CONFIG_FILE: "/nonexistent",
  });
  const told = await faultsOf(change("stopped"));
  expect(told).toMatch(/\(CredentialsProviderError\)\. .* \[cloud-denied\]$/);
  expect(told.split("\n")).toHaveLength(1);
  expect(await stoppedHosts(LAB_PLAN, "--stack lab", accounts())).toEqual([]);
});

const LAB_PLAN = planOf("lab", cloudLab([EC2]));

test("a stopped host is told to whoever asks for the lab, with how it is started; a lab of this machine asks no cloud", async () => {
  const fixture = readFileSync(join(ROOT, "tests/fixtures/bad/host-stopped.txt"), "utf8").trimEnd();
  addHost(cloud, "lab", "team-01");
  expect(await stoppedHosts(LAB_PLAN, "--stack lab", accounts())).toEqual([]);
  await change("stopped");
  expect(formatFaults(await stoppedHosts(LAB_PLAN, "--stack lab", accounts()))).toBe(fixture);
  const count = cloud.ec2.asked.length;
  expect(await stoppedHosts(planOf("lab", { teams: 1 }), "--stack lab", accounts())).toEqual([]);
  expect(cloud.ec2.asked).toHaveLength(count);
});

test("a busy cloud is asked again", async () => {
  addHost(cloud, "lab", "team-01");
  cloud.ec2.refusal = ["RequestLimitExceeded", "Request limit exceeded."];
  expect((await change("stopped")).hosts).toHaveLength(1);
  expect(asked("StopInstances")).toBe(2);
});

test("what the stand-in was not taught it refuses", async () => {
  const ask = async (...words: string[]) =>
    (await cloud.ec2.answer("ap-northeast-1", new URLSearchParams(words.join("&")))).body;
  expect(await ask("Action=RebootInstances")).toContain("<Code>InvalidAction</Code>");
  expect(await ask("Action=StopInstances", "InstanceId.1=i-1", "Hibernate=true")).toContain(
    "UnknownParameter",
  );
  expect(await ask("Action=StopInstances", "InstanceId.1=i-1")).toContain("InvalidInstanceID.NotFound");
});

describe("what is printed", () => {
  const plan = LAB_PLAN;
  const estimate = estimateCost(plan);
  const report = {
    plan,
    hosts: [
      {
        host: "aws-team-01",
        team: "team-01",
        region: "ap-northeast-1",
        already: false,
        address: "198.18.1.1",
      },
    ],
    absent: ["aws-team-02"],
  };
  const shown = (wanted: WantedPower, now: string) =>
    renderPower(report, wanted, estimate, { selection: "--stack lab", now });

  test("of a stop: what goes on to cost, with its price", () => {
    const text = shown("stopped", "2027-01-18T00:00:00.000Z");
    expect(text).toMatch(/^aws-team-01 +ap-northeast-1 +stopped\naws-team-02 +- +not made\n/);
    expect(text).toContain("Stopped they go on to cost $0.0258 (¥4.05) an hour, until classlab down");
    expect(text).toMatch(/2 × +disk of 60 GiB +\$0\.0158 .*\n +2 × +public IPv4 address +\$0\.0100 /);
    expect(powerJson(report, "stopped", estimate)).toMatchObject({
      ok: true,
      state: "stopped",
      absent: ["aws-team-02"],
      perHour: { usd: 0.0258 },
      stillBilling: [{ count: 2 }, { count: 2 }],
    });
  });

  test("of a start: what it costs, and when the cloud stops it by itself, or that the end has passed", () => {
    const text = shown("running", "2027-01-18T00:00:00.000Z");
    expect(text).toMatch(/^aws-team-01 +ap-northeast-1 +runs +198\.18\.1\.1\n/);
    expect(text).toContain(
      "Running they cost $0.5726 (¥89.90) an hour. Stop them: npx classlab stop --stack lab",
    );
    expect(text).toContain("The cloud stops them at 2027-01-18T03:30:00.000Z by itself.");
    expect(shown("running", "2027-01-19T09:00:00.000Z")).toContain(
      "The lab's end was at 2027-01-19T09:00:00.000Z: the cloud stops them again soon. Move it: npx classlab extend --stack lab --hours 2",
    );
    expect(powerJson(report, "running", estimate)).not.toHaveProperty("stillBilling");
  });

  test("after the last lesson the end is what stops hosts next", () => {
    const { schedule } = planOf("lab", { ...cloudLab([EC2]), calendar: CALENDAR });
    if (!schedule) throw new Error("no schedule");
    expect(nextStop(schedule, "2027-01-19T04:00:00.000Z")).toBe("2027-01-19T09:00:00.000Z");
    expect(nextStop(schedule, "2027-01-01T00:00:00.000Z")).toBe("2027-01-18T03:30:00.000Z");
  });
});

describe("a server's greeting", () => {
  const listening = async (said: string | undefined): Promise<Server> => {
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      if (said === undefined) socket.destroy();
      else socket.write(said);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return server;
  };
  const port = (server: Server) => Number(Object(server.address()).port);

  test.each([
    ["SSH-2.0-OpenSSH_9.6\r\n", true],
    ["HTTP/1.1 400 Bad Request\r\n", false],
    [undefined, false],
  ])("%j: %s", async (words, answer) => {
    const server = await listening(words);
    expect(await greets("127.0.0.1", port(server))).toBe(answer);
    server.close();
  });

  test("nobody listens", async () => {
    const server = await listening("");
    const free = port(server);
    await new Promise((resolve) => server.close(resolve));
    expect(await greets("127.0.0.1", free)).toBe(false);
  });
});
