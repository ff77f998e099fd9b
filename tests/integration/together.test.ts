import { stringify } from "yaml";
import { execute } from "../support/cli";
import { WatchedRun } from "../support/killedRun";
import { containerIds, takeSnapshot } from "../support/snapshot";
import { SKIP_INTEGRATION, TestLab } from "../support/testLab";

// Runs beside one another on one machine, and signals from the keyboard, on the real engine and Docker.
const suite = SKIP_INTEGRATION ? describe.skip : describe;

const nginx = [{ kind: "nginx", port: 8080 }];

suite("two runs of one lab", () => {
  const lab = new TestLab("ione", TestLab.smallConfig("192.168.191", nginx));

  afterAll(() => lab.dispose(), 120_000);

  test(
    "begun at once: one works, the other says who holds the lab",
    async () => {
      const runs = [new WatchedRun(lab, "up"), new WatchedRun(lab, "up")];
      const codes = await Promise.all(runs.map((run) => run.finished()));
      const texts = runs.map((run) => run.output);
      expect({ codes: [...codes].sort(), texts }).toMatchObject({ codes: [0, 7] });
      const loser = texts[codes.indexOf(7)];
      expect(loser).toMatch(/another run holds it: .*process \d+, since 20\d\d-\d\d-\d\dT/);
      expect(loser).toContain("[stack-locked]");
      expect((await lab.run("status")).code).toBe(0);
      expect((await lab.pulumi("preview", "--expect-no-changes")).code).toBe(0);
    },
    15 * 60_000,
  );

  test("down while up works is refused the same way, and status shows what stands", async () => {
    expect((await lab.run("down", "--yes")).code).toBe(0);
    // Enough to do that the run is still at work when the others come.
    lab.edit(({ guests }) => {
      for (const guest of guests) guest.docker = [{ kind: "nginx-farm", firstPort: 8001, count: 60 }];
    });
    const first = new WatchedRun(lab, "up");
    expect(await first.printed(/guest started/)).toBe(true);
    const [down, status] = await Promise.all([lab.run("down", "--yes"), lab.run("status")]);
    expect(down.code).toBe(7);
    expect(down.stderr).toContain("another run holds it");
    expect(status.code).toBe(7);
    expect(status.stdout).toContain("team-01  web");
    expect(await first.finished()).toBe(0);
  }, 120_000);
});

suite("Ctrl-C", () => {
  const lab = new TestLab("ictrlc", TestLab.smallConfig("192.168.191", nginx));

  afterAll(() => lab.dispose(), 120_000);

  /** `up` from what was left, and `down`: nothing of it stands afterwards. */
  async function expectConvergence(): Promise<void> {
    expect((await lab.up()).services).toMatchObject([{ ok: true }]);
    expect(await takeSnapshot(lab)).toMatchObject({ pending: 0, processes: 0 });
    expect((await lab.pulumi("preview", "--expect-no-changes")).code).toBe(0);
    expect((await lab.run("down", "--yes")).code).toBe(0);
    expect((await takeSnapshot(lab)).host).toEqual([]);
  }

  test("once: the steps under way end, and what stands and how to go on is told", async () => {
    const run = new WatchedRun(lab, "up");
    expect(await run.printed(/guest started/)).toBe(true);
    run.signal("SIGINT");
    expect(await run.finished()).toBe(1);
    expect(run.output).toContain("stopping after the steps under way (once more: at once)");
    expect(run.output).toMatch(/what was done stands: 1 guest, 1 switch, 1 disk/);
    expect(run.output).toContain("Run the command again: it goes on where it stopped");
    // The engine ended by itself: nothing is left to be recovered.
    expect(await takeSnapshot(lab)).toMatchObject({ pending: 0, processes: 0 });
    await expectConvergence();
  }, 180_000);

  test("twice: at once", async () => {
    const run = new WatchedRun(lab, "up");
    expect(await run.printed(/guest started/)).toBe(true);
    run.signal("SIGINT");
    expect(await run.printed(/once more: at once/)).toBe(true);
    // Two signals within 300 ms are one key press that the terminal sent to launcher and program alike.
    await new Promise((resolve) => setTimeout(resolve, 400));
    run.signal("SIGINT");
    expect(await run.finished()).toBe(1);
    await expectConvergence();
  }, 180_000);

  test("once during down: the rest goes with the next", async () => {
    await lab.up();
    const run = new WatchedRun(lab, "down");
    expect(await run.event(["event=kill", "container=ictrlc-team-01-web"])).toBe(true);
    run.signal("SIGINT");
    expect(await run.finished()).toBe(1);
    expect((await lab.run("down", "--yes")).code).toBe(0);
    expect(await takeSnapshot(lab)).toMatchObject({ host: [], pending: 0, processes: 0 });
  }, 180_000);
});

suite("two labs on one machine, with the same teams and guests", () => {
  const config = (net: string) =>
    stringify({
      config: {
        "classlab:lab": {
          units: "one",
          switches: [{ name: "lan", mode: "bridged", subnet: `${net}.0/24` }],
          guests: [
            { name: "web", adapters: [{ switch: "lan", address: `${net}.10` }], docker: nginx },
            { name: "other", adapters: [{ switch: "lan", address: `${net}.11` }] },
          ],
        },
      },
    });
  const first = new TestLab("ifirst", config("192.168.191"));
  const second = new TestLab("isecond", config("192.168.190"));
  const containers = (lab: string) => [`${lab}-team-01-web`, `${lab}-team-01-other`];

  afterAll(async () => {
    await first.dispose();
    await second.dispose();
  }, 180_000);

  test("come up at the same time", async () => {
    const documents = await Promise.all([first.up(), second.up()]);
    for (const document of documents) expect(document.services).toMatchObject([{ ok: true }]);
  }, 240_000);

  test("guests of one lab that swap their addresses are updated in place", async () => {
    const before = await containerIds(containers("ifirst"));
    first.edit((document) => {
      for (const guest of document.guests)
        for (const adapter of guest.adapters)
          if ("address" in adapter)
            adapter.address = adapter.address === "192.168.191.10" ? "192.168.191.11" : "192.168.191.10";
    });
    const document = await first.up();
    expect(document.services).toMatchObject([{ url: "http://192.168.191.11:8080/", ok: true }]);
    expect(await containerIds(containers("ifirst"))).toEqual(before);
    expect((await first.run("status")).code).toBe(0);
  }, 120_000);

  test("down of one leaves the other green and untouched", async () => {
    const before = await containerIds(containers("isecond"));
    expect((await first.run("down", "--yes")).code).toBe(0);
    expect((await takeSnapshot(first)).host).toEqual([]);
    expect((await second.run("status")).code).toBe(0);
    expect(await containerIds(containers("isecond"))).toEqual(before);
    expect((await second.pulumi("preview", "--expect-no-changes")).code).toBe(0);
  }, 120_000);

  test("sweep --remove of one does not touch the other", async () => {
    expect((await first.run("sweep", "--remove", "--yes")).code).toBe(0);
    expect((await second.run("status")).code).toBe(0);
    expect((await execute("docker", ["inspect", ...containers("isecond")])).code).toBe(0);
  }, 60_000);
});
