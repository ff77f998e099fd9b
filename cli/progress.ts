import type { EngineEvent } from "../operations/engine";

/** Where progress goes and what it may do there. */
export interface ProgressTarget {
  readonly write: (text: string) => void;
  /** True on a terminal: a line may be written over. */
  readonly live: boolean;
}

/** Words for what a resource of a type stands for; a type that is not here is not worth a line. */
const STAGES: readonly (readonly [suffix: RegExp, words: string])[] = [
  [/(?<!^this)-machine$/, "guest started"],
  [/-ready$/, "guest ready"],
  [/-inside$/, "guest answers"],
  [/-addresses$/, "guest's network set"],
  [/-snapshot-[a-z0-9-]+$/, "snapshot taken"],
  [/-base$/, "frozen for its clones"],
  [/-adapters$/, "adapters connected"],
  [/-images$/, "course images loaded"],
  [/-containers$/, "nginx farm"],
  [/-network$/, "network"],
  [/-container$|-site$|-database$/, "container"],
];

const DONE: Readonly<Record<string, string>> = {
  create: "",
  // The step "replace" beside it says the same a second time.
  "create-replacement": " (replaced)",
  update: " (updated)",
  delete: " (removed)",
};

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1).padStart(6)} s`;
}

/** Progress of a run: one line a finished step, and on a terminal a last line with what is under way. */
export class Progress {
  private readonly started = performance.now();
  private readonly under = new Map<string, string>();
  private readonly quarters = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private shown = false;

  constructor(private readonly target: ProgressTarget) {
    if (!target.live) return;
    this.timer = setInterval(() => this.redraw(), 500);
    this.timer.unref();
  }

  /** Writes a line of its own. */
  line(text: string): void {
    this.clear();
    this.target.write(`${seconds(this.started)}  ${text}\n`);
    this.redraw();
  }

  /** Takes an event of the engine. */
  event(event: EngineEvent): void {
    const started = event.resourcePreEvent?.metadata;
    const finished = event.resOutputsEvent?.metadata;
    const failed = event.resOpFailedEvent?.metadata;
    const metadata = started ?? finished ?? failed;
    // The stack's own resource is named after the lab, whatever that ends with.
    if (!metadata || metadata.type === "pulumi:pulumi:Stack") return;
    const name = metadata.urn.split("::").at(-1) ?? metadata.urn;
    const stage = STAGES.find(([suffix]) => suffix.test(name));
    const done = DONE[metadata.op];
    if (!stage || done === undefined) return;
    const text = `${name.replace(stage[0], "")}: ${stage[1]}`;
    if (started) {
      this.under.set(metadata.urn, text);
      this.redraw();
      return;
    }
    this.under.delete(metadata.urn);
    this.line(`${text}${failed ? " FAILED" : done}`);
  }

  /** Shows how far one long step is: on a terminal as it goes on, else at every quarter. @param percent of it that is done */
  doing(step: string, percent: number): void {
    const quarter = Math.floor(percent / 25) * 25;
    const before = this.quarters.get(step) ?? 0;
    this.quarters.set(step, quarter);
    if (percent >= 100) this.under.delete(step);
    else this.under.set(step, `${step} ${Math.floor(percent)} %`);
    if (this.target.live && percent < 100) this.redraw();
    else if (quarter > before) this.line(`${step}: ${quarter} %`);
  }

  /** Ends the display. */
  stop(): void {
    clearInterval(this.timer);
    this.clear();
    this.under.clear();
  }

  private clear(): void {
    if (this.shown) this.target.write("\r\u001b[K");
    this.shown = false;
  }

  private redraw(): void {
    if (!this.target.live || this.under.size === 0) return;
    this.clear();
    const words = [...this.under.values()];
    this.target.write(
      `${seconds(this.started)}  … ${words.slice(0, 2).join(", ")}${words.length > 2 ? ` and ${words.length - 2} more` : ""}`,
    );
    this.shown = true;
  }
}
