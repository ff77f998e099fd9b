import { EXIT } from "../../course/faults";
import { documentOf, reportOf, reportOfTeams } from "../../course/report";
import { json, labFile, type Options } from "../context";
import { writeAsked } from "../files";

/** Shows what a lab will be: on the terminal, as a document, as a page, drawn, or as a list for the room's administrator. */
export async function planVerb(options: Options): Promise<number> {
  const { planLab, refuseUnknownTeams } = await import("../../operations/plan.js");
  const plan = planLab(labFile(options));
  const teams = options.team ?? [];
  refuseUnknownTeams(plan, teams);
  const report = reportOfTeams(reportOf(plan), teams);
  const language = options.language ?? "en";
  if (options.svg !== undefined) {
    const { drawPlan } = await import("../../course/picture/index.js");
    writeAsked(
      "--svg",
      options.svg,
      await drawPlan(report.plan, { theme: options.theme ?? "light", language }),
    );
  }
  if (options.json) json(documentOf(report));
  else if (options.mermaid) {
    const { renderMermaid } = await import("../../course/picture/mermaid.js");
    process.stdout.write(renderMermaid(report.plan));
  } else if (options.macs) {
    const { renderMacs } = await import("../plan/macs.js");
    process.stdout.write(renderMacs(report.plan, language));
  } else if (options.markdown) {
    const { renderMarkdown } = await import("../plan/markdown.js");
    process.stdout.write(renderMarkdown(report, language));
  } else if (options.svg === undefined) {
    const { renderPlan } = await import("../plan/terminal.js");
    process.stdout.write(renderPlan(report, language));
  } else process.stderr.write(`Drawn: ${options.svg}\n`);
  return EXIT.done;
}
