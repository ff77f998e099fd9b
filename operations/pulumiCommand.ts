import { spawn } from "node:child_process";
import { automation } from "@pulumi/pulumi";
import { parse } from "semver";

/** Environment variable by which who put the engine on PATH tells its version. */
const VERSION_VARIABLE = "CLASSLAB_ENGINE_VERSION";

/**
 * Go's garbage collector works half as often in the engine and its providers: they run for seconds, so that most of what it does is for a heap
 * that has only begun to grow. Measured: a seventh less processor time for a preview, some 5 MB more memory. Who has set it is left alone.
 */
export const ENGINE_GC = { GOGC: process.env.GOGC ?? "200" } as const;

/** The `pulumi` program as the Automation API runs it, and as we do for what that API does not have. */
export type PulumiProgram = automation.PulumiCommand & {
  readonly run: (
    args: string[],
    folder: string,
    env: Record<string, string>,
    onOutput?: (text: string) => void,
    onError?: (text: string) => void,
    signal?: AbortSignal,
  ) => Promise<{ stdout: string; stderr: string; code: number }>;
};

/**
 * The `pulumi` program as the Automation API runs it, but in a process group of its own: Ctrl-C on a terminal reaches
 * classlab alone, which asks the engine once (a second interrupt would end it in the middle of a step). All it starts
 * inherits the run's mark, by which what a killed run left is found.
 */
export function pulumiCommand(): Promise<PulumiProgram> {
  // Asked for its version once: every stack of a run has the same.
  found ??= findCommand();
  return found;
}

let found: Promise<PulumiProgram> | undefined;

async function findCommand(): Promise<PulumiProgram> {
  // Without it the program is started to ask for its version, which takes as long as reading a lab's state.
  const told = parse(process.env[VERSION_VARIABLE]);
  const command: Pick<PulumiProgram, "command" | "version"> = told
    ? { command: "pulumi", version: told }
    : await automation.PulumiCommand.get({ skipVersionCheck: true });
  const run: PulumiProgram["run"] = (args, folder, env, onOutput, onError, signal) =>
    new Promise((resolve, reject) => {
      const child = spawn(command.command, [...args, "--non-interactive"], {
        cwd: folder,
        env: { ...process.env, ...ENGINE_GC, ...env, PULUMI_AUTOMATION_API: "true" },
        detached: true,
        stdio: ["ignore", "pipe", "pipe"],
      });
      let stdout = "";
      let stderr = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        stdout += text;
        onOutput?.(text);
      });
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        stderr += text;
        onError?.(text);
      });
      const stop = () => child.kill("SIGINT");
      if (signal?.aborted) stop();
      signal?.addEventListener("abort", stop);
      child.on("error", reject);
      child.on("close", (code, ended) => {
        signal?.removeEventListener("abort", stop);
        if (code === 0) resolve({ stdout, stderr, code });
        else reject(new Error(`code: ${code ?? ended}\nstdout: ${stdout}\nstderr: ${stderr}`));
      });
    });
  return { command: command.command, version: command.version, run };
}
