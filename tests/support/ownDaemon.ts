import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execute, type Finished, output } from "./cli";
import { SmallDisk } from "./smallDisk";

/** How long a daemon may take to answer or to end, in milliseconds. */
const DEADLINE = 30_000;

async function until(what: string, reached: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + DEADLINE;
  while (!(await reached())) {
    if (performance.now() > end) throw new Error(`${what}: not within ${DEADLINE / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const read = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
};

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended just before.
  }
}

/**
 * A Docker daemon of a test's own, on a small disk of its own and in a network namespace of its own, so that it can be
 * filled, ended and killed while the machine's Docker goes on. Needs root. Its containers reach no network outside.
 */
export class OwnDaemon {
  private daemon: ChildProcess | undefined;

  private constructor(
    private readonly name: string,
    private readonly place: string,
    /** Where it keeps its data. */
    readonly disk: SmallDisk,
  ) {}

  /**
   * Makes one that answers; what an earlier test run left of it goes first.
   * @param name names the namespace and the folder
   */
  static async make(name: string, megabytes: number): Promise<OwnDaemon> {
    const place = join(tmpdir(), `classlab-daemon-${name}`);
    await OwnDaemon.clear(name, place);
    mkdirSync(place, { recursive: true });
    const made = new OwnDaemon(name, place, await SmallDisk.make(join(place, "disk"), megabytes));
    await output("ip", ["netns", "add", name]);
    await made.inside("ip", "link", "set", "lo", "up");
    await made.start();
    return made;
  }

  /** What `DOCKER_HOST` has to be. */
  get host(): string {
    return `unix://${join(this.place, "docker.sock")}`;
  }

  /** Words before a command that is to be run where the guests' addresses are routed. */
  get through(): readonly string[] {
    return ["nsenter", `--net=/run/netns/${this.name}`];
  }

  /** Runs the Docker client on it. */
  docker(...args: string[]): Promise<string> {
    return output("docker", ["--host", this.host, ...args]);
  }

  /** Copies images from this machine's Docker. */
  async load(references: readonly string[]): Promise<void> {
    const save = `docker save ${references.join(" ")} | docker --host ${this.host} load`;
    await output("sh", ["-c", save]);
  }

  /** Starts it and waits until it answers. */
  async start(): Promise<void> {
    const log = openSync(join(this.place, "log"), "a");
    const [program = "", ...words] = this.through;
    const flags = {
      host: this.host,
      "data-root": join(this.disk.folder, "data"),
      "exec-root": join(this.place, "exec"),
      pidfile: join(this.place, "pid"),
      bip: "10.231.0.1/24",
    };
    const options = Object.entries(flags).flatMap(([key, value]) => [`--${key}`, value]);
    this.daemon = spawn(program, [...words, "dockerd", ...options], {
      stdio: ["ignore", log, log],
      detached: true,
    });
    await until(
      "the daemon answers",
      async () => (await execute("docker", ["--host", this.host, "version"])).code === 0,
    );
  }

  /** Ends it with a signal and waits until it is gone. What it leaves running is not touched. */
  async end(name: "SIGTERM" | "SIGKILL"): Promise<void> {
    const { daemon } = this;
    if (!daemon) return;
    daemon.kill(name);
    await until("the daemon ends", () => daemon.exitCode !== null || daemon.signalCode !== null);
    this.daemon = undefined;
  }

  /** Ends it with all that it runs and removes what it kept. */
  async dispose(): Promise<void> {
    await this.end("SIGKILL");
    await OwnDaemon.clear(this.name, this.place);
  }

  private inside(...words: string[]): Promise<string> {
    const [program = "", ...rest] = [...this.through, ...words];
    return output(program, rest);
  }

  /** The processes of a daemon in a folder: those that name it, and those in a control group of its containers. */
  private static processes(place: string): number[] {
    const folder = join(place, "disk", "mounted", "data", "containers");
    const containers = existsSync(folder) ? readdirSync(folder) : [];
    return readdirSync("/proc")
      .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
      .filter((entry) => {
        if (/^State:\s+Z/m.test(read(`/proc/${entry}/status`))) return false;
        if (read(`/proc/${entry}/cmdline`).includes(`${place}/`)) return true;
        const groups = read(`/proc/${entry}/cgroup`);
        return containers.some((id) => groups.includes(id));
      })
      .map(Number);
  }

  private static async clear(name: string, place: string): Promise<void> {
    await until("what the daemon ran ends", () => {
      const running = OwnDaemon.processes(place);
      for (const pid of running) signal(pid, "SIGKILL");
      return running.length === 0;
    });
    await SmallDisk.unmountBelow(place);
    const known: Finished = await execute("ip", ["netns", "list"]);
    if (new RegExp(`^${name}\\b`, "m").test(known.stdout)) await output("ip", ["netns", "delete", name]);
    rmSync(place, { recursive: true, force: true });
  }
}
