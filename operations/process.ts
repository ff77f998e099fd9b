import { spawn } from "node:child_process";

/** What a finished process left behind. */
export interface ProcessResult {
  /** Exit code; 124 when the deadline or the signal ended it, 127 when it could not be started. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run a process. */
export interface ProcessOptions {
  /** Text for its standard input; nothing by default. */
  readonly stdin?: string;
  /** Milliseconds until it is ended; default 60,000. */
  readonly deadline?: number;
  readonly cwd?: string;
  /** Variables beside this process's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether it may ask the user on the terminal: it gets this process's input, and its output goes to stderr. */
  readonly terminal?: boolean;
  /** Ends it when it is aborted; its exit code is then 124. */
  readonly signal?: AbortSignal;
  /** Called with each line of either output as it comes, one that the next is written over included. */
  readonly onLine?: (line: string) => void;
}

/** Runs a program without a shell and waits for it; a failure is told by the result, never thrown. */
export function run(
  program: string,
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<ProcessResult> {
  return new Promise((resolve) => {
    const child = spawn(program, [...args], {
      cwd: options.cwd,
      env: options.env === undefined ? process.env : { ...process.env, ...options.env },
      stdio: options.terminal
        ? ["inherit", process.stderr, "inherit"]
        : [options.stdin === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    let late = false;
    const kill = () => {
      late = true;
      child.kill("SIGKILL");
    };
    const timer = setTimeout(kill, options.deadline ?? 60_000);
    options.signal?.addEventListener("abort", kill, { once: true });
    if (options.signal?.aborted) kill();
    // Each stream has its own unfinished line.
    const lines = () => {
      let pending = "";
      return (text: string) => {
        if (!options.onLine) return;
        const parts = (pending + text).split(/\r?\n|\r(?!\n|$)/);
        pending = parts.pop() ?? "";
        for (const part of parts) options.onLine(part);
      };
    };
    const outLines = lines();
    const errorLines = lines();
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      outLines(text);
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      errorLines(text);
    });
    const finish = (code: number) => {
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", kill);
      resolve({ code, stdout, stderr });
    };
    child.on("error", (error) => {
      stderr += error.message;
      finish(127);
    });
    child.on("close", (code) => finish(late ? 124 : (code ?? 1)));
    if (options.stdin !== undefined && child.stdin) {
      // A program that ends before it read everything is told by its exit code.
      child.stdin.on("error", () => undefined);
      child.stdin.end(options.stdin);
    }
  });
}

/** The last lines of a text, for error messages. */
export function tail(text: string, lines = 15): string {
  return text.trimEnd().split("\n").slice(-lines).join("\n");
}
