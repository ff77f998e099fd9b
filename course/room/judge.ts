import type { Language } from "../languages";
import type { Precheck } from "./precheck";
import { type Condition, LEVELS, type Level, ROOM_RULES, type RoomRule, USES, type Use } from "./rules";

/** Something that was found at a PC. */
export interface RoomFinding extends Pick<RoomRule, "code" | "level" | "uses"> {
  readonly found: Readonly<Record<Language, string>>;
  readonly mend: Readonly<Record<Language, string>>;
}

/** What a PC can do: `yes` or the worst of what stands against it. */
export type Ability = "yes" | Exclude<Level, "know">;

/** A PC of the room, judged. */
export interface JudgedPc {
  readonly precheck: Precheck;
  readonly findings: readonly RoomFinding[];
  /** For each use; `no` also where its system has no such hypervisor. */
  readonly abilities: Readonly<Record<Use, Ability>>;
}

/** Whether a condition holds. */
export function holds(condition: Condition, precheck: Precheck): boolean {
  if ("is" in condition) return precheck[condition.field] === condition.is;
  if ("below" in condition) return precheck[condition.field] < condition.below;
  if ("longer" in condition) return precheck[condition.field].length > condition.longer;
  return precheck[condition.field].length > 0;
}

/** Uses that a system has: Hyper-V is part of Windows, libvirt with KVM of Linux. */
const SYSTEMS: Readonly<Record<Use, readonly Precheck["os"][]>> = {
  hyperv: ["windows"],
  virtualbox: ["windows", "linux"],
  libvirt: ["linux"],
};

function abilityFor(use: Use, os: Precheck["os"], findings: readonly RoomFinding[]): Ability {
  if (!SYSTEMS[use].includes(os)) return "no";
  const [worst = "know"] = findings
    .filter(({ uses }) => uses.includes(use))
    .map(({ level }) => level)
    .sort((a, b) => LEVELS.indexOf(a) - LEVELS.indexOf(b));
  return worst === "know" ? "yes" : worst;
}

/** What a PC can do, and what was found at it, in the order of the rules. */
export function judge(precheck: Precheck): JudgedPc {
  const findings = ROOM_RULES.filter(({ when }) => when.every((condition) => holds(condition, precheck))).map(
    ({ code, level, uses, found, mend }) => ({ code, level, uses, found, mend }),
  );
  const abilities = {
    hyperv: abilityFor("hyperv", precheck.os, findings),
    virtualbox: abilityFor("virtualbox", precheck.os, findings),
    libvirt: abilityFor("libvirt", precheck.os, findings),
  };
  return { precheck, findings, abilities };
}

/** Whether a PC can carry guests at all, now or once it was mended. */
export function carries({ abilities }: Pick<JudgedPc, "abilities">): boolean {
  return USES.some((use) => abilities[use] !== "no");
}
