import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { parseLab } from "../../course/config";
import { formatFaults } from "../../course/faults";
import { type LabPlan, makePlan } from "../../course/plan";
import { resourcesOf } from "../../course/resources";
import { output, ROOT } from "../support/cli";
import { expectNothingToDo } from "../support/nothingToDo";
import { StandInHost } from "../support/standInHost";
import { StandInInternet } from "../support/standInInternet";
import { SKIP_LIBVIRT, TestLab } from "../support/testLab";
import { blackhole, redRows, verified } from "../support/verifying";

// The example's two guests on a Linux host over SSH: a host of its own in all but its kernel. This machine's libvirt shows nothing of the lab,
// and has no way to its networks.
const skip = SKIP_LIBVIRT || (process.env.CLASSLAB_TEST_SKIP?.includes("ssh") === true && !process.env.CI);
const suite = skip ? describe.skip : describe;

const LAB = "issh";
const HOST = "this-machine";

/** A host in the lab's file. */
interface HostYaml {
  name: string;
  kind: string;
  [key: string]: unknown;
}

/** The example's text with subnets from 192.168.212.0 on, the stand-in for the internet, its host, and a guest that guests can run in. */
function example(host: HostYaml): string {
  const file = join(ROOT, "examples/05-libvirt/Pulumi.libvirt.yaml");
  const text = readFileSync(file, "utf8")
    .replaceAll("192.168.99.", "192.168.212.")
    .replaceAll("192.168.20.", "192.168.213.");
  const document: {
    config: { "classlab:lab": Record<string, unknown> & { guests: { name: string; nested?: boolean }[] } };
  } = parse(text);
  for (const guest of document.config["classlab:lab"].guests)
    if (guest.name === "ubuntu-test1") guest.nested = true;
  document.config["classlab:lab"].verify = {
    internetProbe: { pages: [{ url: `http://${StandInInternet.address}/`, contains: "stand-in internet" }] },
  };
  document.config["classlab:lab"].hosts = [host];
  return stringify(document);
}

const overSsh = (hostKey: string): HostYaml => ({
  name: HOST,
  kind: "existing",
  os: "linux",
  shared: true,
  // A host whose size is unknown is noted in the plan.
  cpus: 4,
  memory: 16384,
  disk: 200,
  address: StandInHost.address,
  user: "root",
  hostKey,
});

/** The plan of the example with a host. */
function planWith(host: HostYaml): LabPlan {
  const document: { config: Record<string, unknown> } = parse(example(host));
  const parsed = parseLab(document.config["classlab:lab"]);
  if (!parsed.ok) throw new Error(formatFaults(parsed.faults));
  const planned = makePlan(LAB, parsed.value, { routed: true });
  if (!planned.ok) throw new Error(formatFaults(planned.faults));
  return planned.value;
}

/** Names of domains, networks and pools that this machine's libvirt has of the lab. */
async function here(): Promise<string[]> {
  const lists = [
    ["list", "--all", "--name"],
    ["net-list", "--all", "--name"],
    ["pool-list", "--all", "--name"],
  ];
  const texts = await Promise.all(
    lists.map((words) => output("virsh", ["-q", "-c", "qemu:///system", ...words])),
  );
  return texts.flatMap((text) => text.split("\n").filter((name) => name.includes(LAB)));
}

suite("virtual machines on a host over SSH", () => {
  let internet: StandInInternet;
  let host: StandInHost;
  let lab: TestLab;
  let open: () => Promise<void>;

  /** Names that the host's libvirt has. */
  const there = async (...words: string[]) =>
    (await host.run("virsh", "-q", "-c", "qemu:///system", ...words, "--name")).split("\n").filter(Boolean);
  const setHost = (change: Partial<HostYaml>) =>
    lab.edit((yaml) => {
      yaml.hosts = [{ ...overSsh(host.hostKey), ...change }];
    });
  const uptimes = () =>
    Promise.all(
      ["ubuntu-test1", "docker-host"].map(async (guest) => {
        const command = `ssh -F "$CLASSLAB_HOME/ssh/${LAB}.conf" ${guest}`;
        return Number((await lab.ssh(command, "cut -d. -f1 /proc/uptime")).stdout);
      }),
    );

  beforeAll(async () => {
    open = await blackhole("192.168.208.0/21");
    internet = await StandInInternet.start();
    host = await StandInHost.start();
    lab = new TestLab(LAB, example(overSsh(host.hostKey)));
  }, 120_000);

  afterAll(async () => {
    await lab.dispose();
    await host.stop();
    await internet.stop();
    await open();
  }, 300_000);

  test("the plan is the one for this machine but for the host", () => {
    const [local, remote] = [{ name: HOST, kind: "this-machine" }, overSsh(host.hostKey)].map(planWith);
    expect({ ...remote, hosts: [] }).toEqual({ ...local, hosts: [] });
    expect(remote?.hosts).toEqual([
      { ...local?.hosts[0], kind: "existing", config: remote?.hosts[0]?.config },
    ]);
  });

  test("a host without a key is not asked for one: the message says how to read it", async () => {
    lab.edit((yaml) => {
      const { hostKey: _none, ...keyless } = overSsh("");
      yaml.hosts = [keyless];
    });
    const refused = await lab.run("up", "--yes");
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(`ssh-keyscan -t ed25519 -p 22 ${StandInHost.address}`);
    expect(refused.stderr).toContain("[host-key-missing]");
    expect(await host.run("cat", "/var/log/sshd")).not.toContain("Connection");
  }, 60_000);

  test("one that does not know the lab's key is named, with the line that opens it", async () => {
    setHost({});
    const refused = await lab.run("up", "--yes");
    expect(refused.code).toBe(3);
    const line = /(ssh-ed25519 \S+ classlab:issh\/hosts)\. \[host-access-denied\]/.exec(refused.stderr)?.[1];
    expect(line).toBe(readFileSync(join(lab.folder, "home", "keys", LAB, "hosts.key.pub"), "utf8").trim());
    await host.letIn(line ?? "");
  }, 60_000);

  test("stand up there, nothing of it here", async () => {
    const document = await lab.up();
    expect(document.ok).toBe(true);
    expect(document.services.map(({ url, ok }) => ({ url, ok }))).toEqual([
      { url: "http://192.168.212.99:8080/", ok: true },
    ]);
    expect((await there("list")).sort()).toEqual([
      `${LAB}-team-01-docker-host`,
      `${LAB}-team-01-ubuntu-test1`,
    ]);
    expect(await here()).toEqual([]);
  }, 1_800_000);

  test("are what the plan says, every check of it", async () => {
    const { code, report } = await verified(lab, "--timeout", "300");
    expect(redRows(report)).toEqual({});
    expect(code).toBe(0);
    expect(report.rows.some(({ kind, expected }) => kind === "internet" && expected)).toBe(true);
    // Emulated ones have QEMU's own virtualization: a guest in a guest starts on any host.
    expect(report.rows.flatMap(({ id, kind }) => (kind === "nested" ? [id] : []))).toEqual([
      "nested/team-01/ubuntu-test1/flag",
      "nested/team-01/ubuntu-test1/start",
    ]);
  }, 400_000);

  test("resources are those of this machine, but that scripts for the host are remote", async () => {
    const exported = JSON.parse((await lab.pulumi("stack", "export", "--stack", LAB)).stdout);
    const recorded: { type: string; urn: string }[] = exported.deployment.resources;
    const plan = planWith({ name: HOST, kind: "this-machine" });
    const [unit] = plan.units;
    const wanted = (unit ? resourcesOf(plan, unit) : []).map(({ type, name }) => `${type} ${name}`);
    const found = recorded.map(({ type, urn }) => `${type} ${urn.split("::").at(-1)}`);
    expect(found.map((text) => text.replace(/^command:remote:/, "command:local:")).sort()).toEqual(
      wanted.sort(),
    );
    expect(found.filter((text) => text.startsWith("command:remote:")).length).toBe(12);
    // The key that opens the host is in state as a secret only, and no path of this machine is.
    const text = JSON.stringify(exported);
    expect(text).not.toContain("OPENSSH PRIVATE KEY");
    expect(text).not.toContain(lab.folder);
  }, 120_000);

  test("log a learner in as printed, through the host", async () => {
    const command = `ssh -F "$CLASSLAB_HOME/ssh/${LAB}.conf" docker-host`;
    expect((await lab.ssh(command, "hostname")).stdout).toBe("docker-host\n");
  }, 120_000);

  test("a second preview is empty, with and without refresh; up has nothing to do", async () => {
    await expectNothingToDo(lab);
  }, 400_000);

  test("a host that does not answer: one fault within seconds, nothing changed", async () => {
    const before = await uptimes();
    await host.stopSsh();
    const began = performance.now();
    const refused = await lab.run("up", "--yes");
    expect(refused.code).toBe(3);
    expect(refused.stderr.match(/\[[a-z-]+\]$/gm)).toEqual(["[host-unreachable]"]);
    expect(refused.stderr).toContain(`host ${HOST} (root@${StandInHost.address}, port 22)`);
    expect(performance.now() - began).toBeLessThan(60_000);
    await host.startSsh();
    for (const [index, seconds] of (await uptimes()).entries())
      expect(seconds).toBeGreaterThanOrEqual(before[index] ?? Number.NaN);
  }, 120_000);

  test("a host with another key is refused and named; nothing is sent to it", async () => {
    const other = `${lab.folder}/other`;
    await output("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", other]);
    setHost({ hostKey: readFileSync(`${other}.pub`, "utf8").split(" ").slice(0, 2).join(" ") });
    for (const verb of ["up", "down"]) {
      const refused = await lab.run(verb, "--yes");
      expect({ verb, code: refused.code }).toEqual({ verb, code: 3 });
      expect(refused.stderr.match(/\[[a-z-]+\]$/gm)).toEqual(["[host-key-changed]"]);
    }
    setHost({});
    expect((await there("list")).length).toBe(2);
  }, 120_000);

  test("go without a trace on the host", async () => {
    const down = await lab.run("down", "--yes");
    expect({ code: down.code, stderr: down.code === 0 ? "" : down.stderr }).toEqual({ code: 0, stderr: "" });
    expect((await lab.run("sweep")).code).toBe(0);
    const left = await Promise.all(
      [
        ["list", "--all"],
        ["net-list", "--all"],
        ["pool-list", "--all"],
      ].map((words) => there(...words)),
    );
    expect(left.flat()).toEqual([]);
    const files =
      "find /var/lib/libvirt/images /var/lib/classlab /run -path '*classlab*' -not -path '*classlab-cache*' -type f";
    expect(await host.run("sh", "-c", `${files} 2>/dev/null || :`)).toBe("");
  }, 300_000);
});
