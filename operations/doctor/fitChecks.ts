import type { LabFacts } from "../../course/facts";
import type { Fault, FaultCode } from "../../course/faults";
import { guestsOf, makePlan } from "../../course/plan";
import { type CheckDefinition, type Finding, fine, notNeeded } from "./check";
import type { Subject } from "./subject";

async function factsOfLab(subject: Subject): Promise<LabFacts> {
  const [facts, known] = await Promise.all([subject.facts(), subject.known()]);
  const { record, labId } = known ?? { record: undefined, labId: undefined };
  return {
    ...facts,
    ...(labId === undefined ? {} : { labId }),
    ...(record
      ? {
          publishedBefore: record.published,
          ...(subject.file.config.access === "auto" ? { routed: record.access === "routed" } : {}),
        }
      : {}),
  };
}

/** The faults that the plan has on this machine, as `up` would tell them, of some causes. */
async function faultsOf(subject: Subject, facts: LabFacts, codes: readonly FaultCode[]): Promise<Fault[]> {
  const planned = makePlan(subject.file.lab, subject.file.config, facts);
  return planned.ok ? [] : planned.faults.filter((fault) => codes.includes(fault.code));
}

function findingOf(fault: Fault, more: number): Finding {
  return {
    status: "blocking",
    found: `${fault.what}${more > 0 ? ` (and ${more} more of this kind)` : ""}`,
    ...(fault.expected ? { expected: fault.expected } : {}),
    ...(fault.fix ? { fix: fault.fix } : {}),
    code: fault.code,
  };
}

/** How the lab meets what is on this machine already. */
export const FIT_CHECKS: readonly CheckDefinition[] = [
  {
    id: "lab-name",
    title: "The lab's name",
    after: ["docker", "identity"],
    look: async (subject) => {
      const faults = await faultsOf(subject, await factsOfLab(subject), ["lab-name-in-use"]);
      if (faults[0]) return findingOf(faults[0], 0);
      return fine(`no other lab on this machine is named "${subject.file.lab}"`);
    },
  },
  {
    id: "subnets",
    title: "Subnets",
    after: ["docker", "backend"],
    look: async (subject) => {
      if (subject.plan.switches.length === 0) return notNeeded("the lab has no switch");
      const faults = await faultsOf(subject, await factsOfLab(subject), ["subnet-in-use"]);
      if (faults[0]) return findingOf(faults[0], faults.length - 1);
      return fine(`${subject.plan.switches.map((entry) => entry.subnet).join(", ")}: nothing else uses them`);
    },
  },
  {
    id: "ports",
    title: "Ports on 127.0.0.1",
    after: ["docker", "backend"],
    look: async (subject) => {
      const facts = await factsOfLab(subject);
      const planned = makePlan(subject.file.lab, subject.file.config, facts);
      if (planned.ok && planned.value.access === "routed") {
        return notNeeded("guests are reached by their own addresses");
      }
      if (planned.ok) {
        const wanted = guestsOf(planned.value).flatMap((guest) =>
          guest.published.map((port) => port.hostPort),
        );
        // What the lab itself listens on is no obstacle to it.
        const own = new Set(Object.values(facts.publishedBefore ?? {}));
        const taken = await subject.machine.portsInUse(wanted.filter((port) => !own.has(port)));
        if (taken.length === 0) return fine(`${wanted.length} ports are free`);
        return {
          status: "warning",
          found: `something else listens on ${taken.join(", ")}`,
          fix: "Nothing to do: up takes the next free ports, and shows them",
        };
      }
      const faults = planned.faults.filter((fault) => fault.code === "address-space-exhausted");
      return faults[0]
        ? findingOf(faults[0], faults.length - 1)
        : { status: "unknown", found: "what stands in the lab's way has to be mended first" };
    },
  },
  {
    id: "leftovers",
    title: "Leftovers",
    after: ["docker", "identity"],
    look: async (subject) => {
      const [objects, known] = await Promise.all([subject.marked(), subject.known()]);
      const foreign = objects.filter((object) => object.mark.id !== known?.labId);
      if (foreign.length === 0) return fine("nothing of an earlier lab of this name stands");
      const shown = foreign.slice(0, 3).map((object) => `${object.kind} ${object.name}`);
      return {
        status: "warning",
        found: `${foreign.length} object${foreign.length > 1 ? "s" : ""} of another lab named "${subject.file.lab}" stand${foreign.length > 1 ? "" : "s"}: ${shown.join(", ")}${foreign.length > 3 ? ", …" : ""}`,
        expected: "nothing that this state does not know",
        fix: `See them with npx classlab sweep ${subject.file.selection}; take them down where they were made, or remove them there with --remove`,
        code: "lab-name-in-use",
      };
    },
  },
];
