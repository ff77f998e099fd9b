import { readFileSync } from "node:fs";
import { join } from "node:path";
import { renderPreload } from "../../components/courseImages";
import { containerChannel } from "../../components/hypervisors/containers/channel";
import { renderReady } from "../../components/hypervisors/containers/render";
import { guestsOf } from "../../course/plan";
import { engineFault } from "../../operations/engineFault";
import { execute, output, ROOT } from "../support/cli";
import { devPlan, RECORD } from "../support/devPlan";
import { SKIP_INTEGRATION, TEST_NET, TestLab } from "../support/testLab";

// What goes wrong on the real Docker and the real engine, told as its fixture says.
const suite = SKIP_INTEGRATION ? describe.skip : describe;
const fixture = (name: string) => readFileSync(join(ROOT, "tests", "fixtures", "bad", name), "utf8").trim();

suite("run-time faults", () => {
  const lab = new TestLab("ifault", TestLab.devConfig());
  const probe = "ifault-probe";
  const [planned] = guestsOf(devPlan());
  if (!planned) throw new Error("the dev lab has a guest");
  const guest = { ...planned, objectName: probe };
  let image: string;
  /** Starts a container of the guest image that runs a script in place of a guest. */
  const guestDoing = (script: string) =>
    output("docker", ["run", "-d", "--name", probe, "--network", "none", image, "sh", "-c", script]);

  beforeAll(async () => {
    const images = await lab.run("images", "--yes", "--json");
    if (images.code !== 0) throw new Error(images.stderr);
    const document: { images: { guest: { id: string } } } = JSON.parse(images.stdout);
    image = document.images.guest.id;
  }, 15 * 60_000);

  afterEach(async () => {
    await execute("docker", ["rm", "-f", probe]);
  });

  afterAll(() => lab.dispose(), 60_000);

  test("a guest whose Docker Engine never answers: deadline, cause, end of its log", async () => {
    await guestDoing("echo last words of the guest; exec sleep 600");
    const result = await execute("sh", ["-s", "--"], { stdin: renderReady(guest, "ssh-ed25519 KEY", 2) });
    expect(result.code).toBe(1);
    expect(engineFault("dev", result.stderr).message).toBe(fixture("guest-not-ready.txt"));
  });

  test("a guest that stopped: its exit code, end of its log", async () => {
    await guestDoing("echo last words of the guest; exit 7");
    await execute("docker", ["wait", probe]);
    const result = await execute("sh", ["-s", "--"], { stdin: renderReady(guest, "ssh-ed25519 KEY", 20) });
    expect(result.code).toBe(1);
    expect(engineFault("dev", result.stderr).message).toBe(fixture("guest-stopped.txt"));
  });

  test("a course image that this machine lacks", async () => {
    // A guest whose Docker has no image yet: its client answers nothing.
    const empty = "ln -s /bin/true /usr/local/bin/docker; exec sleep 600";
    await guestDoing(empty);
    await output("sh", [
      "-c",
      `until docker exec ${probe} test -e /usr/local/bin/docker; do sleep 0.1; done`,
    ]);
    const script = renderPreload(containerChannel(guest, "dev"), RECORD.images);
    const result = await execute("sh", ["-s", "--"], { stdin: script });
    expect(result.code).toBe(1);
    expect(engineFault("dev", result.stderr).message).toBe(fixture("image-missing.txt"));
  });

  test("a registry that is asked for and does not answer", async () => {
    lab.edit((config) => {
      config.images = { source: "registry" };
    });
    // A proxy that refuses stands for a network without a registry, wherever this test runs.
    const result = await lab.run("images", "--yes");
    if (result.code === 0) return; // the open internet: the official images were pulled
    expect(result.code).toBe(3);
    expect(result.stderr).toContain("[registry-unreachable]");
    expect(result.stderr).toContain(
      "Connect this machine to the registry, or set images.source to distribution.",
    );
  }, 120_000);

  test("a subnet in use is refused before anything is made", async () => {
    lab.edit((config) => {
      config.images = { source: "auto" };
    });
    await output("docker", ["network", "create", "--subnet", `${TEST_NET}.128/25`, probe]);
    try {
      const result = await lab.run("up", "--yes");
      expect(result.code).toBe(2);
      expect(result.stderr).toContain(`Docker network "${probe}" has ${TEST_NET}.128/25`);
      expect(result.stderr).toContain("is free");
      expect((await lab.run("sweep", "--json")).code).toBe(0);
      // Not even a stack: the refusal comes before the backend is touched.
      expect((await lab.run("status")).stderr).toContain("[stack-absent]");
    } finally {
      await output("docker", ["network", "rm", probe]);
    }
  }, 60_000);

  test("a Docker that does not answer is named with its address", async () => {
    const result = await execute(process.execPath, [join(ROOT, "setup", "classlab.mjs"), "status"], {
      env: { ...lab.env, DOCKER_HOST: "unix:///nowhere/docker.sock" },
    });
    expect(result.code).toBe(3);
    expect(result.stderr).toContain(
      "The Docker daemon at unix:///nowhere/docker.sock, chosen by DOCKER_HOST, does not answer",
    );
  });
});
