import { LIBVIRT_URI } from "../../../components/hypervisors/libvirt/virsh";
import { FaultError } from "../../../course/faults";
import type { RemoteMachine } from "../../hosts/machine";
import { runWhere } from "../../hosts/ssh";
import type { ProcessOptions, ProcessResult } from "../../process";
import { diskFull, libvirtSilent, saysDiskFull, saysLibvirtSilent } from "../../trouble";

/** virsh of one host. */
export interface Virsh {
  /** Runs it, in English; a failure is told by the result. */
  call(args: readonly string[], options?: ProcessOptions): Promise<ProcessResult>;
  /**
   * Runs it and returns its output.
   * @param options.gone whether an object that is not there (any more) is as good as done
   * @throws FaultError when it fails, with libvirt's words
   */
  output(args: readonly string[], options?: ProcessOptions & { readonly gone?: boolean }): Promise<string>;
  /** The lines that it printed, one a name. @throws FaultError when it fails */
  names(args: readonly string[]): Promise<string[]>;
}

/** Words of libvirt for an object that is not there (any more), or not running. */
const GONE =
  /failed to get (?:domain|network|pool|vol)|not found|domain is not running|not active|no (?:domain|network|storage pool|storage vol) with/i;

/** A failed virsh command as a fault, with libvirt's own words. @param where the host that it ran on */
function virshFault(args: readonly string[], result: ProcessResult, where: string): FaultError {
  const words = result.stderr
    .trim()
    .replace(/^error: /gm, "")
    .replaceAll("\n", "; ");
  if (result.code === 127) return new FaultError([libvirtSilent("virsh is not installed", where)]);
  if (result.code === 124)
    return new FaultError([libvirtSilent(`no answer to virsh ${args[0] ?? ""}`, where)]);
  if (saysLibvirtSilent(result.stderr)) return new FaultError([libvirtSilent(words, where)]);
  if (saysDiskFull(result.stderr)) return new FaultError([diskFull(`virsh ${args[0] ?? ""}`, words)]);
  return new FaultError([
    {
      code: "engine-failed",
      where: `virsh ${args.slice(0, 2).join(" ")}`,
      what: words || `exit code ${result.code}`,
    },
  ]);
}

/** virsh of a host; of this machine without one. */
export function virshOn(machine?: RemoteMachine): Virsh {
  const onHost = runWhere(machine);
  const where = machine ? `host ${machine.name}` : "this machine";
  const call: Virsh["call"] = (args, options = {}) =>
    onHost("virsh", ["-q", "-c", LIBVIRT_URI, ...args], {
      ...options,
      env: { ...options.env, LC_ALL: "C" },
    });
  const output: Virsh["output"] = async (args, options = {}) => {
    const result = await call(args, options);
    if (result.code !== 0 && !(options.gone && GONE.test(result.stderr)))
      throw virshFault(args, result, where);
    return result.code === 0 ? result.stdout : "";
  };
  return {
    call,
    output,
    names: async (args) =>
      (await output([...args, "--name"])).split("\n").flatMap((line) => line.trim() || []),
  };
}
