import { dockerFault } from "./dockerFaults";
import { type ProcessOptions, type ProcessResult, run } from "./process";
import { saysDiskFull, saysDockerSilent, saysGone } from "./trouble";

/** Runs the Docker client on this machine; a failure is told by the result. */
export function docker(args: readonly string[], options?: ProcessOptions): Promise<ProcessResult> {
  return run("docker", args, options);
}

/**
 * Runs the Docker client and returns its output.
 * @param options.gone whether an object that is not there (any more) is as good as done
 * @throws FaultError when it fails, with its words
 */
export async function dockerOutput(
  args: readonly string[],
  options: ProcessOptions & { readonly gone?: boolean } = {},
): Promise<string> {
  const { code, stdout, stderr } = await docker(args, options);
  if (code === 0 || (options.gone && saysGone(stderr))) return stdout;
  const lines = stderr.trim().split("\n");
  const words = lines.find(saysDockerSilent) ?? lines.find(saysDiskFull) ?? lines.at(-1);
  throw dockerFault(`docker ${args[0] ?? ""} ${args[1] ?? ""}`.trim(), words || `exit code ${code}`);
}
