import { z } from "zod";
import { enrolmentScript } from "../../components/hosts/enrolment/stick";
import { type Fault, FaultError } from "../../course/faults";
import { labPublicKey } from "../hosts/access";
import type { RemoteMachine } from "../hosts/machine";
import { onEach } from "../hosts/onEach";
import { runOn } from "../hosts/ssh";
import { callWindows } from "../hosts/windows";
import { PACKAGE_ROOT } from "../paths";
import { hostModule } from "./hostModule";

/** Milliseconds that giving a PC back may take: features of Windows are slow to go. */
const DEADLINE = 20 * 60_000;

/** What is enrolled on a host, or was. */
export interface HostEnrolment {
  readonly host: string;
  /** What still stands of the enrolment, in words: kind and name. */
  readonly standing: readonly string[];
  /** True where a restart completes what was done. */
  readonly rebootNeeded: boolean;
}

const failed = (machine: RemoteMachine, what: string): FaultError =>
  new FaultError([
    {
      code: "release-incomplete",
      where: `host ${machine.name}`,
      what,
      fix: "Mend that, and run the same command again: what is done already is passed over",
    },
  ]);

async function onLinux(machine: RemoteMachine, verb: "release" | "check"): Promise<HostEnrolment> {
  const script = enrolmentScript(PACKAGE_ROOT, {
    user: machine.remote.user,
    publicKey: labPublicKey(machine.lab),
  });
  const { user, asRoot } = machine.remote;
  // A host whose guests are its user's own is worked on as that user; giving it back takes root.
  const [program, ...words] =
    verb === "check" || user === "root" || asRoot !== ""
      ? ["sh", "-s", verb]
      : ["sudo", "-n", "sh", "-s", verb];
  const done = await runOn(machine)(program, words, { stdin: script, deadline: DEADLINE });
  if (done.code !== 0) throw failed(machine, done.stderr.trim() || `exit code ${done.code}`);
  const standing = verb === "check" ? done.stdout.split("\n").filter((line) => line !== "") : [];
  return {
    host: machine.name,
    standing: standing.map((line) => line.replace("\t", " ")),
    rebootNeeded: false,
  };
}

const checkedSchema = z.object({ changes: z.array(z.object({ kind: z.string(), name: z.string() })) });
const releasedSchema = z.object({ released: z.int(), rebootNeeded: z.boolean() });

async function onWindows(machine: RemoteMachine, verb: "release" | "check"): Promise<HostEnrolment> {
  const name = verb === "check" ? "Get-ClasslabEnrolment" : "Remove-ClasslabEnrolment";
  const value = await callWindows(machine, { function: name, data: {} }, { module: hostModule() });
  if (verb === "check") {
    const { changes } = checkedSchema.parse(value);
    return {
      host: machine.name,
      standing: changes.map(({ kind, name: what }) => `${kind} ${what}`),
      rebootNeeded: false,
    };
  }
  const { rebootNeeded } = releasedSchema.parse(value);
  return { host: machine.name, standing: [], rebootNeeded };
}

const on = (machine: RemoteMachine, verb: "release" | "check"): Promise<HostEnrolment> =>
  machine.remote.system === "windows" ? onWindows(machine, verb) : onLinux(machine, verb);

/**
 * What still stands of the enrolment of hosts, or gives them back as they were. One that fails stops no other.
 * @returns those that answered, and the faults of the others
 */
export async function visitHosts(
  machines: readonly RemoteMachine[],
  verb: "release" | "check",
): Promise<{ readonly done: readonly HostEnrolment[]; readonly faults: readonly Fault[] }> {
  return onEach(machines, (machine) => on(machine, verb));
}
