import { expectNothingToDo } from "../support/nothingToDo";
import { takeSnapshot } from "../support/snapshot";
import { SKIP_INTEGRATION, TestLab } from "../support/testLab";

// The farm on the real engine and Docker, as a lab grows it and shrinks it, and as learners stand in its way. Not: a hundred,
// which the bench brings up and opens.
const suite = SKIP_INTEGRATION ? describe.skip : describe;

const NET = "192.168.230";

suite("the farm", () => {
  const lab = new TestLab(
    "ifarm",
    TestLab.smallConfig(NET, [{ kind: "nginx-farm", firstPort: 8001, count: 12 }]),
  );
  const resize = (count: number) =>
    lab.edit(({ guests: [web] }) => {
      if (web) web.docker = [{ kind: "nginx-farm", firstPort: 8001, count }];
    });
  /** Ids of the farm's running containers, by name. */
  const farm = async () =>
    new Map(
      (
        await lab.inGuest(
          "web",
          `docker ps --no-trunc --filter label=classlab.farm --format '{{.Names}} {{.ID}}'`,
        )
      )
        .split("\n")
        .filter(Boolean)
        .map((line) => {
          const [name = "", id = ""] = line.split(" ");
          return [name, id] as const;
        }),
    );
  const names = (first: number, last: number) =>
    Array.from({ length: last - first + 1 }, (_, index) => `nginx-farm-${first + index}`);
  const pages = async (first: number, last: number) =>
    Promise.all(
      Array.from({ length: last - first + 1 }, async (_, index) => {
        const answer = await fetch(`http://${NET}.10:${first + index}/`);
        return `${answer.status} ${(await answer.text()).includes("Welcome to nginx!")}`;
      }),
    );
  /** Ports in a preview, with the engine's sign for what becomes of them. */
  const previewed = async () => {
    const { stdout } = await lab.pulumi("preview", "--diff", "--stack", lab.name);
    return [...stdout.matchAll(/^\s+([-+~]) CLASSLAB_PORT_(\d+)/gm)].map(
      ([, sign, port]) => `${sign}${port}`,
    );
  };

  afterAll(() => lab.dispose(), 120_000);

  test("of twelve answers on every port, each from a container of its own", async () => {
    await lab.up();
    expect([...(await farm()).keys()].sort()).toEqual(names(8001, 8012));
    expect(new Set((await farm()).values()).size).toBe(12);
    expect(new Set(await pages(8001, 8012))).toEqual(new Set(["200 true"]));
    await expectNothingToDo(lab);
  }, 180_000);

  test("grows to twenty: the preview names eight ports, the twelve run on", async () => {
    const before = await farm();
    resize(20);
    expect(await previewed()).toEqual(
      [8013, 8014, 8015, 8016, 8017, 8018, 8019, 8020].map((port) => `+${port}`),
    );
    // What is yet to come is nothing that learners took away.
    expect((await lab.up()).left).toEqual([]);
    const after = await farm();
    expect([...after.keys()].sort()).toEqual(names(8001, 8020));
    expect([...before].filter(([name, id]) => after.get(name) !== id)).toEqual([]);
    expect(new Set(await pages(8001, 8020))).toEqual(new Set(["200 true"]));
  }, 300_000);

  test("shrinks to six: the preview names fourteen ports, the six run on", async () => {
    const before = await farm();
    resize(6);
    expect(await previewed()).toEqual(Array.from({ length: 14 }, (_, index) => `-${8007 + index}`));
    await lab.up();
    expect(await farm()).toEqual(new Map([...before].filter(([name]) => names(8001, 8006).includes(name))));
    expect((await takeSnapshot(lab)).inside).toHaveLength(6);
  }, 300_000);

  test("one is removed, one ends again and again: both are found, and repaired alone", async () => {
    const before = await farm();
    await lab.inGuest(
      "web",
      `docker rm -f nginx-farm-8002
       docker exec nginx-farm-8003 sh -c 'echo broken >/etc/nginx/conf.d/default.conf; kill 1'
       # Docker waits twice as long each time: after the eighth it rests for 25 s.
       until [ "$(docker inspect -f '{{.RestartCount}} {{.State.Restarting}}' nginx-farm-8003)" = '8 true' ]; do sleep 0.2; done`,
    );
    const seen = await lab.up();
    expect(seen.left.map(({ what }) => what)).toEqual([
      "container nginx-farm-8002 is missing",
      "container nginx-farm-8003 is restarting",
    ]);
    // Its exit code is that of what repair cannot mend here: nothing outside is reached.
    const repaired = await lab.run("up", "--yes", "--json", "--repair");
    expect(JSON.parse(repaired.stdout).left).toEqual([]);
    const after = await farm();
    const anew = [...after].filter(([name, id]) => before.get(name) !== id).map(([name]) => name);
    expect(anew.sort()).toEqual(["nginx-farm-8002", "nginx-farm-8003"]);
    expect(new Set(await pages(8001, 8006))).toEqual(new Set(["200 true"]));
  }, 180_000);

  test("a learner's container has a port that it is to gain: nothing is changed", async () => {
    const before = await farm();
    await lab.inGuest("web", "docker run -d --name mine -p 8008:80 nginx");
    resize(8);
    const run = await lab.run("up", "--yes");
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(
      "team-01/web: nginx-farm is to be made there, and its ports are taken by the learners' own container mine.",
    );
    expect(await farm()).toEqual(before);
    await lab.inGuest("web", "docker rm -f mine");
  }, 300_000);

  test("a program has it: told with its name, all other ports answer, and the next run makes the one that lacks", async () => {
    const before = await farm();
    // The channel's shell ends: a program of its own session stays.
    await lab.inGuest(
      "web",
      `setsid perl -MIO::Socket -e 'my $port = IO::Socket::INET->new(LocalPort => 8008, Listen => 1) or die; sleep 300' >/dev/null 2>&1 </dev/null &
       until ss -Hltn 'sport = :8008' | grep -q .; do sleep 0.1; done`,
    );
    const run = await lab.run("up", "--yes");
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(
      "port 8008 of web: program perl has it, and it is not the lab's. Let the learners stop it,",
    );
    expect([...(await farm()).keys()].sort()).toEqual(names(8001, 8007));
    expect([...before].filter(([name]) => name === "nginx-farm-8001")).toEqual(
      [...(await farm())].filter(([name]) => name === "nginx-farm-8001"),
    );
    await lab.inGuest("web", "pkill -x perl");
    expect((await lab.up()).left).toEqual([]);
    expect([...(await farm()).keys()].sort()).toEqual(names(8001, 8008));
  }, 300_000);

  test("its ports go to other stacks, those change them, and the farm has them back", async () => {
    const stacks = (docker: object[]) =>
      lab.edit(({ guests: [web] }) => {
        if (web) web.docker = docker;
      });
    const titles = async (...ports: number[]) =>
      Promise.all(
        ports.map(async (port) => (await fetch(`http://${NET}.10:${port}/`)).headers.get("server")),
      );
    stacks([
      { kind: "nginx", port: 8003 },
      { kind: "php-apache", port: 8004 },
    ]);
    expect((await lab.up()).left).toEqual([]);
    expect(await titles(8003, 8004)).toEqual([
      expect.stringMatching(/^nginx/),
      expect.stringMatching(/^Apache/),
    ]);
    stacks([
      { kind: "nginx", port: 8004 },
      { kind: "php-apache", port: 8003 },
    ]);
    const swapped = await lab.run("up", "--yes");
    expect([swapped.code, swapped.code === 0 ? "" : swapped.stderr]).toEqual([0, ""]);
    expect(swapped.stderr + swapped.stdout).toContain(
      "team-01/web: container nginx gives port 8003 to another stack",
    );
    expect(await titles(8003, 8004)).toEqual([
      expect.stringMatching(/^Apache/),
      expect.stringMatching(/^nginx/),
    ]);
    resize(6);
    expect((await lab.up()).left).toEqual([]);
    expect([...(await farm()).keys()].sort()).toEqual(names(8001, 8006));
    expect(new Set(await pages(8001, 8006))).toEqual(new Set(["200 true"]));
  }, 300_000);

  test("leaves with the lab", async () => {
    expect((await lab.run("down", "--yes")).code).toBe(0);
    expect((await takeSnapshot(lab)).host).toEqual([]);
  }, 300_000);
});
