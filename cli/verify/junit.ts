import { create } from "xmlbuilder2";
import type { VerifyReport } from "../../operations/verify/report";

/** XML 1.0 knows few control characters; a guest may have printed any. */
const clean = (text: string): string =>
  [...text]
    .filter((character) => character >= " " || "\t\n\r".includes(character))
    .join("")
    .replace(/[\ufffe\uffff]/g, "");

/** The report in the form that build servers read: a suite a team, a case a check. */
export function renderJunit(report: VerifyReport): string {
  const root = create({ version: "1.0", encoding: "UTF-8" }).ele("testsuites", {
    name: `classlab verify ${report.lab}`,
    tests: report.rows.length,
    failures: report.rows.filter((row) => row.outcome === "not-as-expected").length,
    errors: report.rows.filter((row) => row.outcome === "not-measured").length,
    time: report.seconds,
  });
  for (const team of report.teams) {
    const rows = report.rows.filter((row) => row.team === team.id);
    const suite = root.ele("testsuite", {
      name: team.id,
      tests: rows.length,
      failures: team.counts["not-as-expected"],
      errors: team.counts["not-measured"],
      skipped: 0,
      timestamp: report.started.replace(/\.\d+Z$/, ""),
      hostname: report.target,
      time: report.seconds,
    });
    suite.ele("properties").ele("property", { name: "partial", value: report.partial });
    for (const row of rows) {
      const single = suite.ele("testcase", {
        name: clean(row.title),
        classname: `${report.lab}.${row.team}.${row.kind}`,
        time: row.seconds,
      });
      if (row.outcome === "as-expected") continue;
      single
        .ele(row.outcome === "not-measured" ? "error" : "failure", {
          type: row.cause ?? "unknown",
          message: clean(row.measured),
        })
        .txt(clean([row.id, row.rule, row.next ?? ""].filter(Boolean).join("\n")));
    }
  }
  return `${root.end({ prettyPrint: true })}\n`;
}
