import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { enrolmentScript } from "../../components/hosts/enrolment/stick";
import { readModuleFiles } from "../../components/hypervisors/hyperv/moduleFiles";
import { commandLine, readAnswer, renderPayload } from "../../components/hypervisors/hyperv/transport";
import { type Fault, FaultError } from "../../course/faults";
import { type HostPlan, osOf } from "../../course/hosts";
import { hostsConfig, labPublicKey } from "../hosts/access";
import type { RemoteMachine } from "../hosts/machine";
import { runOn } from "../hosts/ssh";
import { PACKAGE_ROOT } from "../paths";
import { run } from "../process";

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

/** A host and how it is reached. */
export interface EnrolledHost {
  readonly machine: RemoteMachine;
  readonly os: "linux" | "windows";
}

/** The hosts among those of a plan that can be enrolled. */
export function enrolledHost(host: HostPlan, machine: RemoteMachine): EnrolledHost {
  return { machine, os: osOf(host.config) ?? "linux" };
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
  const done = await runOn(machine)("sh", ["-s", verb], { stdin: script, deadline: DEADLINE });
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
  const where = `host ${machine.name}`;
  const module = readFileSync(
    join(PACKAGE_ROOT, "components/hosts/enrolment/Classlab.Host.psm1"),
    "utf8",
  ).replaceAll("\r\n", "\n");
  const files = { ...readModuleFiles(PACKAGE_ROOT), module };
  const name = verb === "check" ? "Get-ClasslabEnrolment" : "Remove-ClasslabEnrolment";
  const payload = renderPayload(files, { apply: { function: name, data: {} } });
  const words = ["-F", hostsConfig(machine.lab), machine.name, commandLine(files, "apply")];
  const output = await run("ssh", words, { stdin: payload, deadline: DEADLINE });
  const answer = readAnswer(where, payload, output);
  if (!answer.ok) throw new FaultError(answer.faults);
  if (verb === "check") {
    const { changes } = checkedSchema.parse(answer.value);
    return {
      host: machine.name,
      standing: changes.map(({ kind, name: what }) => `${kind} ${what}`),
      rebootNeeded: false,
    };
  }
  const { rebootNeeded } = releasedSchema.parse(answer.value);
  return { host: machine.name, standing: [], rebootNeeded };
}

const on = ({ machine, os }: EnrolledHost, verb: "release" | "check"): Promise<HostEnrolment> =>
  os === "windows" ? onWindows(machine, verb) : onLinux(machine, verb);

/**
 * What still stands of the enrolment of hosts, or gives them back as they were. One that fails stops no other.
 * @returns those that answered, and the faults of the others
 */
export async function visitHosts(
  hosts: readonly EnrolledHost[],
  verb: "release" | "check",
): Promise<{ readonly done: readonly HostEnrolment[]; readonly faults: readonly Fault[] }> {
  const settled = await Promise.allSettled(hosts.map((host) => on(host, verb)));
  const faults = settled.flatMap((result): readonly Fault[] => {
    if (result.status === "fulfilled") return [];
    if (result.reason instanceof FaultError) return result.reason.faults;
    throw result.reason;
  });
  return { done: settled.flatMap((result) => (result.status === "fulfilled" ? [result.value] : [])), faults };
}
