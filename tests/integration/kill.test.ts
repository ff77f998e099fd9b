import { WatchedRun } from "../support/killedRun";
import { type Snapshot, takeSnapshot } from "../support/snapshot";
import { cyclesOf, type Moment, testKills } from "../support/suites/kills";
import { SKIP_INTEGRATION, TestLab } from "../support/testLab";

// Runs killed with -9 where guests are containers.
// What it does not prove: a machine that loses its power (files half written are in troubleState.test.ts).
const suite = SKIP_INTEGRATION ? describe.skip : describe;

suite("a killed run", () => {
  const lab = new TestLab(
    "ikill",
    TestLab.smallConfig("192.168.194", [
      { kind: "nginx", port: 8080 },
      { kind: "nginx-farm", firstPort: 8001, count: 4 },
      { kind: "wordpress", port: 8060 },
    ]),
  );
  const guest = "ikill-team-01-web";
  let undisturbed: Snapshot;

  beforeAll(async () => {
    await lab.up();
    undisturbed = await takeSnapshot(lab);
  }, 20 * 60_000);

  afterAll(() => lab.dispose(), 120_000);

  test("a run that nobody reads any more goes on to its end", async () => {
    const run = new WatchedRun(lab, "down");
    expect(await run.printed(/removed/)).toBe(true);
    run.stopReading();
    expect(await run.finished()).toBe(0);
    expect(await lab.target.standing(lab.name)).toEqual([]);
  }, 300_000);

  const created = (name: string) => ["event=create", `container=${name}`];
  const ups: Moment[] = [
    ["the switch is being made", "everything", (run) => run.event(["type=network", "event=create"])],
    ["the guest exists and is not recorded", "everything", (run) => run.event(created(guest))],
    [
      "the guest gets its adapters",
      "cli",
      (run) => run.event(["type=network", "event=connect", "network=ikill-lan"]),
    ],
    ["images are being loaded", "everything", (run) => run.printed(/guest ready/)],
    [
      "the database exists in the guest and is not recorded",
      "everything",
      async (run) => (await run.printed(/guest ready/)) && run.event(created("wordpress-database"), "web"),
    ],
    [
      "half of the farm stands",
      "cli",
      async (run) => (await run.printed(/guest ready/)) && run.event(created("nginx-farm-8002"), "web"),
    ],
    ["the last step is done", "everything", (run) => run.printed(/opening \d+ services/)],
  ];
  const downs: Moment[] = [
    ["the first thing is removed", "everything", (run) => run.printed(/removed/)],
    [
      "the guest is gone and is still recorded",
      "everything",
      (run) => run.event(["event=destroy", `container=${guest}`]),
    ],
    ["the disk is gone", "cli", (run) => run.event(["type=volume", "event=destroy", `volume=${guest}-disk`])],
  ];

  // Every up that was killed is followed by a down that is: a lab that converged can be taken down like any other.
  testKills(lab, cyclesOf(ups, downs), () => undisturbed);
});
