import { type Fault, FaultError } from "../../course/faults";
import type { RemoteMachine } from "../hosts/machine";
import { lackingOn } from "../hosts/provide";
import type { WindowsState } from "../hosts/windows";
import { askLibvirt } from "../libvirt";
import { blocking, type CheckDefinition, type Finding, fine, notNeeded } from "./check";
import type { Subject } from "./subject";

/** Why a lab has no use for SSH to hosts. */
const NO_HOST = "no host of the lab is reached over SSH";

/** Why a lab has no use for libvirt on hosts. */
const NO_LINUX_HOST = "no host over SSH has guests on libvirt";

/** Why a lab has no use for Hyper-V. */
const NO_WINDOWS_HOST = "no host over SSH has guests on Hyper-V";

/** What of a Windows host keeps Hyper-V from running guests; undefined where it runs. */
function hypervFault(machine: RemoteMachine, state: WindowsState): Fault | undefined {
  const where = `host ${machine.name}`;
  if (state.running) return undefined;
  if (!state.administrator) {
    return {
      code: "administrator-needed",
      where,
      what: "Hyper-V does not run, and who logs in there may not turn it on",
      expected: "an account of the group Administrators",
    };
  }
  if (state.feature === "Absent") {
    return {
      code: "host-unsuitable",
      where,
      what: "its edition of Windows has no Hyper-V",
      expected: "Windows Pro, Enterprise, Education or Server",
    };
  }
  if (!state.firmwareEnabled) {
    return {
      code: "host-unsuitable",
      where,
      what: "virtualization is off in its firmware",
      fix: "Turn Intel VT-x or AMD-V on in the firmware settings of that PC",
    };
  }
  return {
    code: "hyperv-not-running",
    where,
    what:
      state.feature === "Disabled"
        ? "Hyper-V is off there"
        : "Hyper-V is turned on there, and waits for the host to start anew",
    fix: "npx classlab up --yes does it, and starts the host anew: whoever works there has to save first",
  };
}

/** How a host came out. */
interface Seen {
  readonly machine: RemoteMachine;
  /** Why it cannot be used; absent where it answers as it should. */
  readonly finding?: Finding;
}

async function lookAtHosts(
  subject: Subject,
  look: (machine: RemoteMachine) => Promise<void>,
  concerns: (machine: RemoteMachine) => boolean = () => true,
): Promise<Seen[]> {
  const machines = subject.remotes.filter(concerns);
  try {
    subject.machine.access(subject.plan.lab, subject.remotes);
  } catch (error) {
    const finding = blocking(error);
    return machines.map((machine) => ({ machine, finding }));
  }
  return Promise.all(
    machines.map(async (machine): Promise<Seen> => {
      try {
        await look(machine);
        return { machine };
      } catch (error) {
        return { machine, finding: blocking(error) };
      }
    }),
  );
}

const isWindows = ({ remote }: RemoteMachine): boolean => remote.system === "windows";
const onLibvirt = ({ target }: RemoteMachine): boolean => target === "libvirt";
const onHyperV = ({ target }: RemoteMachine): boolean => target === "hyperv";

const names = (seen: readonly Seen[]): string => seen.map(({ machine }) => machine.name).join(", ");

/** What the lab's hosts over SSH have to be like. */
export const HOST_CHECKS: readonly CheckDefinition[] = [
  {
    id: "hosts",
    title: "Hosts over SSH",
    look: async (subject): Promise<Finding> => {
      if (subject.remotes.length === 0) return notNeeded(NO_HOST);
      const seen = await lookAtHosts(subject, async (machine) => {
        if (isWindows(machine)) await subject.machine.askWindows(machine);
        else await subject.machine.runOn(machine)("true", []);
      });
      const bad = seen.find(({ finding }) => finding);
      return bad?.finding ?? fine(`${names(seen)}: known by key, and let the lab in`);
    },
  },
  {
    id: "hosts-libvirt",
    title: "libvirt on hosts over SSH",
    look: async (subject): Promise<Finding> => {
      if (!subject.remotes.some(onLibvirt)) return notNeeded(NO_LINUX_HOST);
      const versions = new Map<string, string>();
      const seen = await lookAtHosts(
        subject,
        async (machine) => {
          const onHost = subject.machine.runOn(machine);
          const missing = await lackingOn(onHost);
          const answer = await askLibvirt(onHost);
          if (answer && missing.length === 0) {
            versions.set(machine.name, `libvirt ${answer.libvirt} with QEMU ${answer.qemu}`);
            return;
          }
          throw new FaultError([
            {
              code: "libvirt-not-running",
              where: `host ${machine.name}`,
              what:
                missing.length > 0
                  ? `packages are missing there: ${missing.join(", ")}`
                  : "libvirt does not answer there",
              fix:
                missing.length > 0
                  ? `On the host, run: sudo apt-get install --no-install-recommends ${missing.join(" ")}; or here npx classlab up --yes, which does`
                  : "On the host, run: sudo systemctl enable --now libvirtd; or here npx classlab up --yes, which does",
            },
          ]);
        },
        onLibvirt,
      );
      const bad = seen.find(({ finding }) => finding);
      // A host that is not reached is the other check's to tell.
      if (bad?.finding && bad.finding.code !== "libvirt-not-running")
        return { status: "unknown", found: `host ${bad.machine.name} is not reached` };
      return (
        bad?.finding ??
        fine(seen.map(({ machine }) => `${machine.name}: ${versions.get(machine.name)}`).join("; "))
      );
    },
  },
  {
    id: "hosts-hyperv",
    title: "Hyper-V on hosts over SSH",
    look: async (subject): Promise<Finding> => {
      if (!subject.remotes.some(onHyperV)) return notNeeded(NO_WINDOWS_HOST);
      const told = new Map<string, string>();
      const seen = await lookAtHosts(
        subject,
        async (machine) => {
          const state = await subject.machine.askWindows(machine);
          const fault = hypervFault(machine, state);
          if (fault) throw new FaultError([fault]);
          told.set(
            machine.name,
            `build ${state.build}${state.rebootPending ? ", with a restart that waits for updates" : ""}`,
          );
        },
        onHyperV,
      );
      const bad = seen.find(({ finding }) => finding);
      const own = ["administrator-needed", "host-unsuitable", "hyperv-not-running"];
      if (bad?.finding && !own.includes(bad.finding.code ?? ""))
        return { status: "unknown", found: `host ${bad.machine.name} is not reached` };
      return (
        bad?.finding ??
        fine(seen.map(({ machine }) => `${machine.name}: ${told.get(machine.name)}`).join("; "))
      );
    },
  },
];
