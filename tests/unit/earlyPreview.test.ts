import { EarlyPreview } from "../../operations/earlyPreview";
import type { Preview } from "../../operations/engine";

const EMPTY: Preview = { changes: { same: 3 }, steps: [] };

/** An engine whose preview ends when the test says so, or when it is asked to stop. */
class Engine {
  signal: AbortSignal | undefined;
  ended = 0;
  show: () => void = () => {};
  fail: (error: Error) => void = () => {};
  /** Whether it ends when it is asked to. */
  deaf = false;

  preview = (signal?: AbortSignal): Promise<Preview> => {
    this.signal = signal;
    const shown = new Promise<Preview>((resolve, reject) => {
      this.show = () => resolve(EMPTY);
      this.fail = reject;
      // As Pulumi does: it ends some time after it was asked to.
      signal?.addEventListener("abort", () => {
        if (!this.deaf) setTimeout(() => reject(new Error("stopped")), 20);
      });
    });
    return shown.finally(() => {
      this.ended += 1;
    });
  };
}

function begin(signal?: AbortSignal, patience?: number) {
  const engine = new Engine();
  return { engine, early: new EarlyPreview(engine, signal, patience) };
}

test("is shown as the engine has it, and is not stopped then", async () => {
  const { engine, early } = begin();
  engine.show();
  expect(await early.shown()).toBe(EMPTY);
  await early.end();
  expect(engine.signal?.aborted).toBe(false);
});

test("one that is not wanted is stopped, and has ended before anything else goes on", async () => {
  const { engine, early } = begin();
  const end = early.end();
  expect(engine.signal?.aborted).toBe(true);
  expect(engine.ended).toBe(0);
  await end;
  expect(engine.ended).toBe(1);
});

test("one that does not end holds nothing up for long", async () => {
  const { engine, early } = begin(undefined, 50);
  engine.deaf = true;
  await early.end();
  expect([engine.signal?.aborted, engine.ended]).toEqual([true, 0]);
});

test("one that failed is told to whoever wants it, and to nobody else", async () => {
  const { engine, early } = begin();
  engine.fail(new Error("no such plan"));
  await early.end();
  await expect(early.shown()).rejects.toThrow("no such plan");
});

test("ends with the run that it is for", async () => {
  const run = new AbortController();
  const { engine, early } = begin(run.signal);
  run.abort();
  expect(engine.signal?.aborted).toBe(true);
  await expect(early.shown()).rejects.toThrow("stopped");
});
