import { output } from "../support/cli";
import { containerIds, type Snapshot, takeSnapshot } from "../support/snapshot";
import { SKIP_INTEGRATION, TestLab, type UpDocument } from "../support/testLab";
import { WordPressClient } from "../support/wordPress";

// What staff and learners break by hand, one thing at a time, on the real engine and Docker.
const suite = SKIP_INTEGRATION ? describe.skip : describe;

suite("a lab broken by hand", () => {
  const net = "192.168.193";
  const lab = new TestLab(
    "ibreak",
    TestLab.smallConfig(net, [
      { kind: "nginx", port: 8080 },
      { kind: "nginx-farm", firstPort: 8001, count: 3 },
      { kind: "wordpress", port: 8060 },
    ]),
  );
  const guest = "ibreak-team-01-web";
  const disk = `${guest}-disk`;
  const lan = "ibreak-lan";
  const blog = new WordPressClient(`http://${net}.10:8060/`);
  let undisturbed: Snapshot;
  let post: number;

  beforeAll(async () => {
    await lab.up();
    undisturbed = await takeSnapshot(lab);
    await blog.install("staff", "a password of this test");
    await blog.login("staff", "a password of this test");
    post = await blog.publish("Kept", "what the class wrote");
  }, 20 * 60_000);

  afterAll(() => lab.dispose(), 120_000);

  /** The lab is as it was on its first day, but for what learners made: every service answers, the engine has nothing to do. */
  async function expectWhole(document: UpDocument): Promise<void> {
    expect(document.services).toHaveLength(5);
    expect(document.services.filter((service) => !service.ok)).toEqual([]);
    expect((await lab.pulumi("preview", "--expect-no-changes")).code).toBe(0);
  }

  const vanished: [what: string, breaking: string[][], content: "kept" | "gone"][] = [
    ["the guest", [["rm", "-f", guest]], "kept"],
    ["an adapter's connection", [["network", "disconnect", lan, guest]], "kept"],
    [
      "the switch",
      [
        ["network", "disconnect", lan, guest],
        ["network", "rm", lan],
      ],
      "kept",
    ],
    [
      "the guest and its disk",
      [
        ["rm", "-f", guest],
        ["volume", "rm", disk],
      ],
      "gone",
    ],
  ];

  test.each(vanished)(
    "%s, removed, is listed by status and made again by plain up",
    async (_what, breaking, content) => {
      for (const words of breaking) await output("docker", words);
      const seen = await lab.run("status", "--json");
      expect(seen.code).not.toBe(0);
      expect(JSON.parse(seen.stdout).drift).toEqual(
        expect.arrayContaining([expect.objectContaining({ kind: "missing", level: "host" })]),
      );
      const document = await lab.up();
      await expectWhole(document);
      expect(document.left).toEqual([]);
      expect(await takeSnapshot(lab)).toEqual(undisturbed);
      expect((await lab.run("status")).code).toBe(0);
      const page = await blog.read(post);
      if (content === "kept") expect(page).toContain("what the class wrote");
      else expect(page).not.toContain("what the class wrote");
    },
    5 * 60_000,
  );

  const farm = ["nginx-farm-8001", "nginx-farm-8002", "nginx-farm-8003"];
  const changed: [what: string, script: string, container: string, kind: string, failing: number][] = [
    ["a container of the farm removed", "docker rm -f nginx-farm-8002", "nginx-farm-8002", "missing", 1],
    ["the database stopped", "docker stop wordpress-database", "wordpress-database", "stopped", 1],
  ];

  test.each(changed)(
    "%s: plain up leaves and lists it, --repair brings it back",
    async (_what, script, container, kind, failing) => {
      await lab.inGuest("web", script);
      const before = await takeSnapshot(lab);
      const left = await lab.up();
      expect(left.left).toEqual([
        expect.objectContaining({ kind, level: "guest", what: expect.stringContaining(container) }),
      ]);
      expect(left.services.filter((service) => !service.ok)).toHaveLength(failing);
      expect(await takeSnapshot(lab)).toEqual(before);
      expect((await lab.pulumi("preview", "--expect-no-changes")).code).toBe(0);
      const untouched = farm.filter((name) => name !== container);
      const ids = await containerIds(untouched, guest);

      const shown = await lab.run("up", "--yes", "--repair", "--team", "team-01");
      expect(shown.code).toBe(0);
      // What is overwritten is named before it is.
      expect(shown.stderr + shown.stdout).toMatch(new RegExp(`repair.*${container}`));
      expect(await containerIds(untouched, guest)).toEqual(ids);
      const again = await lab.up();
      await expectWhole(again);
      expect(again.left).toEqual([]);
    },
    5 * 60_000,
  );

  test(
    "a container of the learner's own is listed, and nothing touches it",
    async () => {
      await lab.inGuest("web", "docker run -d --name mine -p 9090:80 nginx");
      const id = await containerIds(["mine"], guest);
      for (const options of [[], ["--repair"]]) {
        const document = await lab.up(...options);
        expect(document.left).toEqual([
          expect.objectContaining({ kind: "foreign", what: expect.stringContaining("mine") }),
        ]);
        await expectWhole(document);
        expect(await containerIds(["mine"], guest)).toEqual(id);
      }
    },
    5 * 60_000,
  );

  test("repair of a team that the lab has not is refused by name", async () => {
    const result = await lab.run("up", "--yes", "--repair", "--team", "team-09");
    expect(result.code).toBe(2);
    expect(result.stderr).toContain("--team team-09");
    expect(result.stderr).toContain("team-01");
  }, 60_000);
});
