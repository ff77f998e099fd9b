import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { clearDeadLocks, findHolder, withLock } from "../../../operations/recovery/lock";
import { BackendFolder } from "./folder";

let backend: BackendFolder;
let folder: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  backend = new BackendFolder();
  folder = backend.files.locks;
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  backend.dispose();
});

/** A process that lives until the test ends, under a name. @returns its number */
async function living(name: string): Promise<number> {
  // The shell says that it has begun; then its command line has the name.
  const child = spawn("sh", ["-c", "echo begun; read wait", name], { stdio: ["pipe", "pipe", "ignore"] });
  children.push(child);
  await once(child.stdout, "data");
  if (child.pid === undefined) throw new Error("it did not start");
  return child.pid;
}

/** The number of a process that has ended. */
function ended(): number {
  const { pid } = spawnSync("true");
  return pid;
}

/** Which program a number belongs to, and whether it only waits to be collected, is told by Linux. */
const onLinux = existsSync("/proc/self") ? test : test.skip;

const LOCK = { username: "teacher", hostname: hostname(), timestamp: "2026-11-24T10:00:00Z" };
function lock(name: string, pid: number, more: object = {}): void {
  backend.write(join(folder, `${name}.json`), JSON.stringify({ pid, ...LOCK, ...more }));
}
const locks = () => readdirSync(folder).sort();

describe("who holds a stack", () => {
  test("nobody: no folder, no lock, none that is a lock", () => {
    expect(findHolder(join(folder, "none"))).toBeUndefined();
    backend.write(join(folder, "note.txt"), "{}");
    expect(findHolder(folder)).toBeUndefined();
    expect(clearDeadLocks(folder)).toEqual([]);
    expect(locks()).toEqual(["note.txt"]);
  });

  test("a live engine, whose lock stays", async () => {
    const pid = await living("pulumi");
    lock("live", pid);
    expect(findHolder(folder)).toMatchObject({ pid, username: "teacher" });
    expect(clearDeadLocks(folder)).toEqual([]);
    expect(locks()).toEqual(["live.json"]);
  });

  test("not a run that has ended, whose lock goes with the engine's note beside it", () => {
    const pid = ended();
    lock("dead", pid);
    backend.write(join(folder, "dead.json.attrs"), "{}");
    expect(findHolder(folder)).toBeUndefined();
    // Looking changes nothing.
    expect(locks()).toHaveLength(2);
    expect(clearDeadLocks(folder)).toEqual([pid]);
    expect(locks()).toEqual([]);
  });

  onLinux("not another program that was given the number since", async () => {
    const pid = await living("editor");
    lock("reused", pid);
    expect(findHolder(folder)).toBeUndefined();
    expect(clearDeadLocks(folder)).toEqual([pid]);
  });

  onLinux("not a process that has ended and was not collected yet", async () => {
    // The child ends only when the shell has become a program that never waits for it: it stays a zombie.
    const script = `pulumi=1; sh -c 'until grep -q cat "/proc/$PPID/comm"; do :; done' & echo $!; exec cat`;
    const child = spawn("sh", ["-c", script], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    children.push(child);
    const [text] = await once(child.stdout, "data");
    const pid = Number(String(text));
    const status = () => readFileSync(`/proc/${pid}/status`, "utf8");
    while (!/^State:\s+Z/m.test(status())) await new Promise((resolve) => setImmediate(resolve));
    lock("zombie", pid);
    expect(findHolder(folder)).toBeUndefined();
  });

  test("a run on another machine, which cannot be asked from here", () => {
    lock("elsewhere", ended(), { hostname: "another-machine" });
    expect(findHolder(folder)).toMatchObject({ hostname: "another-machine" });
    expect(clearDeadLocks(folder)).toEqual([]);
    expect(locks()).toEqual(["elsewhere.json"]);
  });

  test.each([
    ["cut off", '{"pid":12'],
    ["empty", ""],
    ["without a process", "{}"],
  ])("not one that was never written to its end (%s)", (_words, text) => {
    backend.write(join(folder, "cut.json"), text);
    expect(findHolder(folder)).toBeUndefined();
    expect(clearDeadLocks(folder)).toEqual([0]);
    expect(locks()).toEqual([]);
  });

  test("the live one among dead ones", async () => {
    const pid = await living("pulumi");
    const dead = ended();
    lock("a-dead", dead);
    lock("b-live", pid);
    expect(findHolder(folder)?.pid).toBe(pid);
    expect(clearDeadLocks(folder)).toEqual([dead]);
    expect(locks()).toEqual(["b-live.json"]);
  });
});

describe("work under the lock", () => {
  test("the lock stands while it runs, in the engine's own form, and is gone afterwards", async () => {
    rmSync(folder, { recursive: true });
    const result = await withLock("lab", folder, async () => {
      const [name = ""] = locks();
      const written: unknown = JSON.parse(readFileSync(join(folder, name), "utf8"));
      expect(written).toMatchObject({
        pid: process.pid,
        hostname: hostname(),
        timestamp: expect.any(String),
      });
      return "done";
    });
    expect(result).toBe("done");
    expect(locks()).toEqual([]);
  });

  test("it is gone also when the work fails", async () => {
    await expect(withLock("lab", folder, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(locks()).toEqual([]);
  });

  test("an engine that holds it, even a later one: named at once, the work is not begun, its lock stays", async () => {
    const pid = await living("pulumi");
    lock("live", pid, { timestamp: new Date(Date.now() + 60_000).toISOString() });
    let begun = false;
    const start = performance.now();
    const work = withLock("lab", folder, async () => {
      begun = true;
    });
    await expect(work).rejects.toThrow(new RegExp(`process ${pid}.*\\[stack-locked\\]`));
    // An engine does not step back for us: nothing is gained by waiting the five seconds that one of our own gets.
    expect(performance.now() - start).toBeLessThan(4_000);
    expect(begun).toBe(false);
    expect(locks()).toEqual(["live.json"]);
  });

  test("of several that start together exactly one works at a time, and at least one does", async () => {
    let at = 0;
    let most = 0;
    const results = await Promise.allSettled(
      [1, 2, 3].map(() =>
        withLock("lab", folder, async () => {
          at += 1;
          most = Math.max(most, at);
          await new Promise((resolve) => setImmediate(resolve));
          at -= 1;
        }),
      ),
    );
    const failed = results.flatMap((result) => (result.status === "rejected" ? [String(result.reason)] : []));
    expect(failed.length).toBeLessThan(3);
    for (const text of failed) expect(text).toContain("[stack-locked]");
    expect(most).toBe(1);
    expect(existsSync(folder) ? locks() : []).toEqual([]);
  });

  test("the first of two waits for the second to step back", async () => {
    const name = join(folder, "second.json");
    const later = { classlab: true, timestamp: new Date(Date.now() + 60_000).toISOString() };
    lock("second", process.pid, later);
    let released = false;
    // It steps back once the first has shown itself.
    const stepBack = setInterval(() => {
      if (locks().length < 2) return;
      clearInterval(stepBack);
      released = true;
      rmSync(name);
    }, 5);
    try {
      await withLock("lab", folder, async () => {
        expect(released).toBe(true);
      });
    } finally {
      clearInterval(stepBack);
    }
  });
});
