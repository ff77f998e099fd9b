import { spawn } from "node:child_process";
import { automation } from "@pulumi/pulumi";

/**
 * The `pulumi` program as the Automation API runs it, but in a process group of its own: Ctrl-C on a terminal reaches
 * classlab alone, which asks the engine once (a second interrupt would end it in the middle of a step). All it starts
 * inherits the run's mark, by which what a killed run left is found.
 */
export async function pulumiCommand(): Promise<automation.PulumiCommand> {
  const command = await automation.PulumiCommand.get({ skipVersionCheck: true });
  const run = (
    args: string[],
    cwd: string,
    env: Record<string, string>,
    onOutput?: (text: string) => void,
    onError?: (text: string) => void,
    signal?: AbortSignal,
  ): Promise<{ stdout: string; stderr: string; code: number }> =>
    new Promise((resolve, reject) => {
      const child = spawn(command.command, [...args, "--non-interactive"], {
        cwd,
        env: { ...process.env, ...env, PULUMI_AUTOMATION_API: "true" },
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
  return Object.assign(command, { run });
}
