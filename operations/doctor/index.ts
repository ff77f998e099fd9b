import { EXIT, exitCodeOfCause, FaultError, formatFaults } from "../../course/faults";
import { hasCloudHosts } from "../clouds/accounts";
import { planLab } from "../plan";
import type { StackFile } from "../stackFile";
import { type Check, type CheckDefinition, type Finding, notNeeded, type Prerequisite } from "./check";
import { CHECKS } from "./checks";
import { NO_CLOUD_HOST } from "./cloudChecks";
import { FIXERS, type RepairOptions } from "./fixers";
import { NO_LIBVIRT_GUEST } from "./libvirtChecks";
import { type Machine, thisMachine } from "./machine";
import { makeSubject, type Subject } from "./subject";

/** What one repair did. */
export interface Repair {
  /** Ids of the checks that had found something. */
  readonly checks: readonly string[];
  /** What was done, in words. */
  readonly done: string;
}

/** What `doctor` reports. */
export interface DoctorReport {
  readonly lab: string;
  /** As they are after the repairs. */
  readonly checks: readonly Check[];
  readonly repairs: readonly Repair[];
}

/** Options of `doctor`. */
export interface DoctorOptions {
  /** Whether what can be mended safely is mended; absent when only looked at. */
  readonly fix?: RepairOptions;
  /** The machine that is looked at; another one in tests. */
  readonly machine?: Machine;
}

/** Why a cloud cannot be asked; the check of its credentials says more. */
async function cloudAbsence(subject: Subject): Promise<string | undefined> {
  try {
    await subject.cloudIdentities();
    return undefined;
  } catch (error) {
    if (error instanceof FaultError) return "the cloud lets nobody in";
    throw error;
  }
}

/** Why a prerequisite of other checks is not there; undefined when it is. */
async function absence(subject: Subject, what: Prerequisite): Promise<string | undefined> {
  if (what === "docker") return (await subject.docker()) ? undefined : "Docker does not answer";
  if (what === "libvirt") return (await subject.libvirt()) ? undefined : "libvirt does not answer";
  if (what === "cloud") return cloudAbsence(subject);
  const known = await subject.known();
  if (!known) return "the place where state is kept cannot be read";
  // Without its id the lab's own objects would look like another lab's.
  const lost = known.labId === undefined && known.states.some((state) => state.damage !== undefined);
  return what === "identity" && lost ? "the lab's state cannot be read" : undefined;
}

async function look(definition: CheckDefinition, subject: Subject): Promise<Finding> {
  const after = definition.after ?? [];
  if (after.includes("docker") && !subject.needsDocker) {
    return { status: "not-needed", found: "the guests do not run on this machine's Docker" };
  }
  if (after.includes("cloud") && !hasCloudHosts(subject.plan.hosts)) return notNeeded(NO_CLOUD_HOST);
  if (after.includes("libvirt") && !subject.needsLibvirt) return notNeeded(NO_LIBVIRT_GUEST);
  for (const what of after) {
    const why = await absence(subject, what);
    if (why !== undefined) return { status: "unknown", found: why };
  }
  try {
    return await definition.look(subject);
  } catch (error) {
    // One thing that cannot be looked at is no reason to say nothing of the others.
    if (error instanceof FaultError) return { status: "unknown", found: formatFaults(error.faults) };
    if (error instanceof Error && "code" in error) return { status: "unknown", found: error.message };
    throw error;
  }
}

/** Looks at everything once. */
async function examine(subject: Subject): Promise<Check[]> {
  return Promise.all(
    CHECKS.map(async (definition): Promise<Check> => {
      const finding = await look(definition, subject);
      const mendable = FIXERS.some((fixer) => fixer.mends.includes(definition.id));
      return {
        id: definition.id,
        title: definition.title,
        ...finding,
        fixable: finding.fixable === true && mendable,
      };
    }),
  );
}

/**
 * Looks at all that a lab needs of this machine, before anything of it is made.
 * @throws FaultError when the configuration itself is faulty
 */
export async function doctor(file: StackFile, options: DoctorOptions = {}): Promise<DoctorReport> {
  const plan = planLab(file);
  const { fix, machine = thisMachine() } = options;
  const repairs: Repair[] = [];
  const tried = new Set<unknown>();
  for (;;) {
    const subject = makeSubject(file, plan, machine);
    const checks = await examine(subject);
    const ill = checks.filter((check) => check.fixable).map((check) => check.id);
    // One at a time: what it mends may bring the next to light, as Docker does for images.
    const next = FIXERS.find((fixer) => !tried.has(fixer) && fixer.mends.some((id) => ill.includes(id)));
    if (!fix || !next) return { lab: file.lab, checks, repairs };
    tried.add(next);
    const mended = next.mends.filter((id) => ill.includes(id));
    repairs.push({ checks: mended, done: await attempt(() => next.repair(subject, fix)) });
  }
}

async function attempt(work: () => Promise<string> | string): Promise<string> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FaultError) return formatFaults(error.faults);
    throw error;
  }
}

/**
 * The exit code of a report: 0 when nothing blocks; 2 when it is the configuration that has to change, as for `up`;
 * else 3.
 */
export function doctorExitCode(report: DoctorReport): number {
  const blocking = report.checks.filter((check) => check.status === "blocking");
  if (blocking.length === 0) return EXIT.done;
  const configuration = (check: Check) => check.code && exitCodeOfCause(check.code) === EXIT.usage;
  return blocking.every(configuration) ? EXIT.usage : EXIT.missing;
}
