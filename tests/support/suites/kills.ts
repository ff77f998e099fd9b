import type { Victim, WatchedRun } from "../killedRun";
import { WatchedRun as Run } from "../killedRun";
import { type Snapshot, takeSnapshot } from "../snapshot";
import type { TestLab } from "../testLab";

/** A moment of a run, who is killed then, and how the test sees that it has come. */
export type Moment = readonly [name: string, victim: Victim, reached: (run: WatchedRun) => Promise<boolean>];

/** Runs of `up` that are killed, one after the other, and the `down` of what they became, killed as well; without one the lab stays. */
export interface KillCycle {
  readonly ups: readonly Moment[];
  readonly down?: Moment;
}

const DEADLINE = 20 * 60_000;

const titleOfDown = ([name, victim]: Moment) => `down killed when ${name} (${victim}): one down reaches zero`;

const NOTHING: Snapshot = { resources: {}, pending: 0, host: [], inside: [], processes: 0 };

/** Cycles of runs that are killed: an up that is killed and a down that is, in turn. */
export function cyclesOf(ups: readonly Moment[], downs: readonly Moment[]): KillCycle[] {
  return ups.map((up, index) => {
    const down = downs[index % downs.length];
    return down === undefined ? { ups: [up] } : { ups: [up], down };
  });
}

/**
 * Runs killed with -9, of classlab alone and of everything it started, at chosen moments on the real engine and platform.
 * @param whole what stands of the lab, is recorded and runs after a run that nobody disturbed
 */
export function testKills(lab: TestLab, cycles: readonly KillCycle[], whole: () => Snapshot): void {
  const titled = cycles.map((cycle): [string, KillCycle] => {
    const kills = cycle.ups.map(([name, victim]) => `up killed when ${name} (${victim})`).join(", then ");
    const title = `${kills}: one up converges`;
    return [cycle.down ? `${title}; ${titleOfDown(cycle.down)}` : title, cycle];
  });
  test.each(titled)(
    "%s",
    async (_title, { ups, down }) => {
      for (const moment of ups) await killed(lab, "up", moment);
      const document = await lab.up();
      expect(document.ok).toBe(true);
      expect(await takeSnapshot(lab)).toEqual(whole());
      expect((await lab.pulumi("preview", "--expect-no-changes")).code).toBe(0);
      if (down) await downKilled(lab, down);
    },
    DEADLINE,
  );
}

/** The `down` of the lab that stands, killed. */
export function testKilledDown(lab: TestLab, down: Moment): void {
  test(titleOfDown(down), () => downKilled(lab, down), DEADLINE);
}

async function killed(lab: TestLab, verb: "up" | "down", [, victim, reached]: Moment): Promise<void> {
  const run = new Run(lab, verb);
  expect(await reached(run)).toBe(true);
  await run.kill(victim);
}

async function downKilled(lab: TestLab, moment: Moment): Promise<void> {
  await killed(lab, "down", moment);
  const again = await lab.run("down", "--yes");
  expect([again.code, again.code === 0 ? "" : again.stderr]).toEqual([0, ""]);
  expect(await takeSnapshot(lab)).toEqual(NOTHING);
}
