import { spawn } from "node:child_process";
import { join } from "node:path";

/** The checkout. */
export const ROOT = join(__dirname, "..", "..");

/** What a finished command left behind. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
export function execute(
  program: string,
  args: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly cwd?: string; readonly stdin?: string } = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], { cwd: options.cwd ?? ROOT, env: options.env ?? process.env });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, stdout, stderr }));
    // A program that ends before it read everything is told by its exit code.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.stdin ?? "");
  });
}

/** Runs a program that must succeed, and returns its output. */
export async function output(
  program: string,
  args: readonly string[],
  options: Parameters<typeof execute>[2] = {},
): Promise<string> {
  const result = await execute(program, args, options);
  if (result.code !== 0) {
    throw new Error(
      `${program} ${args.join(" ")} ended with ${result.code}\n${result.stdout}\n${result.stderr}`,
    );
  }
  return result.stdout;
}

/**
 * Runs classlab as users do, by its launcher.
 * @param through words before it, such as those that enter a network namespace
 */
export function classlab(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  through: readonly string[] = [],
): Promise<Finished> {
  const words = [...through, process.execPath, join(ROOT, "setup", "classlab.mjs"), ...args];
  return execute(words[0] ?? "", words.slice(1), { env });
}
