import type { z } from "zod";
import { FaultError } from "../course/faults";
import { type ProcessOptions, type ProcessResult, run } from "./process";
import { diskFull, dockerSilent, saysDiskFull, saysDockerSilent } from "./trouble";

/** Runs the Docker client on this machine; a failure is told by the result. */
export function docker(args: readonly string[], options?: ProcessOptions): Promise<ProcessResult> {
  return run("docker", args, options);
}

/** A failed Docker command as a fault, with the client's own words. */
function dockerFault(args: readonly string[], result: ProcessResult): FaultError {
  const words = result.stderr.trim().split("\n").at(-1);
  if (saysDockerSilent(result.stderr)) return new FaultError([dockerSilent(words ?? "no reason given")]);
  if (saysDiskFull(result.stderr))
    return new FaultError([diskFull(`docker ${args[0] ?? ""}`, words ?? "no space left on device")]);
  return new FaultError([
    {
      code: "engine-failed",
      where: `docker ${args[0] ?? ""} ${args[1] ?? ""}`.trim(),
      what: words ?? `exit code ${result.code}`,
    },
  ]);
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
  const result = await docker(args, options);
  if (result.code !== 0 && !(options.gone && /no such|not found/i.test(result.stderr)))
    throw dockerFault(args, result);
  return result.stdout;
}

/**
 * Inspects objects and checks the answer's shape. An object that has gone since it was listed is left out: Docker prints
 * the others and complains of it.
 * @param command the words before the ids, e.g. `network inspect`
 */
export async function inspectAll<T>(
  schema: z.ZodType<T[]>,
  command: readonly string[],
  ids: readonly string[],
): Promise<T[]> {
  if (ids.length === 0) return [];
  const result = await docker([...command, ...ids]);
  if (result.code !== 0 && !/no such|not found/i.test(result.stderr)) throw dockerFault(command, result);
  return schema.parse(JSON.parse(result.stdout));
}
