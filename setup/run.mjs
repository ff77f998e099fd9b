import { spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

const running = new Set();
let watching = false;

/**
 * The first executable of that name on a search path.
 * @param {string} name
 * @param {string | undefined} path as in the environment variable PATH
 * @returns {string | null} its path, or null
 */
export function which(name, path) {
  for (const folder of (path ?? "").split(delimiter)) {
    if (folder === "") continue;
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      if (statSync(file).isFile()) return file;
    } catch {
      // not in this folder
    }
  }
  return null;
}

/**
 * Runs a command of set-up to its end and keeps its output. Never throws for a command that fails.
 * When set-up itself is told to stop, so is the command: it must not go on alone.
 * @param {string} command
 * @param {string[]} args
 * @param {object} [options]
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {string} [options.cwd]
 * @param {number} [options.seconds] deadline, 60 unless told
 * @param {boolean} [options.terminal] lets the command read the terminal (a password prompt)
 * @param {(pid: number) => void} [options.started]
 * @returns {Promise<{ ok: boolean, stdout: string, output: string, timedOut: boolean, notFound: boolean }>}
 *   `output` is stdout and stderr as they came
 */
export function run(command, args, options = {}) {
  const { env, cwd, seconds = 60, terminal = false, started } = options;
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      env,
      cwd,
      stdio: [terminal ? "inherit" : "ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let output = "";
    let timedOut = false;
    watchSignals();
    running.add(child);
    if (child.pid !== undefined) started?.(child.pid);
    const deadline = setTimeout(() => {
      timedOut = true;
      child.kill("SIGTERM");
      setTimeout(() => child.kill("SIGKILL"), 3000).unref();
      // A grandchild may keep the pipes open after the command is gone.
      setTimeout(() => finish(false, false), 4000).unref();
    }, seconds * 1000);
    const finish = (ok, notFound) => {
      clearTimeout(deadline);
      running.delete(child);
      resolve({ ok, stdout, output, timedOut, notFound });
    };
    child.stdout.on("data", (data) => {
      stdout += data;
      output += data;
    });
    child.stderr.on("data", (data) => {
      output += data;
    });
    child.on("error", (error) => {
      output += error.message;
      finish(false, error.code === "ENOENT");
    });
    child.on("close", (code) => finish(code === 0 && !timedOut, false));
  });
}

/**
 * The last lines of a command's output that are not empty.
 * @param {string} text
 * @param {number} [count] 5 unless told
 * @returns {string[]}
 */
export function tail(text, count = 5) {
  return text
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line.trim() !== "")
    .slice(-count);
}

function watchSignals() {
  if (watching) return;
  watching = true;
  for (const [signal, number] of [
    ["SIGHUP", 1],
    ["SIGINT", 2],
    ["SIGTERM", 15],
  ]) {
    process.on(signal, () => {
      // Once set-up is over the launcher has its own way with signals.
      if (running.size === 0) {
        if (process.listenerCount(signal) > 1) return;
      }
      for (const child of running) child.kill("SIGTERM");
      process.exit(128 + number);
    });
  }
}
