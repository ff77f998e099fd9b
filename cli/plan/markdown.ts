import type { Language } from "../../course/languages";
import type { PlanReport } from "../../course/report";
import { type Section, sectionsOf } from "./sections";

/** A cell in which no letter means anything to Markdown. */
const cell = (text: string): string => text.replace(/([\\|`*_<>[\]])/g, "\\$1").replace(/\s+/g, " ");

const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;

function block({ title, columns, rows }: Section): string {
  const width = Math.max(...rows.map((cells) => cells.length), columns?.length ?? 0);
  const body =
    width === 1
      ? rows.map(([text = ""]) => `- ${cell(text)}`)
      : [row(columns ?? Array(width).fill("")), `|${" --- |".repeat(width)}`, ...rows.map(row)];
  return [`## ${cell(title)}`, "", ...body].join("\n");
}

/** The plan of a lab as a Markdown page. */
export function renderMarkdown(report: PlanReport, language: Language): string {
  const { heading, lines, sections } = sectionsOf(report, language);
  return `${[`# ${cell(heading)}`, ...lines.map(cell), ...sections.map(block)].join("\n\n")}\n`;
}
