import { stringify } from "yaml";
import type { Language } from "../course/languages";
import { LEVEL_WORDS } from "../course/room/book";
import type { EnrolmentRecord } from "../course/room/enrolment";
import type { Ability, JudgedPc, RoomFinding } from "../course/room/judge";
import { LEVELS, USES, type Use } from "../course/room/rules";
import type { TeamResult } from "../course/room/teamResult";
import type { RoomReport } from "../operations/room/precheck";
import type { HostEnrolment } from "../operations/room/release";
import type { TeamStick } from "../operations/room/teamStick";
import { colours, SCHEMA_VERSION } from "./output";
import { table } from "./plan/terminal";

type Text = Readonly<Record<Language, string>>;

const ABILITIES: Readonly<Record<Ability, Text>> = {
  yes: { en: "yes", ja: "○" },
  limited: { en: "limited", ja: "△" },
  mend: { en: "mend", ja: "要対応" },
  no: { en: "no", ja: "×" },
};

const COLUMNS: Readonly<Record<Language, readonly string[]>> = {
  en: ["seat", "PC", "memory", "free", "link", "address"],
  ja: ["座席", "PC", "メモリー", "空き", "接続", "IPアドレス"],
};

const USE_NAMES: Readonly<Record<Use, string>> = {
  hyperv: "Hyper-V",
  virtualbox: "VirtualBox",
  libvirt: "libvirt",
};

const WORDS: Readonly<
  Record<
    "title" | "todo" | "subnets" | "free" | "freeNone" | "inventory",
    Readonly<Record<Language, (value: string) => string>>
  >
> = {
  title: {
    en: (count) => `The room: ${count} PC(s)`,
    ja: (count) => `教室のPC：${count}台`,
  },
  todo: { en: () => "What was found", ja: () => "確認された事項" },
  subnets: { en: () => "Subnets in use", ja: () => "使用中のサブネット" },
  free: {
    en: (subnet) => `${subnet} is free on every PC.`,
    ja: (subnet) => `${subnet}はどのPCでも使われていません。`,
  },
  freeNone: {
    en: () => "No /24 of 192.168.0.0/16 is free on every PC.",
    ja: () => "192.168.0.0/16の中に、すべてのPCで空いている/24はありません。",
  },
  inventory: {
    en: (file) => `The inventory is in ${file}: put it under classlab:lab in the lab's file.`,
    ja: (file) =>
      `ホスト一覧を${file}に書き出しました。ラボの設定ファイルのclasslab:labの下に追加してください。`,
  },
};

/** A finding and the PCs that have it. */
interface Grouped {
  readonly finding: RoomFinding;
  readonly pcs: readonly string[];
}

const nameOf = ({ precheck }: JudgedPc): string => precheck.seat || precheck.name;

/** What was found, once, with the PCs that have it: the worst first. */
function grouped(pcs: readonly JudgedPc[]): Grouped[] {
  const all = pcs.flatMap((pc) => pc.findings.map((finding) => ({ finding, pc: nameOf(pc) })));
  const texts = [...new Set(all.map(({ finding }) => finding.found.en))];
  return texts
    .flatMap((text): Grouped[] => {
      const same = all.filter(({ finding }) => finding.found.en === text);
      const [first] = same;
      return first ? [{ finding: first.finding, pcs: same.map(({ pc }) => pc) }] : [];
    })
    .sort((a, b) => LEVELS.indexOf(a.finding.level) - LEVELS.indexOf(b.finding.level));
}

const block = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [colours.bold(title), ...lines.map((line) => `  ${line}`)];

/**
 * The room as people read it: what each PC can do, what has to be mended where, and which subnets are taken.
 * @param inventory file into which the inventory was written; absent where nobody asked for it
 */
export function renderRoom(report: RoomReport, language: Language, inventory?: string): string {
  const uses = USES.filter(
    (use) => use !== "libvirt" || report.pcs.some(({ precheck }) => precheck.os === "linux"),
  );
  const rows = report.pcs.map((pc) => [
    pc.precheck.seat || "-",
    pc.precheck.name,
    `${pc.precheck.memory} MiB`,
    `${pc.precheck.diskFree} GiB`,
    pc.precheck.link,
    pc.precheck.address || "-",
    ...uses.map((use) => ABILITIES[pc.abilities[use]][language]),
  ]);
  const [head = "", ...lines] = table([
    [...COLUMNS[language], ...uses.map((use) => USE_NAMES[use])],
    ...rows,
  ]);
  const findings = grouped(report.pcs).flatMap(({ finding, pcs }) => [
    `[${LEVEL_WORDS[finding.level][language]}] ${finding.found[language]} (${pcs.join(", ")})`,
    `    ${finding.mend[language]}`,
  ]);
  const subnets = report.subnets.map(({ subnet, pcs }) => `${subnet} (${pcs.length})`);
  const free = report.free === undefined ? WORDS.freeNone[language]("") : WORDS.free[language](report.free);
  return `${[
    ...block(WORDS.title[language](String(report.pcs.length)), [colours.dim(head), ...lines]),
    ...block(WORDS.todo[language](""), findings),
    ...block(WORDS.subnets[language](""), [...(subnets.length === 0 ? [] : [subnets.join(", ")]), free]),
    ...(inventory === undefined ? [] : [WORDS.inventory[language](inventory)]),
  ].join("\n")}\n`;
}

/** The room for programs. */
export function roomJson({ pcs, hosts, subnets, free, faults }: RoomReport): object {
  return {
    schemaVersion: SCHEMA_VERSION,
    ok: faults.length === 0,
    pcs: pcs.map(({ precheck, findings, abilities }) => ({
      name: precheck.name,
      seat: precheck.seat,
      abilities,
      findings: findings.map(({ code, level, uses }) => ({ code, level, uses })),
      precheck,
    })),
    hosts,
    subnets,
    ...(free === undefined ? {} : { free }),
    faults,
  };
}

/** The inventory as the lab's file takes it. */
export function renderInventory({ hosts }: Pick<RoomReport, "hosts">): string {
  return `# Hosts as their PCs showed them. Give each that is to run guests a target where it is not the lab's.\n${stringify({ hosts })}`;
}

/** What PCs wrote when they were enrolled or given back, a line each. */
export function renderRecords(records: readonly EnrolmentRecord[]): string {
  if (records.length === 0) return "No PC has written a record here.\n";
  const rows = records.map(({ name, verb, answer }) => [
    name,
    verb === "enroll" ? "enrolled" : "given back",
    answer.ok
      ? answer.value.rebootNeeded
        ? "restart it"
        : "done"
      : `${answer.fault.what} [${answer.fault.code}]`,
    answer.ok ? (answer.value.hostKey ?? "") : "",
  ]);
  return `${table(rows)
    .map((line) => line.trimEnd())
    .join("\n")}\n`;
}

/** What was written for teams whose PCs let nobody in. */
export function renderTeamSticks(folder: string, sticks: readonly TeamStick[]): string {
  const lines = sticks.map(
    ({ team, host, guests, withoutStacks }) =>
      `  ${team} at ${host}: ${guests.join(", ")}${withoutStacks.length > 0 ? `; Docker stacks are not made in ${withoutStacks.join(", ")}` : ""}`,
  );
  return `${[
    `Written to ${folder}, a folder each team. At the team's PC start make.cmd in it as an administrator; remove.cmd takes the lab away again.`,
    ...lines,
    "Each folder has secrets of its team: copy no team more than its own. team.key and logins.txt are the learners'.",
  ].join("\n")}\n`;
}

/** What PCs wrote when a team's lab was made there or taken away, a line each. */
export function renderTeamResults(results: readonly TeamResult[]): string {
  if (results.length === 0) return "No PC has written a result here.\n";
  const rows = results.map(({ team, name, verb, time, ok, steps, fault }) => [
    team,
    name,
    verb === "make" ? "made" : "taken away",
    time.slice(0, 16).replace("T", " "),
    ok ? `${steps.length} steps` : fault ? `${fault.what} [${fault.code}]` : "failed",
  ]);
  return `${table(rows)
    .map((line) => line.trimEnd())
    .join("\n")}\n`;
}

/**
 * What became of hosts, or what still stands on them, a line each.
 * @param checking whether they were only looked at
 */
export function renderVisits(visits: readonly HostEnrolment[], checking: boolean): string {
  const lines = visits.map(({ host, standing, rebootNeeded }) => {
    if (standing.length > 0) return `${host}: enrolled: ${standing.join(", ")}`;
    if (checking) return `${host}: nothing is enrolled`;
    return `${host}: given back as it was${rebootNeeded ? "; restart it" : ""}`;
  });
  return lines.map((line) => `${line}\n`).join("");
}
