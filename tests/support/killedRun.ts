import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./cli";
import type { TestLab } from "./testLab";

/** What is killed: classlab's own process, or it with everything that it started. */
export type Victim = "cli" | "everything";

const read = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
};

/** Processes whose environment shows that a run with this home folder started them; classlab's own are not among them. */
export function startedBy(home: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) =>
      read(`/proc/${name}/environ`)
        .split("\0")
        .some((entry) => entry.startsWith("CLASSLAB_RUN=") && entry.endsWith(`:${home}`)),
    )
    .filter((name) => !/^State:\s+Z/m.test(read(`/proc/${name}/status`)))
    .map(Number);
}

function childrenOf(parent: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => new RegExp(`^PPid:\\s+${parent}$`, "m").test(read(`/proc/${name}/status`)))
    .map(Number);
}

const kill = (pid: number) => {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended just before.
  }
};

/** A run of a verb that a test can watch and kill. */
export class WatchedRun {
  private readonly child: ChildProcess;
  private text = "";
  private readonly done: Promise<number>;
  private watchers: ChildProcess[] = [];

  constructor(
    private readonly lab: TestLab,
    verb: string,
    ...args: string[]
  ) {
    const classlab = [process.execPath, join(ROOT, "setup", "classlab.mjs")];
    const words = [...lab.through, ...classlab, verb, "--config", lab.file, "--yes", ...args];
    this.child = spawn(words[0] ?? "", words.slice(1), {
      env: lab.env,
      cwd: ROOT,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.setEncoding("utf8").on("data", (chunk: string) => {
        this.text += chunk;
      });
    this.done = new Promise((resolve) => this.child.on("close", (code) => resolve(code ?? 137)));
  }

  /** What it has printed so far. */
  get output(): string {
    return this.text;
  }

  /** Waits until it has printed a text; false when it ended without. */
  async printed(pattern: RegExp): Promise<boolean> {
    return this.until((check) => {
      const listen = () => {
        if (pattern.test(this.text)) check();
      };
      this.child.stderr?.on("data", listen);
      this.child.stdout?.on("data", listen);
      listen();
    });
  }

  /**
   * Waits for an event of a Docker Engine: that of this machine, or that of a guest.
   * @param guest name of the guest whose engine is meant
   */
  async event(filters: readonly string[], guest?: string): Promise<boolean> {
    const line = `exec docker events ${filters.map((filter) => `--filter ${filter}`).join(" ")}`;
    return guest === undefined
      ? this.told(line, /./)
      : this.told(this.lab.target.guestShell(this.lab.name, guest), /./, line);
  }

  /** Waits for an event of this machine's libvirt. @param kind `event` of domains, `net-event` of networks */
  async libvirtEvent(kind: "event" | "net-event", pattern: RegExp): Promise<boolean> {
    return this.told(`exec stdbuf -oL virsh -c qemu:///system ${kind} --event lifecycle --loop`, pattern);
  }

  /** Closes what it prints to, as `| head` does, or a terminal that is gone. */
  stopReading(): void {
    this.child.stdout?.destroy();
    this.child.stderr?.destroy();
  }

  /** Sends a signal to classlab's launcher, as a user's shell would. */
  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** Kills it with -9 and waits until classlab itself is gone. */
  async kill(victim: Victim): Promise<void> {
    const launcher = this.child.pid ?? 0;
    const own = childrenOf(launcher);
    if (victim === "everything") {
      for (const pid of startedBy(this.lab.env.CLASSLAB_HOME ?? "")) kill(pid);
      kill(launcher);
    }
    for (const pid of own) kill(pid);
    await this.finished();
  }

  /** Waits for its end. */
  async finished(): Promise<number> {
    const code = await this.done;
    for (const watcher of this.watchers) watcher.kill();
    return code;
  }

  /** Waits until a command of the shell prints a text. */
  private told(line: string, pattern: RegExp, stdin = ""): Promise<boolean> {
    return this.until((check) => {
      const watcher = spawn("sh", ["-c", line], { env: this.lab.env, stdio: ["pipe", "pipe", "ignore"] });
      this.watchers.push(watcher);
      let text = "";
      watcher.stdout.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
        if (pattern.test(text)) check();
      });
      watcher.stdin.end(stdin);
    });
  }

  private until(start: (check: () => void) => void): Promise<boolean> {
    return new Promise((resolve) => {
      void this.done.then(() => resolve(false));
      start(() => resolve(true));
    });
  }
}
