import { setTimeout as delay } from "node:timers/promises";
import { type Victim, WatchedRun } from "../support/killedRun";
import { randomFrom } from "../support/random";
import { type Snapshot, takeSnapshot } from "../support/snapshot";
import { TestLab } from "../support/testLab";

// Runs killed at random moments (`npm run chaos`). CHAOS_SEED repeats a series, CHAOS_RUNS says how many (20).
const seed = Number(process.env.CHAOS_SEED ?? Date.now() % 1_000_000);
const runs = Number(process.env.CHAOS_RUNS ?? 20);
const random = randomFrom(seed);

/** One killing: which run, who of it, and when as a share of an undisturbed run's time. */
const moments = Array.from({ length: runs }, (_, index): [number, "up" | "down", Victim, number] => [
  index + 1,
  random() < 0.6 ? "up" : "down",
  random() < 0.5 ? "everything" : "cli",
  Math.round(random() * 100) / 100,
]);

describe(`chaos, CHAOS_SEED=${seed}`, () => {
  const lab = new TestLab(
    "ichaos",
    TestLab.smallConfig("192.168.189", [
      { kind: "nginx", port: 8080 },
      { kind: "nginx-farm", firstPort: 8001, count: 4 },
      { kind: "wordpress", port: 8060 },
    ]),
  );
  let undisturbed: Snapshot;
  const lasts = { up: 0, down: 0 };

  const timed = async (verb: "up" | "down") => {
    const begin = performance.now();
    expect((await lab.run(verb, "--yes")).code).toBe(0);
    lasts[verb] = performance.now() - begin;
  };

  beforeAll(async () => {
    // The first run provides the images: what it takes is no measure.
    await lab.up();
    await timed("down");
    await timed("up");
    undisturbed = await takeSnapshot(lab);
    expect((await lab.run("down", "--yes")).code).toBe(0);
  }, 20 * 60_000);

  afterAll(() => lab.dispose(), 120_000);

  test.each(moments)(
    "%i: %s, %s killed at %f of its time",
    async (_index, verb, victim, share) => {
      if (verb === "down") await lab.up();
      const run = new WatchedRun(lab, verb);
      await Promise.race([delay(share * lasts[verb]), run.finished()]);
      await run.kill(victim);
      if (verb === "up") {
        const again = await lab.run("up", "--yes");
        expect(again).toMatchObject({ code: 0 });
        expect(await takeSnapshot(lab)).toEqual(undisturbed);
        expect((await lab.pulumi("preview", "--expect-no-changes")).code).toBe(0);
      }
      expect(await lab.run("down", "--yes")).toMatchObject({ code: 0 });
      expect(await takeSnapshot(lab)).toMatchObject({ host: [], inside: [], pending: 0, processes: 0 });
    },
    10 * 60_000,
  );
});
