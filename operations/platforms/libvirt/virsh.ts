import { randomUUID } from "node:crypto";
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
  /**
   * Runs several commands by one program over one connection, and returns what each printed; nothing for an object that is not there (any
   * more). A program a command is most of what a look at a host costs.
   * @throws FaultError when one fails otherwise, with libvirt's words
   */
  each(commands: readonly (readonly string[])[]): Promise<string[]>;
}

/** The lines of a list, one a name. */
export function namesIn(list: string): string[] {
  return list.split("\n").flatMap((line) => line.trim() || []);
}

/** A word as virsh's own reader takes it whole (virsh(1), "NOTES" of quoting: as a shell's). */
function quoted(word: string): string {
  return `"${word.replaceAll(/["\\]/g, "\\$&")}"`;
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
  const each: Virsh["each"] = async (commands) => {
    const [first] = commands;
    if (first === undefined) return [];
    // Nothing that somebody named is it by chance.
    const boundary = randomUUID();
    const mark = ["echo", boundary];
    const script = [...commands.flatMap((command) => [mark, command]), mark];
    const result = await call([script.map((words) => words.map(quoted).join(" ")).join("; ")]);
    const printed = result.stdout.split(boundary).slice(1, -1);
    const refused = result.stderr.split("\n").some((line) => line.startsWith("error:") && !GONE.test(line));
    if (refused || printed.length !== commands.length) throw virshFault(first, result, where);
    return printed;
  };
  return { call, output, each };
}
