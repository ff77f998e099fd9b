import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { keptDeployment } from "../../operations/recovery/checkpoint";
import { stackFiles } from "../../operations/recovery/fileBackend";
import { execute, output, ROOT } from "../support/cli";
import { SKIP_INTEGRATION, TEST_NET, TestLab, type UpDocument } from "../support/testLab";
import { WordPressClient } from "../support/wordPress";

// The dev lab on the real engine, plugins and Docker, from its own stack file. What it does not prove: real virtual
// machines, other hypervisors, official images (no registry is asked here unless one answers).
const suite = SKIP_INTEGRATION ? describe.skip : describe;

suite("the dev lab", () => {
  const lab = new TestLab("itest");
  const address = `${TEST_NET}.99`;
  const GUEST = "ubuntu-test1";
  let first: UpDocument;
  const stranger = "itest-stranger";

  const url = (port: number) => `http://${address}:${port}/`;
  const page = async (port: number) =>
    (await fetch(url(port), { signal: AbortSignal.timeout(10_000) })).text();
  const guestCommand = (guest: string) =>
    first.guests.find((entry) => entry.guest === guest)?.sshCommand ?? "false";
  const names = async (...args: string[]) =>
    (await output("docker", args)).split("\n").filter(Boolean).sort();

  beforeAll(async () => {
    first = await lab.up();
    // Made from an image of ours, but by hand: it carries no mark.
    const image = (await output("docker", ["inspect", "-f", "{{.Image}}", `itest-team-01-${GUEST}`])).trim();
    await output("docker", ["network", "create", "--subnet", "192.168.198.0/24", stranger]);
    await output("docker", ["volume", "create", stranger]);
    await output("docker", [
      "run",
      "-d",
      "--name",
      stranger,
      "--network",
      stranger,
      "-v",
      `${stranger}:/data`,
      image,
      "sleep",
      "infinity",
    ]);
  }, 20 * 60_000);

  afterAll(async () => {
    await lab.dispose();
    await execute("docker", ["rm", "-f", stranger]);
    await execute("docker", ["network", "rm", stranger]);
    await execute("docker", ["volume", "rm", stranger]);
  }, 120_000);

  test("the first run makes every planned resource", () => {
    expect(first.units).toHaveLength(1);
    const [unit] = first.units;
    expect(unit?.changes).toEqual({ create: unit?.planned });
    expect(unit?.resources).toBe(unit?.planned);
  });

  test("the guests took the course's images from the machine's store: none was loaded", async () => {
    const script = `cd /disk/docker
      for file in image/overlay2/layerdb/sha256/*/cache-id; do
        if [ -e "overlay2/$(cat "$file")/diff/.in-classlab-images" ]; then echo shared; else echo "copied $file"; fi
      done | sort | uniq -c`;
    for (const guest of ["ubuntu-test1", "ubuntu-test2"]) {
      const told = /^ *(\d+) shared\n$/.exec(await lab.inGuest(guest, script));
      // Each image has a layer of its own at least.
      expect(Number(told?.[1])).toBeGreaterThanOrEqual(7);
    }
  });

  test("every service answers a learner's browser", () => {
    expect(first.services.map((service) => service.url)).toEqual(
      [8080, ...Array.from({ length: 10 }, (_, index) => 8001 + index), 8070, 8060].map(url),
    );
    expect(first.services.filter((service) => !service.ok)).toEqual([]);
  });

  test("nginx, phpinfo and WordPress show their pages", async () => {
    expect(await page(8080)).toContain("Welcome to nginx!");
    expect(await page(8070)).toContain("phpinfo()");
    expect(await page(8060)).toContain("WordPress");
  });

  test("the farm's ten ports answer from ten containers", async () => {
    const ports = Array.from({ length: 10 }, (_, index) => 8001 + index);
    const pages = await Promise.all(ports.map(page));
    expect(pages.filter((text) => text.includes("Welcome to nginx!"))).toHaveLength(10);
    const list = await lab.inGuest(GUEST, "docker ps --no-trunc --format '{{.ID}} {{.Ports}}'");
    const ids = ports.map(
      (port) =>
        list
          .split("\n")
          .find((line) => line.includes(`:${port}->80/tcp`))
          ?.split(" ")[0],
    );
    expect(new Set(ids).size).toBe(10);
    expect(ids).not.toContain(undefined);
  });

  test("the host shows guests only, and nothing of the lab listens on all addresses", async () => {
    const guests = await names(
      "ps",
      "--filter",
      "label=classlab=itest",
      "--format",
      "{{.Names}} [{{.Ports}}]",
    );
    expect(guests).toEqual(["itest-team-01-ubuntu-test1 [22/tcp]", "itest-team-01-ubuntu-test2 [22/tcp]"]);
    const privileged = await output("docker", [
      "inspect",
      "-f",
      "{{.HostConfig.Privileged}}",
      `itest-team-01-${GUEST}`,
    ]);
    expect(privileged.trim()).toBe("false");
  });

  test("the printed SSH commands log a learner in, with a pinned host key", async () => {
    for (const guest of ["ubuntu-test1", "ubuntu-test2"]) {
      const result = await lab.ssh(guestCommand(guest), "'id -un; hostname; sudo id -un'");
      expect(result).toMatchObject({
        code: 0,
        stdout: `ubuntu\n${guest}\nroot\n`,
        stderr: expect.not.stringContaining("Warning"),
      });
    }
  });

  test("the keys are their owner's only", () => {
    const key = join(lab.folder, "home", "keys", "itest", "team-01");
    expect(statSync(key).mode & 0o777).toBe(0o600);
    expect(statSync(join(lab.folder, "home", "passphrase")).mode & 0o777).toBe(0o600);
  });

  test("the sheet's commands work in the guest without a pull", async () => {
    const learner = (command: string) => lab.ssh(guestCommand("ubuntu-test2"), `'${command}'`);
    expect((await learner("docker run --rm hello-world")).stdout).toContain("Hello from Docker!");
    expect(await learner("docker run --rm ubuntu cat /etc/os-release")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("PRETTY_NAME="),
      stderr: "",
    });
    const started = await learner("docker run -d --name mine -p 8081:80 nginx");
    expect(started.code).toBe(0);
    const answer = await learner(
      "curl -s --retry 20 --retry-connrefused --retry-delay 1 http://localhost:8081/",
    );
    expect(answer.stdout).toContain("Welcome to nginx!");
    expect((await learner("docker rm -f mine")).code).toBe(0);
    expect((await learner("docker compose version --short")).stdout).toMatch(/^v?2\./);
  });

  test("guest and host, guest and guest reach each other", async () => {
    const ping = (to: string) => `ping -c 1 -W 2 ${to} >/dev/null && echo yes`;
    expect(await lab.inGuest(GUEST, ping(`${TEST_NET}.1`))).toBe("yes\n");
    expect(await lab.inGuest(GUEST, ping(`${TEST_NET}.98`))).toBe("yes\n");
    expect(await lab.inGuest("ubuntu-test2", ping(address))).toBe("yes\n");
    // From the host itself: its own network, with the guest image's ping, since a bare host may have none.
    const image = (await output("docker", ["inspect", "-f", "{{.Image}}", `itest-team-01-${GUEST}`])).trim();
    const fromHost = await output("docker", [
      "run",
      "--rm",
      "--network",
      "host",
      image,
      "ping",
      "-c",
      "1",
      "-W",
      "2",
      address,
    ]);
    expect(fromHost).toContain("1 received");
  });

  test("the state holds what was planned, and its secrets encrypted", async () => {
    const exported = await lab.pulumi("stack", "export");
    expect(exported.code).toBe(0);
    const state: { deployment: { resources: { type: string }[] } } = JSON.parse(exported.stdout);
    expect(state.deployment.resources).toHaveLength(first.units[0]?.planned ?? -1);
    // Commands read it without the engine: they read the same.
    const files = stackFiles(lab.name, (await lab.pulumiEnv()).PULUMI_BACKEND_URL);
    expect(files && keptDeployment(files)?.resources).toEqual(state.deployment.resources);
    // Every provider was named in the program: a default one would be in the state without being in the plan.
    expect(exported.stdout).not.toContain("providers:command::default");
    const secret = await lab.inGuest(GUEST, "cat /disk/classlab/wordpress/site/db-password");
    expect(secret).toMatch(/^[A-Za-z0-9]{24}$/);
    expect(exported.stdout).not.toContain(secret);
    expect(exported.stdout).not.toContain("OPENSSH PRIVATE KEY");
    expect(exported.stdout).not.toContain(lab.folder);
  });

  test("a second run, and plain Pulumi with and without refresh, find nothing to do", async () => {
    const again = await lab.up();
    expect(again.units[0]?.changes).toEqual({ same: first.units[0]?.planned });
    for (const extra of [[], ["--refresh"]]) {
      const preview = await lab.pulumi("preview", "--expect-no-changes", ...extra);
      expect({ code: preview.code, text: preview.code === 0 ? "" : preview.stdout }).toEqual({
        code: 0,
        text: "",
      });
    }
  }, 120_000);

  test("another folder with the same backend and passphrase finds nothing to do, and gets the keys", async () => {
    const home = join(lab.folder, "another home");
    const env = {
      ...lab.env,
      CLASSLAB_HOME: home,
      PULUMI_BACKEND_URL: `file://${join(lab.folder, "home", "state")}`,
      PULUMI_CONFIG_PASSPHRASE_FILE: join(lab.folder, "home", "passphrase"),
    };
    const launcher = join(ROOT, "setup", "classlab.mjs");
    const config = join(lab.folder, "Pulumi.itest.yaml");
    const variables = await output(process.execPath, [launcher, "env", "--config", config], { env });
    const preview = await execute("sh", ["-c", `${variables}\npulumi preview --expect-no-changes`], { env });
    expect({ code: preview.code, text: preview.code === 0 ? "" : preview.stdout + preview.stderr }).toEqual({
      code: 0,
      text: "",
    });
    expect(statSync(join(home, "keys", "itest", "team-01")).mode & 0o777).toBe(0o600);
  }, 60_000);

  test("a post in WordPress outlives its database container", async () => {
    const site = new WordPressClient(url(8060));
    await site.install("staff", "a long enough password");
    await site.login("staff", "a long enough password");
    const id = await site.publish("Monday", "written before the database was replaced");
    expect(await site.read(id)).toContain("written before the database was replaced");

    const before = await lab.inGuest(GUEST, "docker inspect -f '{{.Id}}' wordpress-database");
    const exported: { deployment: { resources: { urn: string }[] } } = JSON.parse(
      (await lab.pulumi("stack", "export")).stdout,
    );
    const urn = exported.deployment.resources
      .map((entry) => entry.urn)
      .find((entry) => entry.endsWith("wordpress-database"));
    const replaced = await lab.pulumi("up", "--yes", "--skip-preview", "--replace", urn ?? "");
    expect({ code: replaced.code, text: replaced.code === 0 ? "" : replaced.stdout }).toEqual({
      code: 0,
      text: "",
    });
    expect(await lab.inGuest(GUEST, "docker inspect -f '{{.Id}}' wordpress-database")).not.toBe(before);

    const status = await lab.up();
    expect(status.services.filter((service) => !service.ok)).toEqual([]);
    expect(await site.read(id)).toContain("written before the database was replaced");
  }, 180_000);

  test("moving a guest from bridged to disabled and back is one update each, and it keeps running", async () => {
    const uptime = async () => Number((await lab.inGuest(GUEST, "ps -o etimes= -p 1")).trim());
    const started = await lab.inGuest(GUEST, "docker inspect -f '{{.State.StartedAt}}' nginx");
    const before = await uptime();
    lab.edit((config) => {
      const guest = config.guests[0];
      if (guest) guest.adapters = [{ mode: "disabled" }];
    });
    const off = await lab.up();
    expect(off.units[0]?.changes).toEqual({ update: 1, same: (first.units[0]?.planned ?? 0) - 1 });
    await expect(fetch(url(8080), { signal: AbortSignal.timeout(2_000) })).rejects.toThrow();
    // Cut off from every network, and still managed.
    expect(await lab.inGuest(GUEST, "curl -s http://localhost:8080/")).toContain("Welcome to nginx!");

    lab.edit((config) => {
      const guest = config.guests[0];
      if (guest) guest.adapters = [{ switch: "lan", address }];
    });
    const back = await lab.up();
    expect(back.units[0]?.changes).toEqual({ update: 1, same: (first.units[0]?.planned ?? 0) - 1 });
    expect(back.services.filter((service) => !service.ok)).toEqual([]);
    expect(await lab.inGuest(GUEST, "docker inspect -f '{{.State.StartedAt}}' nginx")).toBe(started);
    expect(await uptime()).toBeGreaterThanOrEqual(before);
  }, 180_000);

  test("a guest made in mode disabled gets its Docker stacks all the same", async () => {
    lab.edit((config) => {
      config.guests.push({
        name: "island",
        adapters: [{ mode: "disabled" }],
        docker: [{ kind: "nginx", port: 8080 }],
      });
    });
    await lab.up();
    const networks = await output("docker", [
      "inspect",
      "-f",
      "{{len .NetworkSettings.Networks}}",
      "itest-team-01-island",
    ]);
    expect(networks.trim()).toBe("0");
    expect(await lab.inGuest("island", "curl -s http://localhost:8080/")).toContain("Welcome to nginx!");
  }, 180_000);

  test("status tells a guest that was stopped by hand", async () => {
    expect((await lab.run("status", "--json")).code).toBe(0);
    await output("docker", ["stop", "-t", "1", "itest-team-01-island"]);
    const status = await lab.run("status", "--json");
    expect(status.code).toBe(1);
    const document: { guests: { guest: string; state: string }[] } = JSON.parse(status.stdout);
    expect(document.guests.find((entry) => entry.guest === "island")?.state).toBe("exited");
  }, 60_000);

  test("down leaves nothing of the lab, and everything of others", async () => {
    const down = await lab.run("down", "--yes");
    expect({ code: down.code, text: down.code === 0 ? "" : down.stderr }).toEqual({ code: 0, text: "" });
    const sweep = await lab.run("sweep", "--json");
    expect(sweep.code).toBe(0);
    expect(JSON.parse(sweep.stdout)).toMatchObject({ ok: true, found: [] });
    for (const kind of [
      ["ps", "-a"],
      ["network", "ls"],
      ["volume", "ls"],
    ]) {
      expect(await names(...kind, "-q", "--filter", "label=classlab=itest")).toEqual([]);
    }
    expect(await names("ps", "--format", "{{.Names}}", "--filter", `name=^${stranger}$`)).toEqual([stranger]);
    expect(await names("network", "ls", "--format", "{{.Name}}", "--filter", `name=^${stranger}$`)).toEqual([
      stranger,
    ]);
    expect(await names("volume", "ls", "-q", "--filter", `name=^${stranger}$`)).toEqual([stranger]);
  }, 120_000);

  test("the checkout is as clean as before", async () => {
    expect(existsSync(join(ROOT, ".git"))).toBe(true);
    const changed = (await output("git", ["status", "--porcelain"]))
      .split("\n")
      .filter((line) => /Pulumi|package/.test(line));
    expect(changed).toEqual([]);
  });
});
