import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { opens } from "../../operations/passphrase";
import { execute, type Finished, output, ROOT } from "../support/cli";
import { SKIP_INTEGRATION, TestLab } from "../support/testLab";

// Doctor on the real machine: what it finds is really so, and it changes nothing that it was not asked to.
const suite = SKIP_INTEGRATION ? describe.skip : describe;
const NET = "192.168.196";

const reportSchema = z.looseObject({
  schemaVersion: z.literal(1),
  ok: z.boolean(),
  checks: z.array(
    z.looseObject({
      id: z.string(),
      status: z.enum(["ok", "warning", "blocking", "not-needed", "unknown"]),
      found: z.string(),
      fix: z.string().optional(),
      fixable: z.boolean(),
      code: z.string().optional(),
    }),
  ),
  repairs: z.array(z.looseObject({ checks: z.array(z.string()), done: z.string() })),
});
type Report = z.output<typeof reportSchema>;

suite("doctor", () => {
  const lab = new TestLab("idoctor", TestLab.devConfig().replaceAll("192.168.199.", `${NET}.`));
  const home = join(lab.folder, "home");
  const report = (result: Finished): Report => reportSchema.parse(JSON.parse(result.stdout));
  const check = (of: Report, id: string) => of.checks.find((entry) => entry.id === id);
  const blocking = (of: Report) =>
    of.checks.filter((entry) => entry.status === "blocking").map((entry) => entry.id);

  afterAll(() => lab.dispose(), 60_000);

  test("a machine that has what the lab needs: nothing blocks, and nothing is made", async () => {
    const before = await output("docker", ["ps", "-aq", "--filter", "label=classlab.probe=idoctor"]);
    const result = await lab.run("doctor", "--json");
    expect(blocking(report(result))).toEqual([]);
    expect(result.code).toBe(0);
    expect(readdirSync(home)).toEqual([]);
    expect(await output("docker", ["ps", "-aq", "--filter", "label=classlab.probe=idoctor"])).toBe(before);
    const version = (await output("docker", ["version", "--format", "{{.Server.Version}}"])).trim();
    expect(check(report(result), "docker")?.found).toContain(`version ${version} `);
    expect(check(report(result), "engine")?.status).toBe("ok");
    expect(["ok", "unknown"]).toContain(check(report(result), "guest-rights")?.status);
    const text = await lab.run("doctor");
    expect(text.stdout).toMatch(/^Lab "idoctor": this machine has what it needs\n/);
    expect(text.stdout).toContain("Nothing is in the way: npx classlab up --config ");
  });

  test("a Docker that does not answer: said, and the rest is looked at all the same", async () => {
    const result = await execute(
      process.execPath,
      [
        join(ROOT, "setup", "classlab.mjs"),
        "doctor",
        "--config",
        join(lab.folder, "Pulumi.idoctor.yaml"),
        "--json",
      ],
      { env: { ...lab.env, DOCKER_HOST: "unix:///nowhere/docker.sock" } },
    );
    expect(result.code).toBe(3);
    expect(blocking(report(result))).toEqual(["docker"]);
    expect(check(report(result), "docker")).toMatchObject({ code: "docker-not-running", fixable: false });
    expect(check(report(result), "docker")?.found).toContain(
      "unix:///nowhere/docker.sock, chosen by DOCKER_HOST",
    );
    expect(check(report(result), "engine")?.status).toBe("ok");
    expect(check(report(result), "subnets")?.status).toBe("unknown");
  });

  test("a key that others can read is found and mended, and ssh takes it again", async () => {
    const key = join(home, "keys", "idoctor", "team-01");
    mkdirSync(join(home, "keys", "idoctor"), { recursive: true, mode: 0o700 });
    await output("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
    chmodSync(key, 0o644);
    // ssh's own word for it: it reads no public part out of a key that is open to all.
    expect((await execute("ssh-keygen", ["-y", "-f", key])).stderr).toContain("UNPROTECTED PRIVATE KEY FILE");
    const ill = await lab.run("doctor", "--json");
    expect(ill.code).toBe(3);
    expect(blocking(report(ill))).toEqual(["keys"]);
    const mended = await lab.run("doctor", "--fix", "--json");
    expect(report(mended).repairs.map((repair) => repair.checks)).toContainEqual(["keys"]);
    expect(mended.code).toBe(0);
    expect(statSync(key).mode & 0o777).toBe(0o600);
    expect((await execute("ssh-keygen", ["-y", "-f", key])).code).toBe(0);
  });

  test("what an ended run left locked is told, and removed on request; what a live one holds is left", async () => {
    const folder = join(home, "state", ".pulumi", "locks", "organization", "classlab", "idoctor");
    mkdirSync(folder, { recursive: true });
    const ended = (await output("sh", ["-c", "echo $$"])).trim();
    const lock = (name: string, pid: number, host: string) =>
      writeFileSync(
        join(folder, name),
        JSON.stringify({ pid, username: "test", hostname: host, timestamp: "2026-11-23T20:00:00Z" }),
      );
    lock("dead.json", Number(ended), hostname());
    expect(check(report(await lab.run("doctor", "--json")), "locks")).toMatchObject({
      status: "warning",
      fixable: true,
    });
    lock("elsewhere.json", Number(ended), "another-machine");
    const held = check(report(await lab.run("doctor", "--fix", "--json")), "locks");
    expect(held).toMatchObject({ status: "warning", fixable: false });
    expect(readdirSync(folder)).toEqual(["elsewhere.json"]);
  });

  test("a subnet in use: who has it, a free one, and the exit code of up", async () => {
    await output("docker", ["network", "create", "--subnet", `${NET}.128/25`, "idoctor-probe"]);
    try {
      const result = await lab.run("doctor");
      expect(result.code).toBe(2);
      expect(result.stdout).toContain(`Docker network "idoctor-probe" has ${NET}.128/25. [subnet-in-use]`);
      expect(result.stdout).toMatch(/[\d.]+\/24 is free: set "subnet: [\d./]+" on switch "lan"/);
    } finally {
      await output("docker", ["network", "rm", "idoctor-probe"]);
    }
  });

  test("the help names the verb and the page of causes", async () => {
    const { stdout } = await execute(process.execPath, [join(ROOT, "setup", "classlab.mjs"), "--help"], {
      env: lab.env,
    });
    expect(stdout).toMatch(/^ {2}doctor \[options\]/m);
    expect(stdout).toContain("docs/causes.md");
  });

  test("a faulty configuration is told as everywhere", async () => {
    const file = join(lab.folder, "Pulumi.broken.yaml");
    writeFileSync(file, "config:\n  classlab:lab:\n    guests: []\n");
    const result = await execute(
      process.execPath,
      [join(ROOT, "setup", "classlab.mjs"), "doctor", "--config", file],
      {
        env: lab.env,
      },
    );
    expect(result.code).toBe(2);
    expect(result.stderr).toContain("[config-value]");
  });

  test("a cut-off state is told before the engine stumbles over it", async () => {
    const stacks = join(home, "state", ".pulumi", "stacks", "classlab");
    mkdirSync(stacks, { recursive: true });
    writeFileSync(join(stacks, "idoctor.json"), '{"version":3,"checkpoint":{"latest":{"resou');
    const found = check(report(await lab.run("doctor", "--json")), "state");
    expect(found).toMatchObject({ status: "blocking", code: "state-damaged" });
    // Nothing was put in its place: that is for whoever knows what is better.
    expect(readFileSync(join(stacks, "idoctor.json"), "utf8")).toHaveLength(43);
    expect(existsSync(join(stacks, "idoctor.json.bak"))).toBe(false);
  });

  test("a cut-off state with a backup is mended on request: the engine reads it again", async () => {
    const folder = join(home, "state", ".pulumi");
    const state = join(folder, "stacks", "classlab", "idoctor.json");
    const locks = join(folder, "locks", "organization", "classlab", "idoctor");
    rmSync(locks, { recursive: true, force: true });
    const pending = {
      resource: { urn: "urn:pulumi:idoctor::classlab::type::killed", type: "type" },
      type: "creating",
    };
    const checkpoint = { stack: "organization/classlab/idoctor", latest: { pending_operations: [pending] } };
    writeFileSync(`${state}.bak`, JSON.stringify({ version: 3, checkpoint }));
    const cut = readFileSync(state, "utf8");
    const ill = await lab.run("doctor", "--json");
    expect(check(report(ill), "state")).toMatchObject({
      status: "warning",
      code: "state-damaged",
      fixable: true,
    });
    expect(readFileSync(state, "utf8")).toBe(cut);

    // A run that lives holds it: nothing is touched.
    mkdirSync(locks, { recursive: true });
    const holder = spawn("sh", ["-c", "echo begun; read wait", "pulumi"], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    await once(holder.stdout, "data");
    const lock = {
      pid: holder.pid,
      username: "test",
      hostname: hostname(),
      timestamp: "2026-11-23T20:00:00Z",
    };
    writeFileSync(join(locks, "live.json"), JSON.stringify(lock));
    const held = report(await lab.run("doctor", "--fix", "--json"));
    expect(held.repairs.map((repair) => repair.done).join()).toContain("[stack-locked]");
    expect(readFileSync(state, "utf8")).toBe(cut);
    holder.kill("SIGKILL");
    await once(holder, "close");

    const mended = report(await lab.run("doctor", "--fix", "--json"));
    const done = mended.repairs.find((repair) => repair.checks.includes("state"))?.done;
    expect(done).toMatch(
      /removed the lock of process \d+, which is dead; .*its state file was cut off; restored from/,
    );
    expect(done).toContain("a killed run had not finished killed");
    expect(check(mended, "state")?.status).toBe("ok");
    expect(check(mended, "locks")?.status).toBe("ok");
    expect(readdirSync(locks)).toEqual([]);
    expect(readFileSync(`${state}.damaged`, "utf8")).toBe(cut);
    // The engine's own word for it.
    const env = { ...lab.env, PULUMI_BACKEND_URL: `file://${join(home, "state")}` };
    const stacks = await output("pulumi", ["stack", "ls", "--all", "--json"], { env, cwd: lab.folder });
    expect(stacks).toContain("idoctor");
  });

  test("the engine's own encryption is what the passphrase is tried on", async () => {
    const folder = join(lab.folder, "plain");
    mkdirSync(folder);
    mkdirSync(join(lab.folder, "plain-state"));
    writeFileSync(join(folder, "Pulumi.yaml"), "name: plain\nruntime: yaml\n");
    const env = {
      ...lab.env,
      PULUMI_BACKEND_URL: `file://${join(lab.folder, "plain-state")}`,
      PULUMI_CONFIG_PASSPHRASE: "right",
    };
    await output("pulumi", ["stack", "init", "plain", "--non-interactive"], { env, cwd: folder });
    const written: { encryptionsalt: string } = parse(
      readFileSync(join(folder, "Pulumi.plain.yaml"), "utf8"),
    );
    expect(await opens("right", written.encryptionsalt)).toBe(true);
    expect(await opens("wrong", written.encryptionsalt)).toBe(false);
  });
});
