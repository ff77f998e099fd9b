import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { parseLab } from "../../course/config";
import { formatFaults } from "../../course/faults";
import { makePlan } from "../../course/plan";
import { resourcesOf } from "../../course/resources";
import { execute, ROOT } from "../support/cli";
import { StandInCloud } from "../support/clouds";
import { plainProps } from "../support/clouds/account";
import { CloudMachine } from "../support/clouds/machine";
import { StandInHost } from "../support/standInHost";
import { StandInInternet } from "../support/standInInternet";
import { SKIP_LIBVIRT, TestLab } from "../support/testLab";

// The real engine and the program, with a stand-in for Amazon that knows some of its rules and whose machine is a Linux host of the test's own.
// What this does not prove: that Amazon takes it, and that its images do with user data what cloud-init says.
const suite = SKIP_LIBVIRT ? describe.skip : describe;

const LAB = "icloud";
const STACK = `${LAB}-hosts`;
const HOST = "aws-team-01";

const documentSchema = z.looseObject({
  changes: z.record(z.string(), z.number()),
  planned: z.number(),
  steps: z.array(z.looseObject({ op: z.string(), urn: z.string(), type: z.string() })),
  hosts: z.array(z.looseObject({ name: z.string(), address: z.string(), hostKey: z.string() })),
});

const faultsSchema = z.looseObject({ faults: z.array(z.looseObject({ code: z.string() })) });

/** The example's lab, with one team of its two. */
const CONFIG = {
  ...parse(readFileSync(join(ROOT, "examples", "08-aws", "Pulumi.aws.yaml"), "utf8")).config["classlab:lab"],
  teams: 1,
};

/** Type and name of everything that the plan lists. */
function planned(): string[] {
  const parsed = parseLab(CONFIG);
  if (!parsed.ok) throw new Error(formatFaults(parsed.faults));
  const plan = makePlan(LAB, parsed.value);
  if (!plan.ok) throw new Error(formatFaults(plan.faults));
  const [unit] = plan.value.units;
  return unit ? resourcesOf(plan.value, unit).map(({ type, name }) => `${type} ${name}`) : [];
}

suite("hosts on EC2", () => {
  let internet: StandInInternet;
  let host: StandInHost;
  let machine: CloudMachine;
  let cloud: StandInCloud;
  let lab: TestLab;

  const hosts = async (...words: string[]) => {
    const result = await lab.run("up", "--hosts", "--json", "--yes", ...words);
    if (result.code !== 0) throw new Error(`${result.stdout}\n${result.stderr}`);
    return documentSchema.parse(JSON.parse(result.stdout));
  };

  beforeAll(async () => {
    internet = await StandInInternet.start();
    host = await StandInHost.start();
    machine = new CloudMachine(host);
    cloud = await StandInCloud.start(machine);
    lab = new TestLab(LAB, stringify({ config: { "classlab:lab": CONFIG } }));
    Object.assign(lab.env, cloud.environment(lab.folder, lab.env));
  }, 120_000);

  afterAll(async () => {
    await lab.dispose();
    await cloud.stop();
    await host.stop();
    await internet.stop();
  }, 120_000);

  test("a preview shows every resource, and makes none", async () => {
    const { steps } = await hosts("--preview");
    const shown = steps.map(({ op, type, urn }) => `${op} ${type} ${urn.split("::").at(-1)}`);
    expect(shown.sort()).toEqual(
      planned()
        .map((title) => `create ${title}`)
        .sort(),
    );
    expect(cloud.standing).toEqual([]);
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

  test("a busy cloud is asked again, and a quota that is too small is told", async () => {
    cloud.fail("create", "Vpc", "RequestLimitExceeded: Request limit exceeded.", 3);
    cloud.fail("create", "Instance", "VcpuLimitExceeded: Your current vCPU limit is 0.");
    expect(await refused()).toMatchObject({
      code: 3,
      causes: ["cloud-quota"],
      said: expect.stringContaining(
        "machine: Your current vCPU limit is 0 (VcpuLimitExceeded). Ask the cloud",
      ),
    });
    expect(cloud.of("Vpc")).toHaveLength(1);
    expect({ vpc: created("Vpc"), machine: created("Instance") }).toEqual({ vpc: 4, machine: 1 });
  }, 60_000);

  test("a cloud that stays busy is asked ten times, and no more", async () => {
    cloud.fail("create", "Instance", "RequestLimitExceeded: Request limit exceeded.", 100);
    expect(await refused()).toMatchObject({ code: 1, causes: ["cloud-busy"] });
    cloud.mend();
    expect({ vpc: created("Vpc"), machine: created("Instance") }).toEqual({ vpc: 4, machine: 11 });
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
    await machine.begin(plainProps(instance?.props ?? {}));
  }, 120_000);

  test("what is lacking is made, and the host is reached by its own key", async () => {
    const document = await hosts();
    expect(document.hosts.map(({ name, address }) => ({ name, address }))).toEqual([
      { name: HOST, address: StandInHost.address },
    ]);
    const own = await host.run("cat", "/etc/ssh/stand-in/host_key.pub");
    expect(own).toBe(`${document.hosts[0]?.hostKey} ${HOST}\n`);
    const said = await execute("ssh", ["-F", `${lab.folder}/home/ssh/${LAB}.hosts`, HOST, "hostname"]);
    expect(said).toEqual({ code: 0, stdout: `${HOST}\n`, stderr: "" });
    expect(cloud.standing).toHaveLength(planned().filter((title) => title.startsWith("aws:")).length);
  }, 240_000);

  test("state has the plan's resources, and keys as secrets only", async () => {
    const exported = (await lab.pulumi("stack", "export", "--stack", STACK)).stdout;
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
    const preview = await lab.pulumi("preview", "--stack", STACK, "--expect-no-changes");
    expect({ code: preview.code, said: preview.code === 0 ? "" : preview.stdout }).toEqual({
      code: 0,
      said: "",
    });
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
    const [after, ...others] = cloud.of("Instance");
    expect(others).toEqual([]);
    expect(after?.id).not.toBe(before.id);
    expect(cloud.of("Eip").map(({ props }) => props.instance)).toEqual([after?.id]);
    const said = await execute("ssh", ["-F", `${lab.folder}/home/ssh/${LAB}.hosts`, HOST, "hostname"]);
    expect(said).toEqual({ code: 0, stdout: `${HOST}\n`, stderr: "" });
  }, 120_000);

  test("nobody removes a host by accident", async () => {
    const accident = await lab.pulumi("destroy", "--yes", "--stack", STACK);
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
    cloud.account.forget(stranger);
    const down = await lab.run("down", "--yes");
    expect({ code: down.code, stderr: down.code === 0 ? "" : down.stderr }).toEqual({ code: 0, stderr: "" });
    expect(cloud.standing).toEqual([]);
    expect((await lab.run("sweep")).code).toBe(0);
  }, 120_000);
});

test("the SDK of a cloud is loaded where a lab has hosts there, and no other", async () => {
  const loaded = async (...kinds: string[]) => {
    const script = `
      const { cloudsOf } = require("./dist/stacks/hosts.js");
      const hosts = ${JSON.stringify(kinds)}.map((kind) => ({ kind, name: kind }));
      cloudsOf({ plan: { hosts }, unit: { hosts: hosts.map(({ name }) => name) } }).then(() =>
        require("./dist/stacks/index.js") &&
        console.log(JSON.stringify([...new Set(Object.keys(require.cache).flatMap((file) => /@pulumi.(aws|azure-native)/.exec(file)?.[1] ?? []))])));`;
    return JSON.parse((await execute(process.execPath, ["-e", script], { cwd: ROOT })).stdout);
  };
  expect(await loaded("this-machine", "existing")).toEqual([]);
  expect(await loaded("ec2")).toEqual(["aws"]);
}, 60_000);
