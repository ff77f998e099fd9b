import { type Victim, WatchedRun } from "../support/killedRun";
import { type Snapshot, takeSnapshot } from "../support/snapshot";
import { SKIP_INTEGRATION, TestLab } from "../support/testLab";

function solid<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("there is none");
  return value;
}

// Runs killed with -9, of classlab alone and of everything it started, at chosen moments on the real engine and Docker.
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
    expect((await lab.run("down", "--yes")).code).toBe(0);
  }, 20 * 60_000);

  afterAll(() => lab.dispose(), 120_000);

  const created = (name: string) => ["event=create", `container=${name}`];
  const upMoments: [string, Victim, (run: WatchedRun) => Promise<boolean>][] = [
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
      async (run) => (await run.printed(/guest ready/)) && run.event(created("wordpress-database"), guest),
    ],
    [
      "half of the farm stands",
      "cli",
      async (run) => (await run.printed(/guest ready/)) && run.event(created("nginx-farm-8002"), guest),
    ],
    ["the last step is done", "everything", (run) => run.printed(/opening \d+ services/)],
  ];
  const downMoments: [string, Victim, (run: WatchedRun) => Promise<boolean>][] = [
    ["the first thing is removed", "everything", (run) => run.printed(/removed/)],
    [
      "the guest is gone and is still recorded",
      "everything",
      (run) => run.event(["event=destroy", `container=${guest}`]),
    ],
    ["the disk is gone", "cli", (run) => run.event(["type=volume", "event=destroy", `volume=${guest}-disk`])],
  ];

  // Every up that was killed is followed by a down that is: a lab that converged can be taken down like any other.
  const cycles = upMoments.map(
    ([moment, victim, reached], index): [string, Victim, string, Victim, typeof reached, typeof reached] => {
      const [downMoment, downVictim, downReached] = solid(downMoments[index % downMoments.length]);
      return [moment, victim, downMoment, downVictim, reached, downReached];
    },
  );

  test.each(cycles)(
    "up killed when %s (%s): one up converges; down killed when %s (%s): one down reaches zero",
    async (_up, victim, _down, downVictim, reached, downReached) => {
      const run = new WatchedRun(lab, "up");
      expect(await reached(run)).toBe(true);
      await run.kill(victim);
      const document = await lab.up();
      expect(document.ok).toBe(true);
      expect(await takeSnapshot(lab)).toEqual(undisturbed);
      expect((await lab.pulumi("preview", "--expect-no-changes")).code).toBe(0);

      const down = new WatchedRun(lab, "down");
      expect(await downReached(down)).toBe(true);
      await down.kill(downVictim);
      const again = await lab.run("down", "--yes");
      expect([again.code, again.code === 0 ? "" : again.stderr]).toEqual([0, ""]);
      expect(await takeSnapshot(lab)).toEqual({
        resources: {},
        pending: 0,
        host: [],
        inside: [],
        processes: 0,
      });
    },
    10 * 60_000,
  );
});
