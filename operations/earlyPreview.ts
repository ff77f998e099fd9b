import { setTimeout } from "node:timers/promises";
import type { Preview, StackEngine } from "./engine";

/**
 * A preview that is begun while what stands is looked at: the engine goes by state and plan alone, so that it holds where the look finds nothing
 * that is to be made anew.
 */
export class EarlyPreview {
  private readonly unwanted = new AbortController();
  private readonly result: Promise<Preview>;
  private ended = false;

  /** @param patience milliseconds that one which is not wanted is given to end */
  constructor(
    engine: Pick<StackEngine, "preview">,
    signal: AbortSignal | undefined,
    private readonly patience = 5000,
  ) {
    const signals = signal ? [signal, this.unwanted.signal] : [this.unwanted.signal];
    this.result = engine.preview(AbortSignal.any(signals)).finally(() => {
      this.ended = true;
    });
    // Whoever wants it hears of a failure then.
    this.result.catch(() => {});
  }

  /** What it shows. @throws whatever the engine does */
  shown(): Promise<Preview> {
    return this.result;
  }

  /**
   * Ends it where it still goes on, and waits until it has ended. Not for long: it only looks, and may be asking a guest that does not answer.
   */
  async end(): Promise<void> {
    if (this.ended) return;
    this.unwanted.abort();
    await Promise.race([this.result.catch(() => {}), setTimeout(this.patience, undefined, { ref: false })]);
  }
}
