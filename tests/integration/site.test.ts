import { buildNetwork, proxyBuildArgs } from "../../operations/buildNetwork";
import { execute, output } from "../support/cli";
import { Room } from "../support/room";
import { SKIP_INTEGRATION, TestLab, type UpDocument } from "../support/testLab";
import { planOf } from "../unit/labs";

// A guest in a room whose proxy is the only way out and signs with an authority of its own: both are really used, by programs, by the
// guest's Docker Engine, by learners' containers and by the building of images. What it does not prove: that a site's proxy
// asks for no more than this one does.
const suite = SKIP_INTEGRATION ? describe.skip : describe;

const NET = "192.168.168";
const GUEST = "isite-team-01-web";

suite("a room's network", () => {
  const lab = new TestLab("isite", TestLab.smallConfig(NET, [{ kind: "nginx" }]));
  let room: Room;
  let first: UpDocument;
  let started: string;

  const network = (port: number) => ({
    dns: [Room.address],
    ntp: ["ntp.room.test"],
    proxy: { http: `http://${Room.address}:${port}`, except: [".room.test"] },
    caCertificate: room.authority,
  });
  const inRoom = (port: number) =>
    lab.edit((document) => {
      document.site = { network: network(port) };
    });
  const learner = (words: string) => lab.ssh(first.guests[0]?.sshCommand ?? "false", `'${words}'`);
  const PAGE = "curl -sS --max-time 20 https://www.outside.test/";
  const PULL = "docker pull -q registry.outside.test/class/hello";
  const changes = (document: UpDocument) => {
    const { same: _same, ...rest } = document.units[0]?.changes ?? {};
    return rest;
  };
  /** When the guest and the container in it were started: both stay. */
  const starts = async () =>
    `${await output("docker", ["inspect", "-f", "{{.State.StartedAt}} {{.RestartCount}}", GUEST])}${await lab.inGuest("web", "docker inspect -f '{{.State.StartedAt}} {{.RestartCount}}' nginx")}`;
  const enginePid = () => lab.inGuest("web", "cat /run/docker.pid");

  /** Opens the guest's page over and over while something goes on. @returns the longest time without it, in ms */
  async function interruption(during: () => Promise<unknown>): Promise<number> {
    let longest = 0;
    let last = performance.now();
    let done = false;
    const watching = (async () => {
      while (!done) {
        const answer = await fetch(`http://${NET}.10:8080/`, { signal: AbortSignal.timeout(1_000) }).then(
          (response) => response.ok,
          () => false,
        );
        if (answer) {
          longest = Math.max(longest, performance.now() - last);
          last = performance.now();
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    await during();
    done = true;
    await watching;
    return Math.max(longest, performance.now() - last);
  }

  beforeAll(async () => {
    room = await Room.start();
    first = await lab.up();
    started = await starts();
  }, 20 * 60_000);

  afterAll(async () => {
    await lab.dispose();
    await room.stop();
  }, 120_000);

  test("control: without the room's settings nothing outside is reached, and no resource stands for them", async () => {
    expect((await learner(PAGE)).stderr).toContain("Could not resolve host");
    expect((await learner(PULL)).code).not.toBe(0);
    expect(await room.asked()).toEqual(["listening"]);
    const resources = (await lab.pulumi("stack", "--show-urns")).stdout;
    expect(resources).toContain("team-01-web-adapters");
    expect(resources).not.toContain("team-01-web-settings");
  }, 60_000);

  test("a guest has the time zone and the locale of its language", async () => {
    const said = await learner(
      'bash -lc "date +%Z; locale | grep ^LANG=; locale charmap; date -d 2027-01-18 +%A"',
    );
    expect(said.stdout).toBe("JST\nLANG=ja_JP.UTF-8\nUTF-8\n月曜日\n");
    expect(said.stderr).toBe("");
  });

  test("configured, they are one resource more; guest and containers run on", async () => {
    inRoom(3128);
    const before = await enginePid();
    let document: UpDocument | undefined;
    const gap = await interruption(async () => {
      document = await lab.up();
    });
    expect(document && changes(document)).toEqual({ create: 1 });
    expect(await starts()).toBe(started);
    expect(await enginePid()).not.toBe(before);
    process.stderr.write(`site: nginx without an answer for at most ${Math.round(gap)} ms\n`);
    expect(gap).toBeLessThan(20_000);
    expect((await lab.pulumi("preview", "--expect-no-changes")).code).toBe(0);
  }, 240_000);

  test("the authority is in the guest byte for byte, whichever YAML reader stood between", async () => {
    expect(await lab.inGuest("web", "cat /usr/local/share/ca-certificates/classlab-site.crt")).toBe(
      room.authority,
    );
  });

  test("programs of learners go through the proxy and trust the authority: logged in, in one command, as root", async () => {
    await room.asked();
    for (const words of [PAGE, `bash -lc "${PAGE}"`, `sudo ${PAGE}`]) {
      expect({ words, ...(await learner(words)) }).toMatchObject({
        words,
        code: 0,
        stdout: "from outside\n",
      });
      expect(await room.asked()).toEqual(["3128 CONNECT www.outside.test:443", "TLS www.outside.test/"]);
    }
    // Each of the two is needed: without the proxy there is no way, without the authority no trust.
    expect((await learner(`${PAGE} --noproxy www.outside.test`)).stderr).toContain("Could not resolve host");
    await room.asked();
    expect(
      (await learner(`${PAGE} --capath /nowhere --cacert /etc/ssl/certs/classlab-none.pem`)).code,
    ).not.toBe(0);
    expect((await room.asked()).filter((line) => line.startsWith("TLS"))).toEqual([]);
  }, 60_000);

  test("packages too", async () => {
    await lab.inGuest(
      "web",
      "/usr/lib/apt/apt-helper download-file http://packages.outside.test/list /tmp/list",
    );
    expect(await room.asked()).toEqual(["3128 GET http://packages.outside.test/list"]);
    expect(await lab.inGuest("web", "cat /tmp/list")).toBe(
      "by the proxy: http://packages.outside.test/list\n",
    );
  });

  test("names of the room are asked of its DNS server, and reached without the proxy", async () => {
    await room.asked();
    expect((await learner("curl -sS http://intranet.room.test/")).stdout).toBe("in the room\n");
    const asked = await room.asked();
    expect(asked).toContain("DNS intranet.room.test");
    expect(asked.filter((line) => !line.startsWith("DNS"))).toEqual([]);
    // Containers on the inner default bridge ask the same server.
    expect((await learner("docker run --rm ubuntu cat /etc/resolv.conf")).stdout).toContain(
      `nameserver ${Room.address}`,
    );
  }, 60_000);

  test("the guest's Docker Engine pulls from a registry outside", async () => {
    await room.asked();
    const pulled = await learner(PULL);
    expect(pulled).toMatchObject({
      code: 0,
      stderr: "",
      stdout: "registry.outside.test/class/hello:latest\n",
    });
    const asked = await room.asked();
    expect(asked).toContain("3128 CONNECT registry.outside.test:443");
    expect(asked).toContain("TLS registry.outside.test/v2/class/hello/manifests/latest");
    const id = await lab.inGuest(
      "web",
      "docker image inspect -f '{{.Id}}' registry.outside.test/class/hello",
    );
    expect(id.trim()).toBe(room.imageId);
  }, 60_000);

  test("learners' containers and builds find the proxy", async () => {
    const variables = (await learner("docker run --rm ubuntu env")).stdout;
    expect(variables).toContain(`HTTPS_PROXY=http://${Room.address}:3128\n`);
    expect(variables).toMatch(
      /^no_proxy=localhost,127\.0\.0\.1,::1,172\.16\.0\.0\/12,192\.168\.168\.0\/24,\.room\.test$/m,
    );
    const build = await learner('printf "FROM ubuntu\\nRUN env" | docker build --no-cache -');
    expect(build.stdout).toContain(`http_proxy=http://${Room.address}:3128`);
  }, 60_000);

  test("another proxy: that one resource is updated, all goes on; what a learner changed is left and named", async () => {
    await lab.inGuest("web", "echo 'export http_proxy=http://mine.test' > /etc/profile.d/classlab-site.sh");
    inRoom(3129);
    let document: UpDocument | undefined;
    const gap = await interruption(async () => {
      document = await lab.up();
    });
    process.stderr.write(`site: nginx without an answer for at most ${Math.round(gap)} ms\n`);
    expect(gap).toBeLessThan(20_000);
    expect(document && changes(document)).toEqual({ update: 1 });
    expect(await starts()).toBe(started);
    await room.asked();
    expect((await learner(PAGE)).stdout).toBe("from outside\n");
    await lab.inGuest("web", "docker rmi registry.outside.test/class/hello");
    expect((await learner(PULL)).code).toBe(0);
    const asked = await room.asked();
    expect(asked.filter((line) => line.startsWith("3128"))).toEqual([]);
    expect(asked).toContain("3129 CONNECT registry.outside.test:443");
    expect(await lab.inGuest("web", "cat /etc/profile.d/classlab-site.sh")).toBe(
      "export http_proxy=http://mine.test\n",
    );
    const { left } = await lab.up();
    expect(left.map(({ what }) => what)).toContain(
      "/etc/profile.d/classlab-site.sh is the learner's own: the settings of the site are not in it",
    );
  }, 240_000);

  test("after a restart of the guest all of it is there again", async () => {
    await output("docker", ["restart", GUEST]);
    await lab.up();
    expect(await lab.inGuest("web", "cat /etc/resolv.conf")).toContain(`nameserver ${Room.address}`);
    await lab.inGuest("web", "docker rmi registry.outside.test/class/hello");
    expect((await learner(PULL)).code).toBe(0);
  }, 180_000);

  test("a new container on the same disk takes them too", async () => {
    await output("docker", ["rm", "-f", GUEST]);
    const document = await lab.up();
    expect(document.ok).toBe(true);
    expect((await learner(PAGE)).stdout).toBe("from outside\n");
    expect((await learner("docker run --rm ubuntu env")).stdout).toContain(
      `HTTPS_PROXY=http://${Room.address}:3129\n`,
    );
    expect((await lab.pulumi("preview", "--expect-no-changes")).code).toBe(0);
  }, 240_000);

  test("no longer configured, they leave, and what learners made stays", async () => {
    started = await starts();
    lab.edit((document) => {
      delete document.site;
    });
    expect(changes(await lab.up())).toEqual({ delete: 1 });
    expect(await starts()).toBe(started);
    expect((await learner(PAGE)).stderr).toContain("Could not resolve host");
    expect(await lab.inGuest("web", "grep -rl 198.51.100 /etc /home /root 2>/dev/null || true")).toBe("");
    expect(await lab.inGuest("web", "cat /etc/resolv.conf")).toContain("nameserver 127.0.0.11");
    expect((await lab.pulumi("preview", "--expect-no-changes")).code).toBe(0);
  }, 180_000);

  test("images are built through the proxy, and nothing of it is in them", async () => {
    const plan = planOf("isite", { guests: [{ name: "web" }], site: { network: network(3128) } });
    const build = buildNetwork(plan.network);
    const base = (await output("docker", ["inspect", "-f", "{{.Image}}", GUEST])).trim();
    const recipe = `FROM ${base}\nRUN curl -fsS http://packages.outside.test/list >/list\nRUN test -n "$HTTPS_PROXY"\n`;
    await room.asked();
    const words = ["build", "--no-cache", ...proxyBuildArgs(build), "-t", "isite-built", "-"];
    try {
      await output("docker", words, { stdin: recipe, env: { ...process.env, ...build.variables } });
      expect(await room.asked()).toEqual(["3128 GET http://packages.outside.test/list"]);
      const history = await output("docker", ["history", "--no-trunc", "isite-built"]);
      const image = await output("docker", ["image", "inspect", "isite-built"]);
      expect(history).toContain("packages.outside.test");
      expect(history + image).not.toContain(Room.address);
    } finally {
      await execute("docker", ["rmi", "isite-built"]);
    }
  }, 120_000);
});
