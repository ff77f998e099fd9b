import { spawn } from "node:child_process";
import { quote } from "../../course/shell";
import { type Finished, ROOT } from "./cli";

/** One answer on a terminal. */
export interface Answer {
  /** Text that the program shows before it is answered. */
  readonly after: string;
  /** What is typed, with its end of line; `\x04` is Ctrl-D, `\x03` Ctrl-C. */
  readonly type: string;
  /** Done between the question and its answer. */
  readonly meanwhile?: () => Promise<unknown>;
}

/**
 * Runs a program on a terminal of its own (by `script`), and answers what it asks.
 * @returns everything shown there as `stdout`; no `stderr`, which a terminal does not tell apart
 */
export function onTerminal(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  answers: readonly Answer[],
): Promise<Finished> {
  const command = [program, ...args].map(quote).join(" ");
  const words =
    process.platform === "darwin"
      ? ["-q", "/dev/null", "sh", "-c", command]
      : ["-qefc", command, "/dev/null"];
  return new Promise((resolve, reject) => {
    const child = spawn("script", words, { cwd: ROOT, env });
    const left = [...answers];
    let shown = "";
    let from = 0;
    const answer = async () => {
      const next = left[0];
      const at = next ? shown.indexOf(next.after, from) : -1;
      if (!next || at < 0) return;
      left.shift();
      from = at + next.after.length;
      await next.meanwhile?.();
      child.stdin.write(next.type);
      await answer();
    };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      shown += text;
      answer().catch(reject);
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, stdout: shown, stderr: "" }));
    // A program that ends before it was answered is told by its exit code.
    child.stdin.on("error", () => undefined);
  });
}
