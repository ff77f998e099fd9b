import { existsSync } from "node:fs";
import { join } from "node:path";
import { Checkout, fixture, versions } from "./checkout";

let checkout: Checkout;
beforeEach(() => {
  checkout = new Checkout();
  checkout.engine(versions.engine.install);
  checkout.fakePlugins();
  checkout.haveCompose();
});
afterEach(() => checkout.remove());

const run = (...args: string[]) => checkout.finish(checkout.launch(args));

test("the command gets its arguments, and its exit code is passed on", async () => {
  const { code, stdout } = await run("status", "--stack", "dev", "--json");
  expect(code).toBe(7);
  expect(stdout).toBe("cli status --stack dev --json\n");
});

test.each([
  ["plan", "--stack", "dev"],
  ["doctor", "--fix"],
  ["--help"],
  ["up", "--help"],
  ["--version"],
  [],
  ["pu"],
])("neither engine nor Docker is asked for by: %s %s %s", async (...args) => {
  const { code, stdout } = await run(...args);
  expect(code).toBe(0);
  expect(stdout).toBe(`cli ${args.join(" ")}\n`);
  expect(checkout.called().filter((call) => !call.startsWith("npm"))).toEqual([]);
  expect(existsSync(join(checkout.root, ".classlab"))).toBe(false);
});

test("env asks for the engine alone", async () => {
  await run("env", "--stack", "dev");
  expect(checkout.called()).toContain("pulumi version");
  expect(checkout.called().filter((call) => call.startsWith("docker"))).toEqual([]);
});

describe("with something missing", () => {
  beforeEach(() => checkout.unfake("docker"));

  // Whether the system is Debian is the machine's own here.
  const sentences = ["docker-consent", "docker-other-linux", "docker-other-system"].map((name) =>
    fixture(name),
  );

  test("up prints the plan of the same lab all the same, then what is missing", async () => {
    const { code, stdout, stderr } = await run("up", "--stack", "dev", "--team=team-01");
    expect(code).toBe(3);
    expect(stdout).toBe("cli plan --stack dev --team=team-01\n");
    expect(sentences.some((sentence) => stderr.endsWith(`${sentence}\n`))).toBe(true);
  });

  test("other commands only say so", async () => {
    const { code, stdout } = await run("down", "--stack", "dev");
    expect(code).toBe(3);
    expect(stdout).toBe("");
  });

  test("--json prints one document and nothing else", async () => {
    const { code, stdout } = await run("up", "--stack", "dev", "--json");
    expect(code).toBe(3);
    const document = JSON.parse(stdout) as { missing: object[] };
    expect(document).toMatchObject({ schemaVersion: 1, ok: false });
    expect(document.missing).toEqual([
      {
        code: expect.stringMatching(/^docker/),
        what: expect.any(String),
        why: expect.any(String),
        todo: expect.any(String),
      },
    ]);
  });
});

test("a signal to the launcher reaches the command, whose exit code counts", async () => {
  const child = checkout.launch(["sweep"]);
  const ended = checkout.finish(child);
  await new Promise((done) => child.stdout?.once("data", done));
  await new Promise((done) => setTimeout(done, 100));
  child.kill("SIGTERM");
  expect(await ended).toMatchObject({ code: 5, signal: null });
});

describe("npm test", () => {
  // Elsewhere there is no libvirt to be had.
  const linux = () => checkout.pretend({ platform: "linux" });
  const jest = (env: Record<string, string>, args = ["--x"]) =>
    checkout.finish(
      checkout.start([...linux(), "setup/test.mjs", ...args], { CLASSLAB_VIRTUALBOX: "/there", ...env }),
    );

  beforeEach(() => {
    checkout.unfake("docker");
    checkout.fake("chromium", "exit 0");
    checkout.haveLibvirt();
    for (const name of ["xmllint", "netplan", "cloud-init", "mcs", "mono"]) checkout.fake(name, "");
    checkout.fakeJest(
      'console.log(process.env.CLASSLAB_TEST_SKIP + " " + process.argv.slice(2).join(" ")); process.exit(9);',
    );
  });

  test("skips what needs Docker where that cannot be had", async () => {
    const { code, stdout } = await jest({});
    expect(stdout).toBe("docker --x\n");
    expect(code).toBe(9);
  });

  test("runs all where nothing is missing", async () => {
    checkout.fake("docker", "echo 28.0.0");
    const { stdout } = await jest({});
    expect(stdout).toBe("undefined --x\n");
  });

  test("skips what is compiled where no compiler can be had", async () => {
    checkout.fake("docker", "echo 28.0.0");
    checkout.unfake("mcs");
    const { stdout, stderr } = await jest({});
    expect(stdout).toBe("mono --x\n");
    expect(stderr).toContain(
      "Tests with the program that joins a Windows host with its guests are skipped.\n",
    );
  });

  describe("where this user may not use libvirt", () => {
    beforeEach(() => {
      checkout.fake("docker", "echo 28.0.0");
      checkout.fake("virsh", "echo 'error: Permission denied' >&2; exit 1");
    });

    test("skips what needs it", async () => {
      const { code, stdout, stderr } = await jest({});
      expect(stdout).toBe("libvirt --x\n");
      expect(code).toBe(9);
      expect(stderr).toContain("libvirt runs, but this user may not use it: Permission denied; ");
      expect(stderr).toContain("Tests that make virtual machines with libvirt are skipped.\n");
    });

    test("stops in CI", async () => {
      expect(await jest({ CI: "true" })).toMatchObject({ code: 3, stdout: "" });
    });

    test("does not ask for it for other tests", async () => {
      const { stdout } = await jest({}, ["tests/unit/plan.test.ts"]);
      expect(stdout).toBe("undefined tests/unit/plan.test.ts\n");
      expect(checkout.called().filter((call) => call.startsWith("virsh"))).toEqual([]);
    });
  });

  test("stops where modules are missing", async () => {
    checkout.fake("npm", "exit 1");
    expect(await jest({})).toMatchObject({ code: 3, stdout: "" });
  });
});
