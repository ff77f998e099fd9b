import { LIBVIRT_URI } from "../../../components/hypervisors/libvirt/virsh";
import { FaultError } from "../../../course/faults";
import { type ProcessOptions, type ProcessResult, run } from "../../process";
import { diskFull, libvirtSilent, saysDiskFull, saysLibvirtSilent } from "../../trouble";

/** Runs virsh on this machine, in English; a failure is told by the result. */
export function virsh(args: readonly string[], options: ProcessOptions = {}): Promise<ProcessResult> {
  return run("virsh", ["-q", "-c", LIBVIRT_URI, ...args], {
    ...options,
    env: { ...options.env, LC_ALL: "C" },
  });
}

/** Words of libvirt for an object that is not there (any more), or not running. */
const GONE =
  /failed to get (?:domain|network|pool|vol)|not found|domain is not running|not active|no (?:domain|network|storage pool|storage vol) with/i;

/** A failed virsh command as a fault, with libvirt's own words. */
function virshFault(args: readonly string[], result: ProcessResult): FaultError {
  const words = result.stderr
    .trim()
    .replace(/^error: /gm, "")
    .replaceAll("\n", "; ");
  if (result.code === 127) return new FaultError([libvirtSilent("virsh is not installed")]);
  if (result.code === 124) return new FaultError([libvirtSilent(`no answer to virsh ${args[0] ?? ""}`)]);
  if (saysLibvirtSilent(result.stderr)) return new FaultError([libvirtSilent(words)]);
  if (saysDiskFull(result.stderr)) return new FaultError([diskFull(`virsh ${args[0] ?? ""}`, words)]);
  return new FaultError([
    {
      code: "engine-failed",
      where: `virsh ${args.slice(0, 2).join(" ")}`,
      what: words || `exit code ${result.code}`,
    },
  ]);
}

/**
 * Runs virsh and returns its output.
 * @param options.gone whether an object that is not there (any more) is as good as done
 * @throws FaultError when it fails, with libvirt's words
 */
export async function virshOutput(
  args: readonly string[],
  options: ProcessOptions & { readonly gone?: boolean } = {},
): Promise<string> {
  const result = await virsh(args, options);
  if (result.code !== 0 && !(options.gone && GONE.test(result.stderr))) throw virshFault(args, result);
  return result.code === 0 ? result.stdout : "";
}

/** The lines that virsh printed, one a name. */
export async function virshNames(args: readonly string[]): Promise<string[]> {
  return (await virshOutput([...args, "--name"])).split("\n").flatMap((line) => line.trim() || []);
}
