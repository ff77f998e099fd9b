import { FaultError } from "../../course/faults";
import type { RemoteMachine } from "../hosts/machine";
import { lackingOn } from "../hosts/provide";
import { askLibvirt } from "../libvirt";
import { type CheckDefinition, type Finding, fine, notNeeded } from "./check";
import type { Subject } from "./subject";

/** Why a lab has no use for SSH to hosts. */
const NO_HOST = "no host of the lab is reached over SSH";

/** How a host came out. */
interface Seen {
  readonly machine: RemoteMachine;
  /** Why it cannot be used; absent where it answers as it should. */
  readonly finding?: Finding;
}

function blocking(error: unknown): Finding {
  if (!(error instanceof FaultError)) throw error;
  const [{ code, where, what, expected, fix }] = error.faults;
  return {
    status: "blocking",
    found: `${where}: ${what}`,
    ...(expected ? { expected } : {}),
    ...(fix ? { fix } : {}),
    code,
  };
}

async function lookAtHosts(
  subject: Subject,
  look: (machine: RemoteMachine) => Promise<void>,
): Promise<Seen[]> {
  try {
    subject.machine.access(subject.plan.lab, subject.remotes);
  } catch (error) {
    const finding = blocking(error);
    return subject.remotes.map((machine) => ({ machine, finding }));
  }
  return Promise.all(
    subject.remotes.map(async (machine): Promise<Seen> => {
      try {
        await look(machine);
        return { machine };
      } catch (error) {
        return { machine, finding: blocking(error) };
      }
    }),
  );
}

const names = (seen: readonly Seen[]): string => seen.map(({ machine }) => machine.name).join(", ");

/** What the lab's hosts over SSH have to be like. */
export const HOST_CHECKS: readonly CheckDefinition[] = [
  {
    id: "hosts",
    title: "Hosts over SSH",
    look: async (subject): Promise<Finding> => {
      if (subject.remotes.length === 0) return notNeeded(NO_HOST);
      const seen = await lookAtHosts(subject, async (machine) => {
        await subject.machine.runOn(machine)("true", []);
      });
      const bad = seen.find(({ finding }) => finding);
      return bad?.finding ?? fine(`${names(seen)}: known by key, and let the lab in as root`);
    },
  },
  {
    id: "hosts-libvirt",
    title: "libvirt on hosts over SSH",
    look: async (subject): Promise<Finding> => {
      if (subject.remotes.length === 0) return notNeeded(NO_HOST);
      const versions = new Map<string, string>();
      const seen = await lookAtHosts(subject, async (machine) => {
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
      });
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
];
