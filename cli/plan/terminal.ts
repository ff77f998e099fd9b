import stringWidth from "string-width";
import { accessOf } from "../../course/access";
import type { Language } from "../../course/languages";
import { guestsOf } from "../../course/plan";
import type { PlanReport } from "../../course/report";
import { colours, guestBlock, sshCommand } from "../output";
import { isSmall, type Section, sectionsOf } from "./sections";
import { PLAN_WORDS } from "./words";

/** Columns that line up, whatever letters are in them; the last one is left as long as it is. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const width = (column: number) => Math.max(0, ...rows.map((row) => stringWidth(row[column] ?? "")));
  const widths = Array.from({ length: Math.max(0, ...rows.map((row) => row.length)) }, (_, column) =>
    width(column),
  );
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === row.length - 1 ? cell : cell + " ".repeat((widths[column] ?? 0) - stringWidth(cell)),
      )
      .join("  "),
  );
}

/** A section on a terminal. */
export function block({ title, columns, rows }: Section): string {
  const lines = table(columns ? [columns, ...rows] : rows);
  const [head, ...rest] = lines;
  const shown = columns && head !== undefined ? [colours.dim(head), ...rest] : lines;
  return [colours.bold(title), ...shown.map((line) => `  ${line}`)].join("\n");
}

/** The plan of a lab on a terminal; of a small one also what will be opened, and how to log in. */
export function renderPlan(report: PlanReport, language: Language): string {
  const { heading, lines, sections } = sectionsOf(report, language);
  const { plan } = report;
  const words = PLAN_WORDS[language];
  const reached = plan.hosts.every((host) => host.kind === "this-machine");
  const access = (isSmall(plan) && reached ? guestsOf(plan) : []).map((guest) => {
    const ways = accessOf(plan, guest);
    const title = `${guest.team}  ${guest.name}`;
    return guestBlock(title, ways, ways.services, sshCommand(plan, guest), words.ways);
  });
  return `${[
    colours.bold(heading),
    ...lines.map((line) => `  ${line}`),
    ...sections.map(block),
    ...(access.length > 0 ? [colours.bold(words.access), ...access] : []),
  ].join("\n")}\n`;
}
