import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ROOT } from "./cli";
import type { Place } from "./secretSearch";

interface Line {
  readonly kind: "cmdline" | "environ" | "file" | "refused" | "round" | "end";
  readonly place: string;
  readonly text: string;
}

/**
 * Samples the command lines and environments of all processes of this machine, and the files of folders, from start to
 * stop. Guests are containers: what runs in them, and in the containers inside them, stands in this machine's /proc too.
 * A process that lives for less than one round (some ten milliseconds) can slip through.
 */
export class SecretSampler {
  /** Every distinct text with where it was first seen. */
  readonly places: Place[] = [];
  /** Whole rounds, known once it has stopped. */
  rounds = 0;
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly closed: Promise<number | null>;
  private readonly answered: (() => void)[] = [];

  /** @param folders read in every round, for files that come and go */
  constructor(folders: readonly string[]) {
    const script = [process.execPath, join(ROOT, "tests", "support", "sampleProcesses.mjs"), ...folders];
    // Other users' environments are root's to read.
    const words = process.getuid?.() === 0 ? script : ["sudo", "-n", ...script];
    this.child = spawn(words[0] ?? "", words.slice(1), { stdio: ["pipe", "pipe", "pipe"] });
    this.closed = new Promise((resolve) => this.child.on("close", resolve));
    createInterface({ input: this.child.stdout }).on("line", (line) => this.take(line));
  }

  /** Settles once everything that runs now has been seen. */
  seen(): Promise<void> {
    return new Promise((resolve) => {
      this.answered.push(resolve);
      this.child.stdin.write("\n");
    });
  }

  /** Ends the sampling; again does nothing. */
  async stop(): Promise<void> {
    this.child.stdin.end();
    const code = await this.closed;
    if (code !== 0) throw new Error(`the sampler ended with ${code}`);
  }

  private take(text: string): void {
    const line: Line = JSON.parse(text);
    if (line.kind === "round") this.answered.shift()?.();
    else if (line.kind === "end") this.rounds = Number(line.place);
    else {
      const content = Buffer.from(line.text, "base64").toString("latin1");
      this.places.push({ where: `${line.kind} ${line.place}`, content });
    }
  }
}
