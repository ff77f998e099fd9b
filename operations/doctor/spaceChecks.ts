import { GUEST_KINDS } from "../../course/resources";
import { inWords } from "../quantities";
import { type CheckDefinition, type Finding, fine } from "./check";
import { type Estimate, estimate } from "./estimate";
import type { Subject } from "./subject";

/** Below this much more than the estimate there is a warning: estimates are no measurements. */
const MARGIN = 1.5;

async function estimated(subject: Subject): Promise<Estimate> {
  const docker = await subject.docker();
  if (!docker) return estimate(subject.plan, new Set(), true);
  const [marked, images] = await Promise.all([subject.marked(), subject.images()]);
  const standing = marked.filter((object) => GUEST_KINDS.includes(object.kind)).map((object) => object.name);
  return estimate(subject.plan, new Set(standing), images.untold || images.missing.length > 0);
}

/** Judges free space against what is needed. */
export function judgeSpace(free: number, needed: number, where: string, fix: string): Finding {
  const found = `${inWords(free)} free in ${where}`;
  if (needed === 0) return fine(`${found}; nothing is still to be made`);
  const expected = `about ${inWords(needed)} for what is still to be made`;
  if (free < needed) return { status: "blocking", found, expected, fix, code: "disk-full" };
  if (free < needed * MARGIN) return { status: "warning", found, expected, fix };
  return fine(`${found}, ${expected.replace("for", "needed for")}`);
}

/** Room for the lab: estimates, from what labs were measured to use. */
export const SPACE_CHECKS: readonly CheckDefinition[] = [
  {
    id: "disk-docker",
    title: "Space for guests and images",
    after: ["docker"],
    look: async (subject) => {
      const { machine } = subject;
      const folder = (await subject.docker())?.DockerRootDir ?? "";
      const here = machine.mode(folder) !== undefined && (await subject.docker())?.Name === machine.hostname;
      const free = here ? machine.freeSpace(folder) : undefined;
      if (free === undefined) {
        return {
          status: "unknown",
          found: `Docker keeps its data where this machine does not see it (${folder})`,
        };
      }
      return judgeSpace(
        free,
        (await estimated(subject)).docker,
        folder,
        "See what Docker holds (docker system df), and take down labs that are no longer needed (npx classlab sweep --all lists them)",
      );
    },
  },
  {
    id: "disk-home",
    title: "Space for state and keys",
    look: async (subject) => {
      const { machine } = subject;
      const free = machine.freeSpace(machine.home);
      if (free === undefined)
        return { status: "unknown", found: `free space in ${machine.home} cannot be told` };
      return judgeSpace(
        free,
        (await estimated(subject)).home,
        machine.home,
        "Free some, or name another folder by CLASSLAB_HOME before the lab's first run",
      );
    },
  },
  {
    id: "memory",
    title: "Memory",
    after: ["docker"],
    look: async (subject) => {
      const { machine } = subject;
      const docker = await subject.docker();
      const here = docker?.Name === machine.hostname ? machine.freeMemory() : undefined;
      const free = here ?? docker?.MemTotal ?? 0;
      const { memory } = await estimated(subject);
      const found = `${inWords(free)} ${here === undefined ? "in all where Docker runs" : "to be had"}`;
      if (free >= memory) return fine(`${found}, about ${inWords(memory)} needed`);
      return {
        status: "warning",
        found,
        expected: `about ${inWords(memory)} for what is still to be started`,
        fix: "End other programs, or plan fewer guests or stacks on this machine",
      };
    },
  },
];
