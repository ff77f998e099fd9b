import { setTimeout } from "node:timers/promises";
import { renderLines } from "../../components/hypervisors/virtualbox/instructions";
import { runnerText } from "../../components/hypervisors/virtualbox/sources";
import type { Step } from "../../components/hypervisors/virtualbox/steps";
import { type Fault, FaultError } from "../../course/faults";
import type { RemoteMachine } from "../hosts/machine";
import { runWhere } from "../hosts/ssh";
import type { HostRun } from "../libvirt";
import type { ProcessResult } from "../process";
import { diskFull, saysDiskFull } from "../trouble";

/** Variable that names VBoxManage where it is not on the search path. */
export const MANAGE_VARIABLE = "VBOXMANAGE";

/** Milliseconds that one answer may take: VirtualBox's service starts with the first question, and reads all machines. */
const ANSWER = 120_000;

/** Milliseconds that a list of calls may take: a guest may shut down by itself before it is cut off. */
const LIST = 10 * 60_000;

/**
 * Times that a call is made at the most: VirtualBox's service ends some seconds after its last caller, and a call that comes at that very
 * moment gets none. Nothing was done then.
 */
const CALLS = 5;

/** VBoxManage of one host. */
export interface Manage {
  /** Runs programs there. */
  readonly onHost: HostRun;
  /** As a reader calls it. */
  readonly where: string;
  /** Makes a call, in English; a failure is told by the result. */
  call(args: readonly string[]): Promise<ProcessResult>;
  /**
   * Makes a call and returns what it printed.
   * @throws FaultError when it fails, with VBoxManage's words
   */
  output(args: readonly string[]): Promise<string>;
  /** Makes the calls of a list. @throws FaultError with the words of the one that failed */
  steps(list: readonly Step[]): Promise<void>;
}

/** VirtualBox that is not there, or does not do what a lab needs, as a fault. */
export function notReady(where: string, what: string, fix: string): Fault {
  return { code: "virtualbox-not-ready", where, what, fix };
}

/** What VBoxManage says first is what is wrong; then comes where in its source. */
function wordsOf({ stderr, code }: ProcessResult): string {
  const errors = [...stderr.matchAll(/^VBoxManage[^:\n]*: error: (.*)$/gm)].flatMap(([, text = ""]) =>
    /^(?:Details|Context): /.test(text) ? [] : [text],
  );
  return errors.join("; ") || stderr.trim().split("\n").at(-1) || `exit code ${code}`;
}

function faultOf(what: string, result: ProcessResult, where: string): FaultError {
  const install = "Install VirtualBox 7.1 or 7.2 there, and run the command again";
  if (result.code === 127)
    return new FaultError([notReady(where, "VirtualBox is not installed: there is no VBoxManage", install)]);
  if (result.code === 124)
    return new FaultError([
      notReady(
        where,
        `VirtualBox does not answer ${what}`,
        "End its service VBoxSVC there, and run the command again",
      ),
    ]);
  const words = wordsOf(result);
  if (saysDiskFull(words)) return new FaultError([diskFull(what, words)]);
  return new FaultError([{ code: "engine-failed", where: what, what: words.replace(/\.$/, "") }]);
}

/** VBoxManage of a host, as the user who has the machines there; of this machine without one. */
export function manageOn(machine?: RemoteMachine): Manage {
  const onHost = runWhere(machine);
  const where = machine ? `host ${machine.name}` : "this machine";
  const program = machine ? "VBoxManage" : process.env[MANAGE_VARIABLE] || "VBoxManage";
  const call: Manage["call"] = async (args) => {
    for (let calls = 1; ; calls++) {
      const result = await onHost(program, args, { deadline: ANSWER, env: { LC_ALL: "C.UTF-8" } });
      if (calls === CALLS || !result.stderr.includes("Failed to create the VirtualBox object")) return result;
      await setTimeout(1_000);
    }
  };
  return {
    onHost,
    where,
    call,
    output: async (args) => {
      const result = await call(args);
      if (result.code !== 0) throw faultOf(`VBoxManage ${args.slice(0, 2).join(" ")}`, result, where);
      return result.stdout;
    },
    steps: async (list) => {
      const result = await onHost("sh", ["-c", runnerText(), "sh"], {
        stdin: renderLines(list),
        deadline: LIST,
      });
      if (result.code !== 0) throw faultOf("VBoxManage", result, where);
    },
  };
}
