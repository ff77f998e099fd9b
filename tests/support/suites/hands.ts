import { idsInside, type Snapshot, takeSnapshot } from "../snapshot";
import type { TestLab, UpDocument } from "../testLab";

/** What somebody does to a lab by hand on its host, and what is found of it. */
export interface HandOnHost {
  readonly what: string;
  readonly breaking: () => Promise<unknown>;
  /** The drift that status shows. */
  readonly kind: "missing" | "stopped" | "changed";
  /** What becomes of what the class wrote. */
  readonly work: "kept" | "gone";
}

/** The same inside the guest `web`. */
export interface HandInGuest {
  readonly what: string;
  readonly script: string;
  readonly container: string;
  readonly kind: "missing" | "stopped";
  /** Number of services that do not answer then. */
  readonly failing: number;
}

/** What a class writes, and whether it is still there. */
export interface ClassWork {
  write(): Promise<void>;
  isThere(): Promise<boolean>;
}

/** What the tests know of the lab that is broken. */
export interface HandledLab {
  readonly lab: TestLab;
  /** Number of services. */
  readonly services: number;
  /** Containers of the farm in the guest `web`. */
  readonly farm: readonly string[];
  readonly work: ClassWork;
  /** What stands of it when nobody disturbed it. */
  readonly whole: () => Snapshot;
}

/** What staff and learners break by hand, one thing at a time, on the real engine and platform. */
export function testHands(
  { lab, services, farm, work, whole }: HandledLab,
  onHost: readonly HandOnHost[],
  inGuest: readonly HandInGuest[],
): void {
  /** The lab is as it was on its first day, but for what learners made: every service answers, the engine has nothing to do. */
  async function expectWhole(document: UpDocument): Promise<void> {
    expect(document.services).toHaveLength(services);
    expect(document.services.filter((service) => !service.ok)).toEqual([]);
    expect((await lab.pulumi("preview", "--expect-no-changes")).code).toBe(0);
  }

  test.each(onHost.map((hand): [string, HandOnHost] => [hand.what, hand]))(
    "%s: listed by status and mended by plain up",
    async (_what, { breaking, kind, work: expected }) => {
      await work.write();
      await breaking();
      const seen = await lab.run("status", "--json");
      expect(seen.code).not.toBe(0);
      expect(JSON.parse(seen.stdout).drift).toEqual(
        expect.arrayContaining([expect.objectContaining({ kind, level: "host" })]),
      );
      const document = await lab.up();
      await expectWhole(document);
      expect(document.left).toEqual([]);
      expect(await takeSnapshot(lab)).toEqual(whole());
      expect((await lab.run("status")).code).toBe(0);
      expect(await work.isThere()).toBe(expected === "kept");
    },
    20 * 60_000,
  );

  test.each(inGuest.map((hand): [string, HandInGuest] => [hand.what, hand]))(
    "%s: plain up leaves and lists it, --repair brings it back",
    async (_what, { script, container, kind, failing }) => {
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
      const ids = await idsInside(untouched, lab, "web");

      const shown = await lab.run("up", "--yes", "--repair", "--team", "team-01");
      expect([shown.code, shown.code === 0 ? "" : shown.stderr]).toEqual([0, ""]);
      // What is overwritten is named before it is.
      expect(shown.stderr + shown.stdout).toMatch(new RegExp(`repair.*${container}`));
      expect(await idsInside(untouched, lab, "web")).toEqual(ids);
      const again = await lab.up();
      await expectWhole(again);
      expect(again.left).toEqual([]);
    },
    20 * 60_000,
  );

  test(
    "a container of the learner's own is listed, and nothing touches it",
    async () => {
      await lab.inGuest("web", "docker run -d --name mine -p 9090:80 nginx");
      const id = await idsInside(["mine"], lab, "web");
      expect(id).toHaveLength(1);
      for (const options of [[], ["--repair"]]) {
        const document = await lab.up(...options);
        expect(document.left).toEqual([
          expect.objectContaining({ kind: "foreign", what: expect.stringContaining("mine") }),
        ]);
        await expectWhole(document);
        expect(await idsInside(["mine"], lab, "web")).toEqual(id);
      }
    },
    20 * 60_000,
  );

  test("repair of a team that the lab has not is refused by name", async () => {
    const result = await lab.run("up", "--yes", "--repair", "--team", "team-09");
    expect(result.code).toBe(2);
    expect(result.stderr).toContain("--team team-09");
    expect(result.stderr).toContain("team-01");
  }, 120_000);
}
