import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { parseLab } from "../../course/config";
import { formatFaults } from "../../course/faults";
import { makePlan } from "../../course/plan";
import { resourcesOf } from "../../course/resources";
import { LAB_KEY_TYPE } from "../../course/resourceTypes";
import { execute, ROOT } from "../support/cli";
import { bootOf, StandInCloud } from "../support/clouds";
import { CloudMachine } from "../support/clouds/machine";
import { freePort } from "../support/freePort";
import { WatchedRun } from "../support/killedRun";
import { LearnerPc } from "../support/learnerPc";
import { SecondCheckout } from "../support/secondCheckout";
import { StandInHost } from "../support/standInHost";
import { StandInInternet } from "../support/standInInternet";
import { SKIP_LIBVIRT, TestLab } from "../support/testLab";
import { redRows, verified } from "../support/verifying";

// The real engine and the program, with a stand-in for Amazon that knows some of its rules and whose machine is a Linux host of the test's own.
// What this does not prove: that Amazon takes it, and that its images do with user data what cloud-init says.
const suite = SKIP_LIBVIRT ? describe.skip : describe;

const LAB = "icloud";
const STACK = `${LAB}-hosts`;
const HOST = "aws-team-01";
const GUEST = "docker-host";

const documentSchema = z.looseObject({
  changes: z.record(z.string(), z.number()),
  planned: z.number(),
  steps: z.array(z.looseObject({ op: z.string(), urn: z.string(), type: z.string() })),
  hosts: z.array(z.looseObject({ name: z.string(), address: z.string(), hostKey: z.string() })),
  stopped: z.array(z.looseObject({ code: z.string() })),
});

const faultsSchema = z.looseObject({ faults: z.array(z.looseObject({ code: z.string() })) });

const sweptSchema = z.looseObject({
  found: z.array(z.looseObject({ kind: z.string(), name: z.string(), host: z.string().optional() })),
  clouds: z.array(z.looseObject({ kind: z.string() })),
  removedClouds: z.array(z.looseObject({ kind: z.string() })),
});

const changesSchema = z.looseObject({
  units: z.array(z.looseObject({ stack: z.string(), changes: z.record(z.string(), z.number()) })),
});

const previewSchema = z.looseObject({
  units: z.array(
    z.looseObject({
      stack: z.string(),
      steps: z.array(z.looseObject({ op: z.string(), urn: z.string(), type: z.string() })),
    }),
  ),
});

/**
 * The lab of an example, with one team of its two, whose one guest is as small as it works: it boots by emulation.
 * @param docker what runs in the guest
 */
const example = (path: string, docker: readonly object[]): object => ({
  ...parse(readFileSync(join(ROOT, "examples", path), "utf8")).config["classlab:lab"],
  teams: 1,
  budget: { usd: 100, emails: ["staff@example.com"] },
  guests: [
    {
      name: GUEST,
      cpus: 1,
      memory: 768,
      adapters: [{ switch: "nat-network" }],
      docker,
    },
  ],
  verify: {
    internetProbe: { pages: [{ url: `http://${StandInInternet.address}/`, contains: "stand-in internet" }] },
  },
});
const CONFIG = example("08-aws/Pulumi.aws.yaml", [{ kind: "nginx", port: 8080 }]);
/** How containers come into a guest on a host in a cloud is seen on Amazon's. */
const AZURE_CONFIG = example("09-azure/Pulumi.azure.yaml", []);

/** Type and name of everything that the plan lists for each stack, in order. */
function plannedStacks(config: object): { stack: string; resources: string[] }[] {
  const parsed = parseLab(config);
  if (!parsed.ok) throw new Error(formatFaults(parsed.faults));
  const plan = makePlan(LAB, parsed.value);
  if (!plan.ok) throw new Error(formatFaults(plan.faults));
  return plan.value.units.map((unit) => ({
    stack: unit.stack,
    resources: resourcesOf(plan.value, unit)
      .map(({ type, name }) => `${type} ${name}`)
      .sort(),
  }));
}

/** The same of the stack of hosts on Amazon. */
const planned = () => plannedStacks(CONFIG)[0]?.resources ?? [];

/** A cloud whose machine is a host of the test's own, and a lab with hosts there. */
class Cloud {
  private constructor(
    readonly internet: StandInInternet,
    readonly host: StandInHost,
    readonly machine: CloudMachine,
    readonly cloud: StandInCloud,
    readonly lab: TestLab,
  ) {}

  static async start(config: object, hasImages = false): Promise<Cloud> {
    const internet = await StandInInternet.start();
    const host = await StandInHost.start();
    const machine = new CloudMachine(host, hasImages);
    const cloud = await StandInCloud.start(machine);
    const lab = new TestLab(LAB, stringify({ config: { "classlab:lab": config } }));
    Object.assign(lab.env, cloud.environment(lab.folder, lab.env));
    return new Cloud(internet, host, machine, cloud, lab);
  }

  async stop(): Promise<void> {
    await this.lab.dispose();
    await this.cloud.stop();
    await this.host.stop();
    await this.internet.stop();
  }

  private async told(...words: string[]): Promise<unknown> {
    const result = await this.lab.run("up", "--json", "--yes", ...words);
    if (result.code !== 0) throw new Error(`${result.stdout}\n${result.stderr}`);
    return JSON.parse(result.stdout);
  }

  /** `up --hosts`, which must succeed. */
  async hosts(...words: string[]) {
    return documentSchema.parse(await this.told("--hosts", ...words));
  }

  /** What a preview of the whole lab shows, stack by stack: operation, type and name. */
  async preview(): Promise<{ stack: string; steps: string[] }[]> {
    const { units } = previewSchema.parse(await this.told("--preview"));
    return units.map(({ stack, steps }) => ({
      stack,
      steps: steps.map(({ op, type, urn }) => `${op} ${type} ${urn.split("::").at(-1)}`).sort(),
    }));
  }

  /** A preview of the lab shows all that the plan lists, and makes none of it. */
  async expectAllShown(config: object): Promise<void> {
    expect(await this.preview()).toEqual(
      plannedStacks(config).map(({ stack, resources }) => ({
        stack,
        steps: resources.map((title) => `create ${title}`),
      })),
    );
    expect(this.cloud.standing).toEqual([]);
  }

  /** Names of the guests that the host has. */
  async guests(): Promise<string[]> {
    const said = await this.host.run("virsh", "-q", "-c", "qemu:///system", "list", "--name");
    return said.split("\n").filter(Boolean);
  }

  /** `up` of the whole lab: its one guest runs on the host, its pages open, and all is what the plan says. */
  async upWithGuest(host: string, ...stacks: string[]): Promise<void> {
    const document = await this.lab.up();
    expect(document.ok).toBe(true);
    expect(document.services.map(({ stack, ok }) => ({ stack, ok }))).toEqual(
      stacks.map((stack) => ({ stack, ok: true })),
    );
    expect(await this.guests()).toEqual([`${LAB}-team-01-${GUEST}`]);
    const { code, report } = await verified(this.lab, "--timeout", "300");
    expect(redRows(report)).toEqual({});
    expect(code).toBe(0);
    expect(report.rows.some(({ kind, expected }) => kind === "internet" && expected)).toBe(true);
    // Logins are those of learners, who come in by the host.
    const logins = report.rows.filter(({ kind }) => kind === "ssh");
    expect(JSON.stringify(logins)).toContain(`logged in as ubuntu by way of learner@${host}`);
  }

  /** Logs in to the host by the lab's own configuration. */
  login(host: string) {
    const words = ["-F", `${this.lab.folder}/home/ssh/${LAB}.hosts`, host, "hostname"];
    return execute("ssh", words, { env: this.lab.env });
  }
}

suite("a lab on EC2", () => {
  let world: Cloud;
  let host: StandInHost;
  let machine: CloudMachine;
  let cloud: StandInCloud;
  let lab: TestLab;

  const pulumi = async (...words: string[]) => {
    const stack = words.includes("--stack") ? [] : ["--stack", STACK];
    return execute("pulumi", [...words, ...stack], { env: await lab.pulumiEnv() });
  };
  const hosts = (...words: string[]) => world.hosts(...words);

  beforeAll(async () => {
    world = await Cloud.start(CONFIG);
    ({ host, machine, cloud, lab } = world);
  }, 120_000);

  afterAll(() => world.stop(), 120_000);

  test("a preview shows every resource of hosts and teams, and makes none", async () => {
    await world.expectAllShown(CONFIG);
  }, 120_000);

  /** Brings the hosts up, which fails: the exit code and the codes of the causes. */
  const refused = async (...words: string[]) => {
    const { code, stdout, stderr } = await lab.run("up", "--hosts", "--yes", "--json", ...words);
    const { faults } = faultsSchema.parse(JSON.parse(stdout));
    return { code, causes: faults.map((fault) => fault.code), said: stderr };
  };
  const created = (type: string) => cloud.asked.filter((entry) => entry === `create ${type}`).length;

  test("a type that no zone offers is told by a preview", async () => {
    const { answers } = cloud;
    cloud.answers = (token, inputs) => ({
      ...answers(token, inputs),
      ...(token.endsWith(":getInstanceTypeOfferings") ? { locations: [] } : {}),
    });
    expect(await refused("--preview")).toMatchObject({ code: 3, causes: ["cloud-type-unfit"] });
    cloud.answers = answers;
    expect(cloud.standing).toEqual([]);
  }, 60_000);

  test("what a killed run had made and not recorded is removed by the next, and made once", async () => {
    cloud.slow("create", "Vpc", 600_000);
    cloud.slow("create", "Role", 600_000);
    const run = new WatchedRun(lab, "up", "--hosts");
    while (cloud.of("Vpc").length + cloud.of("Role").length < 2) await setTimeout(50);
    await run.kill("everything");
    cloud.mend();
    // The engine may have died over a file: what reads it next mends that first.
    await hosts("--preview");
    // Whoever is handed the lab now has what opens its hosts.
    const { deployment } = JSON.parse((await pulumi("stack", "export")).stdout);
    const { outputs } =
      deployment.resources.find(({ type }: { type: string }) => type === LAB_KEY_TYPE) ?? {};
    const own = readFileSync(join(lab.folder, "home", "keys", LAB, "hosts.key.pub"), "utf8").trim();
    expect([outputs?.authorizedKey, Object.keys(outputs?.privateKey ?? {})]).toEqual([
      own,
      expect.arrayContaining(["ciphertext"]),
    ]);
    // It may have been recorded which of two roles is made; the network was not.
    const [half] = cloud.of("Vpc");
    cloud.fail("create", "Subnet", "InvalidSubnet.Range: it is not");
    const { said } = await refused();
    expect(said).toContain(
      `recovery: removed network ${LAB}-network: a killed run had made it and not recorded it`,
    );
    expect(said).toContain("recovery: removed role");
    expect(cloud.of("Vpc")).toHaveLength(1);
    expect(cloud.of("Vpc")[0]?.id).not.toBe(half?.id);
  }, 120_000);

  test("a busy cloud is asked again, and a quota that is too small is told", async () => {
    const before = created("Subnet");
    cloud.fail("create", "Subnet", "RequestLimitExceeded: Request limit exceeded.", 3);
    cloud.fail("create", "Instance", "VcpuLimitExceeded: Your current vCPU limit is 0.");
    expect(await refused()).toMatchObject({
      code: 3,
      causes: ["cloud-quota"],
      said: expect.stringContaining(
        "machine: Your current vCPU limit is 0 (VcpuLimitExceeded). Ask the cloud",
      ),
    });
    expect(cloud.of("Subnet")).toHaveLength(1);
    expect({ subnet: created("Subnet") - before, machine: created("Instance") }).toEqual({
      subnet: 4,
      machine: 1,
    });
  }, 60_000);

  test("a cloud that stays busy is asked ten times, and no more", async () => {
    cloud.fail("create", "Instance", "RequestLimitExceeded: Request limit exceeded.", 100);
    expect(await refused()).toMatchObject({ code: 1, causes: ["cloud-busy"] });
    cloud.mend();
    expect(created("Instance")).toBe(11);
  }, 60_000);

  test("a machine that cannot have guests though it was asked for is found after it boots", async () => {
    machine.passesOver = true;
    expect(await refused()).toMatchObject({
      code: 3,
      causes: ["nested-impossible"],
      said: expect.stringContaining("the cloud passed over nested virtualization"),
    });
    machine.passesOver = false;
    const [instance] = cloud.of("Instance");
    await machine.begin(bootOf(instance?.props ?? {}));
  }, 120_000);

  test("what is lacking is made, and the host is reached by its own key", async () => {
    const document = await hosts();
    expect(document.hosts.map(({ name, address }) => ({ name, address }))).toEqual([
      { name: HOST, address: StandInHost.address },
    ]);
    const own = await host.run("cat", "/etc/ssh/stand-in/host_key.pub");
    expect(own).toBe(`${document.hosts[0]?.hostKey} ${HOST}\n`);
    expect(await world.login(HOST)).toEqual({ code: 0, stdout: `${HOST}\n`, stderr: "" });
    expect(cloud.standing).toHaveLength(planned().filter((title) => title.startsWith("aws:")).length);
  }, 240_000);

  test("an end that is moved is in the lab's file and in the cloud, and nothing else with it", async () => {
    const before = readFileSync(lab.file, "utf8");
    const end = () => cloud.of("Schedule").find(({ id }) => id.endsWith("/end"))?.props.startDate;
    expect(end()).toBe("2027-01-19T09:00:00Z");
    const { code, stdout, stderr } = await lab.run("extend", "--hours", "2", "--yes");
    expect({ code, said: code === 0 ? "" : stderr }).toEqual({ code: 0, said: "" });
    expect(stdout).toContain("instead of $");
    expect(readFileSync(lab.file, "utf8")).toBe(before.replace("2027-01-19T18:00", "2027-01-19T20:00"));
    expect(end()).toBe("2027-01-19T11:00:00Z");
  }, 120_000);

  test("state has the plan's resources, and keys as secrets only", async () => {
    const exported = (await pulumi("stack", "export")).stdout;
    const { deployment } = JSON.parse(exported);
    const recorded: { type: string; urn: string }[] = deployment.resources;
    expect(recorded.map(({ type, urn }) => `${type} ${urn.split("::").at(-1)}`).sort()).toEqual(
      planned().sort(),
    );
    expect(exported).not.toContain("OPENSSH PRIVATE KEY");
    expect(exported).not.toContain(lab.folder);
  }, 60_000);

  test("a second preview is empty, here with a look at the cloud and to plain Pulumi", async () => {
    expect((await hosts("--preview")).steps).toEqual([]);
    const preview = await pulumi("preview", "--expect-no-changes");
    expect({ code: preview.code, said: preview.code === 0 ? "" : preview.stdout }).toEqual({
      code: 0,
      said: "",
    });
  }, 120_000);

  test("a stopped host is told by up, status and verify, changes no preview, and answers again when it is started", async () => {
    const stopped = await lab.run("stop", "--yes");
    expect({ code: stopped.code, said: stopped.code === 0 ? "" : stopped.stderr }).toEqual({
      code: 0,
      said: "",
    });
    expect(stopped.stdout).toMatch(
      /^aws-team-01 +ap-northeast-1 +stopped\n.*\n +1 × +disk of 60 GiB +\$0\.0079 /,
    );
    expect(cloud.of("Instance")[0]?.props.instanceState).toBe("stopped");
    const [preview, status, verify] = await Promise.all([
      hosts("--preview"),
      lab.run("status"),
      lab.run("verify"),
    ]);
    const told = `host ${HOST}: it is stopped in its cloud. Start it: npx classlab start --config ${lab.file}.`;
    expect({ steps: preview.steps, stopped: preview.stopped.map(({ code }) => code) }).toEqual({
      steps: [],
      stopped: ["host-stopped"],
    });
    for (const { code, stderr } of [status, verify])
      expect({ code, stderr }).toEqual({ code: 3, stderr: `${told} [host-stopped]\n` });
    const started = await lab.run("start", "--yes", "--json");
    expect(JSON.parse(started.stdout)).toMatchObject({ ok: true, hosts: [{ host: HOST, already: false }] });
    const said = await execute("ssh", ["-F", `${lab.folder}/home/ssh/${LAB}.hosts`, HOST, "hostname"]);
    expect(said).toEqual({ code: 0, stdout: `${HOST}\n`, stderr: "" });
  }, 120_000);

  test("a machine that somebody terminated is told, and made anew with the same key and address", async () => {
    const [before] = cloud.of("Instance");
    if (!before) throw new Error("no machine stands");
    await cloud.terminate(before);
    const steps = (await hosts("--preview")).steps.map(({ op, urn }) => `${op} ${urn.split("::").at(-1)}`);
    expect(steps).toContain(`create ${HOST}-machine`);
    const result = await lab.run("up", "--hosts", "--yes");
    expect(result.code).toBe(0);
    expect(result.stderr).toContain(
      `machine ${HOST}-machine is gone: somebody removed it, and its disk with it; it is made anew`,
    );
    // What stands and is recorded is nobody's leftover, the budget among it.
    expect(result.stderr).not.toContain("recovery:");
    const [after, ...others] = cloud.of("Instance");
    expect(others).toEqual([]);
    expect(after?.id).not.toBe(before.id);
    expect(cloud.of("Eip").map(({ props }) => props.instance)).toEqual([after?.id]);
    expect(await world.login(HOST)).toEqual({ code: 0, stdout: `${HOST}\n`, stderr: "" });
  }, 120_000);

  test("guests are made on the host, and are what the plan says, every check of it", async () => {
    await world.upWithGuest(HOST, "nginx");
  }, 600_000);

  describe("from home a team's learners", () => {
    const learner = new LearnerPc();
    const ssh = (...words: string[]) => learner.run("ssh", ...words);

    beforeAll(async () => {
      const out = join(lab.folder, "handout");
      const { code, stderr } = await lab.run("handout", "--out", out);
      if (code !== 0) throw new Error(stderr);
      learner.take(join(out, "team-01"), await freePort());
    }, 60_000);

    afterAll(() => learner.dispose());

    test("log in to their guests by what they are handed, and know host and guests by it", async () => {
      const { stdout, stderr } = await ssh(GUEST, "hostname; id -un");
      expect([stdout, stderr]).toEqual([`${GUEST}\nubuntu\n`, ""]);
      const [, known = ""] = (await host.run("ssh-keygen", "-lf", "/etc/ssh/stand-in/host_key.pub")).split(
        " ",
      );
      expect(learner.read("connect.txt")).toContain(`  ${HOST}   ${known}\n`);
    }, 60_000);

    test("open the pages of their guests on their own PC", async () => {
      const page = await learner.page(HOST, "/");
      expect(page).toContain("Welcome to nginx!");
    }, 60_000);

    test.each([
      ["run a program on the host", ["ssh", HOST, "id"]],
      ["fetch files of it", ["sftp", "-b", "/dev/null", HOST]],
      ["get by it to its own services", ["ssh", "-W", "127.0.0.1:22", HOST]],
      ["get by it to somewhere else", ["ssh", "-W", `${StandInInternet.address}:80`, HOST]],
      [
        "have it listen for them",
        ["ssh", "-N", "-o", "ExitOnForwardFailure=yes", "-R", "0:127.0.0.1:9", HOST],
      ],
      ["log in to it as somebody else", ["ssh", "-l", "root", HOST, "id"]],
    ] as const)(
      "cannot %s",
      async (_what, [program, ...words]) => {
        const { code, stdout } = await learner.run(program, ...words);
        expect(code).not.toBe(0);
        expect(stdout).not.toMatch(/uid=|SSH-2\.0|sftp>/);
      },
      60_000,
    );
  });

  test("a second preview of all stacks is empty, to plain Pulumi too; sweep lists the guests on their host", async () => {
    expect((await world.preview()).flatMap(({ steps }) => steps)).toEqual([]);
    const team = `${LAB}-team-01`;
    const preview = await pulumi("preview", "--stack", team, "--expect-no-changes");
    expect({ code: preview.code, said: preview.code === 0 ? "" : preview.stdout }).toEqual({
      code: 0,
      said: "",
    });
    const { found } = sweptSchema.parse(JSON.parse((await lab.run("sweep", "--json")).stdout));
    expect(found.filter(({ kind }) => kind === "domain")).toMatchObject([
      { name: `${team}-${GUEST}`, host: HOST },
    ]);
  }, 240_000);

  test("a second operator goes on from another checkout, handed the lab's file, the backend and the passphrase", async () => {
    const machine = cloud.of("Instance")[0]?.id;
    const second = new SecondCheckout(lab);
    try {
      const up = await second.run("up", "--yes", "--json");
      expect({ code: up.code, said: up.code === 0 ? "" : up.stdout + up.stderr }).toEqual({
        code: 0,
        said: "",
      });
      const { units } = changesSchema.parse(JSON.parse(up.stdout));
      expect(units.map(({ stack, changes }) => [stack, Object.keys(changes)])).toEqual([
        [STACK, ["same"]],
        [`${LAB}-site`, ["same"]],
        [`${LAB}-team-01`, ["same"]],
      ]);
      // Hosts and guests are reached with keys that came out of the state alone.
      const status = await second.run("status");
      expect({ code: status.code, said: status.stderr }).toEqual({ code: 0, said: "" });
      expect(status.stdout).toContain("Everything planned runs and answers.");
      const cost = await second.run("cost", "--json");
      expect(cost.code).toBe(0);
    } finally {
      second.dispose();
    }
    expect(cloud.of("Instance").map(({ id }) => id)).toEqual([machine]);
    expect((await world.preview()).flatMap(({ steps }) => steps)).toEqual([]);
  }, 240_000);

  test("nobody removes a host by accident", async () => {
    const accident = await pulumi("destroy", "--yes");
    expect(accident.code).not.toBe(0);
    expect(accident.stdout + accident.stderr).toContain("protected");
    expect(cloud.of("Instance")).toHaveLength(1);
  }, 60_000);

  test("down says what keeps the network when somebody put something into it, and leaves nothing without that", async () => {
    const [subnet] = cloud.of("Subnet");
    const stranger = cloud.account.create(
      "aws:ec2/networkInterface:NetworkInterface",
      { subnetId: subnet?.id, description: "somebody's" },
      "ap-northeast-1",
    );
    const kept = await lab.run("down", "--yes", "--json");
    expect(kept.code).toBe(1);
    expect(kept.stderr).toContain(
      `${HOST}-subnet: The Subnet '${subnet?.id}' has dependencies and cannot be deleted (DependencyViolation). Remove what is named`,
    );
    expect(cloud.of("Instance")).toEqual([]);
    // Guests went before their host.
    expect(machine.tookAlong).toEqual([]);
    const listed = await lab.run("sweep");
    expect(listed.code).toBe(5);
    expect(listed.stdout).toMatch(/ subnet +icloud-aws-team-01 +team-01 +ap-northeast-1 +2027-01-20\n/);
    cloud.account.forget(stranger);
    const down = await lab.run("down", "--yes");
    expect({ code: down.code, stderr: down.code === 0 ? "" : down.stderr }).toEqual({ code: 0, stderr: "" });
    expect(cloud.standing).toEqual([]);
    const swept = await lab.run("sweep");
    expect(swept.code).toBe(0);
    expect(swept.stdout).toContain(`Nothing of lab "${LAB}" stands in the cloud.`);
  }, 120_000);

  test("where the state is lost, sweep finds all by its mark, and removes it and nothing else", async () => {
    await hosts();
    rmSync(join(lab.folder, "home", "state"), { recursive: true });
    const own = cloud.account.create(
      "aws:ec2/vpc:Vpc",
      { cidrBlock: "10.0.0.0/16", tags: { Name: "own" } },
      "ap-northeast-1",
    );
    const asked = cloud.asked.length;
    const swept = await lab.run("sweep", "--remove", "--yes", "--json");
    expect(swept.code).toBe(0);
    const { clouds, removedClouds } = sweptSchema.parse(JSON.parse(swept.stdout));
    expect(clouds.map(({ kind }) => kind)).toEqual([
      "budget",
      "clock",
      "machine",
      "address",
      "subnet",
      "route table",
      "firewall",
      "gateway",
      "network",
      "profile",
      "role",
      "role",
    ]);
    expect(removedClouds).toEqual(clouds);
    expect(cloud.account.all).toEqual([own]);
    // The engine had no part in it.
    expect(cloud.asked).toHaveLength(asked);
  }, 120_000);
});

suite("a lab on Azure", () => {
  const AZURE_HOST = "azure-team-01";
  let world: Cloud;

  beforeAll(async () => {
    // That a host is given its machine image is seen on Amazon's.
    world = await Cloud.start(AZURE_CONFIG, true);
  }, 120_000);

  afterAll(() => world.stop(), 120_000);

  test("a preview shows every resource; a quota that is too small is told", async () => {
    await world.expectAllShown(AZURE_CONFIG);
    const quota = "QuotaExceeded: Operation results in exceeding approved cores.";
    world.cloud.fail("create", "VirtualMachine", quota);
    const refused = await world.lab.run("up", "--yes");
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain(
      `${AZURE_HOST}-machine: Operation results in exceeding approved cores (QuotaExceeded). Ask the cloud for more`,
    );
  }, 240_000);

  test("the next up makes what lacks, and guests on the host, every check of them green; a preview is empty", async () => {
    await world.upWithGuest(AZURE_HOST);
    expect(await world.login(AZURE_HOST)).toEqual({ code: 0, stdout: `${AZURE_HOST}\n`, stderr: "" });
    expect((await world.preview()).flatMap(({ steps }) => steps)).toEqual([]);
  }, 600_000);

  test("sweep finds all that Azure has of it by its marks, with what it costs", async () => {
    const swept = await world.lab.run("sweep");
    expect({ code: swept.code, stderr: swept.stderr }).toEqual({ code: 5, stderr: "" });
    expect(swept.stdout).toContain(`In the cloud of lab "${LAB}": 14 objects;`);
    expect(swept.stdout).toMatch(
      / machine +icloud-azure-team-01 +team-01 +japaneast +2027-01-20 +\$0\.2480 /,
    );
  }, 60_000);

  test("a machine that somebody removed took its guests along: they are named before anything is made anew", async () => {
    const [gone] = world.cloud.of("VirtualMachine");
    if (!gone) throw new Error("no machine stands");
    await world.cloud.terminate(gone);
    const refused = await world.lab.run("up", "--yes");
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain(
      `team-01/${GUEST}: this change would replace its disk (the machine of its host ${AZURE_HOST} is gone)`,
    );
    expect(refused.stderr).toContain(`--replace team-01/${GUEST}. [would-replace]`);
    expect(world.cloud.of("VirtualMachine")).toEqual([]);
  }, 120_000);

  test("down leaves nothing, and asks no host that is gone", async () => {
    const down = await world.lab.run("down", "--yes");
    expect({ code: down.code, said: down.stderr }).toEqual({
      code: 0,
      said: expect.stringContaining(`team-01/${GUEST}: it goes with the machine that it was on`),
    });
    expect(world.cloud.standing).toEqual([]);
    expect((await world.lab.run("sweep")).code).toBe(0);
  }, 120_000);
});

suite("a lab on Azure that staff alone come to, by Bastion", () => {
  const AZURE_HOST = "azure-team-01";
  const [host] = parse(stringify(AZURE_CONFIG)).hosts;
  const config = { ...AZURE_CONFIG, hosts: [{ ...host, bastion: true, allowedCidrs: [] }] };
  let world: Cloud;

  beforeAll(async () => {
    world = await Cloud.start(config, true);
  }, 120_000);

  afterAll(() => world.stop(), 120_000);

  test("a preview shows every resource, and doctor has what a tunnel needs", async () => {
    await world.expectAllShown(config);
    const doctor = await world.lab.run("doctor", "--json");
    const { checks } = z
      .looseObject({ checks: z.array(z.looseObject({ id: z.string(), status: z.string() })) })
      .parse(JSON.parse(doctor.stdout));
    expect(checks.find(({ id }) => id === "cloud-tunnel")?.status).toBe("ok");
  }, 120_000);

  test("the host has no address that is public, and is made, waited for and come to by Bastion", async () => {
    const document = await world.hosts();
    expect(document.hosts.map(({ name, address }) => [name, address])).toEqual([[AZURE_HOST, "10.200.0.4"]]);
    expect(world.cloud.of("PublicIPAddress").map(({ props }) => props.publicIpAddressName)).toEqual(
      expect.arrayContaining(["bastion-address", "nat-address"]),
    );
    expect(world.cloud.of("PublicIPAddress")).toHaveLength(2);
    expect(await world.login(AZURE_HOST)).toEqual({ code: 0, stdout: `${AZURE_HOST}\n`, stderr: "" });
    const group = world.cloud.of("BastionHost")[0]?.props.resourceGroupName;
    const machine = world.cloud.of("VirtualMachine")[0]?.id;
    const command = `az network bastion tunnel --subscription 00000000-0000-0000-0000-000000000000 --resource-group ${group} --name bastion --target-resource-id ${machine} --resource-port 22 --port `;
    const tunnels = world.cloud.programs.filter((words) => words.startsWith("az network"));
    expect(tunnels.length).toBeGreaterThan(1);
    for (const words of tunnels) expect(words.slice(0, command.length)).toBe(command);
    expect((await world.hosts("--preview")).steps).toEqual([]);
  }, 240_000);

  test("a host that is stopped and started is come to again by it; without its rule for Bastion the cause is told", async () => {
    for (const verb of ["stop", "start"]) {
      const { code, stderr } = await world.lab.run(verb, "--yes");
      expect({ code, said: code === 0 ? "" : stderr }).toEqual({ code: 0, said: "" });
    }
    expect(await world.login(AZURE_HOST)).toMatchObject({ code: 0 });
    const [firewall] = world.cloud.of("NetworkSecurityGroup");
    if (!firewall) throw new Error("no firewall stands");
    world.cloud.account.become(firewall, { securityRules: [] });
    const status = await world.lab.run("status");
    expect(status.code).not.toBe(0);
    expect(status.stderr).toContain(
      `host ${AZURE_HOST} (root, by Azure Bastion): it does not answer (Error opening tunnel: the target does not answer)`,
    );
    world.cloud.account.become(firewall, { securityRules: firewall.props.securityRules });
  }, 240_000);

  test("an end that is moved is in the lab's file and in Azure's clock, and nothing else with it", async () => {
    const end = () => {
      const found = world.cloud.of("Workflow").find(({ props }) => props.workflowName === "end");
      return JSON.stringify(found?.props.definition);
    };
    expect(end()).toContain('"startTime":"2027-01-19T09:00:00Z"');
    const { code, stderr } = await world.lab.run("extend", "--hours", "2", "--yes");
    expect({ code, said: code === 0 ? "" : stderr }).toEqual({ code: 0, said: "" });
    expect(stderr).not.toContain("recovery:");
    expect(end()).toContain('"startTime":"2027-01-19T11:00:00Z"');
    expect(readFileSync(world.lab.file, "utf8")).toContain("hardEnd: 2027-01-19T20:00");
  }, 120_000);

  test("learners are told in their folder that nobody comes in from outside", async () => {
    const out = join(world.lab.folder, "handout");
    expect((await world.lab.run("handout", "--out", out)).code).toBe(0);
    expect(readFileSync(join(out, "team-01", "connect.txt"), "utf8")).toContain("not open to the outside");
  }, 60_000);

  test("sweep finds Bastion and the gateway, with what each costs; down leaves nothing", async () => {
    const swept = await world.lab.run("sweep");
    expect(swept.stdout).toMatch(/ bastion +icloud-bastion +- +japaneast +2027-01-20 +\$0\.2900 /);
    expect(swept.stdout).toMatch(/ NAT gateway +icloud-nat +- +japaneast +2027-01-20 +\$0\.0450 /);
    const down = await world.lab.run("down", "--yes");
    expect({ code: down.code, said: down.code === 0 ? "" : down.stderr }).toEqual({ code: 0, said: "" });
    expect(world.cloud.standing).toEqual([]);
  }, 240_000);
});

test("the SDK of a cloud is loaded where a lab has hosts there, and no other", async () => {
  const loaded = async (...kinds: string[]) => {
    const script = `
      const { cloudsOf } = require("./dist/stacks/hosts.js");
      const { accountOf } = require("./dist/operations/clouds/leftovers.js");
      for (const verb of ["up", "down", "sweep", "status", "clouds/hosts"]) require("./dist/operations/" + verb + ".js");
      require("./dist/stacks/index.js");
      const hosts = ${JSON.stringify(kinds)}.map((kind) => ({ kind, name: kind, config: { kind, name: kind, region: "eu-west-1" } }));
      const unit = { hosts: hosts.map(({ name }) => name) };
      Promise.all([cloudsOf({ plan: { hosts }, unit }), accountOf(hosts)]).then(() => {
        const sdks = Object.keys(require.cache).flatMap((file) => /@pulumi.(?:aws|azure-native)|@aws-sdk/.exec(file) ?? []);
        console.log(JSON.stringify([...new Set(sdks)].sort()));
      });`;
    return JSON.parse((await execute(process.execPath, ["-e", script], { cwd: ROOT })).stdout);
  };
  expect(await loaded("this-machine", "existing")).toEqual([]);
  expect(await loaded("ec2")).toEqual(["@aws-sdk", "@pulumi/aws"]);
  expect(await loaded("azure")).toEqual(["@pulumi/azure-native"]);
}, 60_000);
