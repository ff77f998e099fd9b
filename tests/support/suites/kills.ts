import type { Victim, WatchedRun } from "../killedRun";
import { WatchedRun as Run } from "../killedRun";
import { type Snapshot, takeSnapshot } from "../snapshot";
import type { TestLab } from "../testLab";

/** A moment of a run, who is killed then, and how the test sees that it has come. */
export type Moment = readonly [name: string, victim: Victim, reached: (run: WatchedRun) => Promise<boolean>];

/** One `up` that is killed, and the `down` of what it became, killed as well; without one the lab stays for the tests after it. */
export interface KillCycle {
  readonly up: Moment;
  readonly down?: Moment;
}

const NOTHING: Snapshot = { resources: {}, pending: 0, host: [], inside: [], processes: 0 };

/** Cycles of runs that are killed: an up that is killed and a down that is, in turn. */
export function cyclesOf(ups: readonly Moment[], downs: readonly Moment[]): KillCycle[] {
  return ups.map((up, index) => {
    const down = downs[index % downs.length];
    return down === undefined ? { up } : { up, down };
  });
}

/**
 * Runs killed with -9, of classlab alone and of everything it started, at chosen moments on the real engine and platform.
 * @param whole what stands of the lab, is recorded and runs after a run that nobody disturbed
 */
export function testKills(lab: TestLab, cycles: readonly KillCycle[], whole: () => Snapshot): void {
  const titled = cycles.map(({ up, down }): [string, KillCycle] => {
    const killed = `up killed when ${up[0]} (${up[1]}): one up converges`;
    return [
      down ? `${killed}; down killed when ${down[0]} (${down[1]}): one down reaches zero` : killed,
      { up, ...(down ? { down } : {}) },
    ];
  });
  test.each(titled)(
    "%s",
    async (_title, { up: [, victim, reached], down }) => {
      const run = new Run(lab, "up");
      expect(await reached(run)).toBe(true);
      await run.kill(victim);
      const document = await lab.up();
      expect(document.ok).toBe(true);
      expect(await takeSnapshot(lab)).toEqual(whole());
      expect((await lab.pulumi("preview", "--expect-no-changes")).code).toBe(0);
      if (!down) return;

      const [, downVictim, downReached] = down;
      const going = new Run(lab, "down");
      expect(await downReached(going)).toBe(true);
      await going.kill(downVictim);
      const again = await lab.run("down", "--yes");
      expect([again.code, again.code === 0 ? "" : again.stderr]).toEqual([0, ""]);
      expect(await takeSnapshot(lab)).toEqual(NOTHING);
    },
    20 * 60_000,
  );
}
