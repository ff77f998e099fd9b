import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv/dist/2020";
import { create } from "xmlbuilder2";
import { renderVerifyPage } from "../../cli/verify/html";
import { renderJunit } from "../../cli/verify/junit";
import { renderVerify } from "../../cli/verify/terminal";
import { TEXTS } from "../../cli/verify/texts";
import { VERIFY_CAUSES } from "../../course/verifyCauses";
import { verifyJsonSchema } from "../../operations/verify/report";
import { ROOT } from "../support/cli";
import { leakRows, NASTY, redReport, reportOf, row, stoppedRows } from "../support/verifyReports";

const green = reportOf([{ id: "team-01", label: "1班" }, { id: "team-02" }]);

describe("on the terminal", () => {
  test("a class that is green is one line a team and the result", () => {
    expect(renderVerify(green)).toBe(
      [
        "✓ team-01 1班  3 of 3 as expected",
        "✓ team-02      3 of 3 as expected",
        "",
        "2 of 2 teams green (6 checks in 4.2 s)",
        "",
      ].join("\n"),
    );
  });

  test("a red team has its matrix, its causes and the next step, and the result names it", () => {
    const text = renderVerify(reportOf([{ id: "team-01" }, { id: "team-04", rows: stoppedRows("team-04") }]));
    expect(text).toBe(`✓ team-01  3 of 3 as expected
✗ team-04  1 not as expected, 1 not measured, 1 as expected

team-04
  from \\ to     1  2
  team-04/db    –   \n  team-04/web      ?
   1 host
   2 team-04/db
  ✓ reached  – not reached, and must not be  ✗ not as expected  ? not measured
  the guest is stopped [guest-not-running]: team-04/web is exited
    team-04/web runs
    team-04/web reaches team-04/db at 192.0.2.2 (ping)
    → Start it with classlab up.

1 of 2 teams green; team-04: team-04/web is exited [guest-not-running] (6 checks in 4.2 s)
`);
  });

  test("a leak is a cross in its cell", () => {
    expect(renderVerify(reportOf([{ id: "team-01", rows: leakRows("team-01") }]))).toContain(
      "team-01/db    ✗",
    );
  });

  test("long groups are cut, the JSON document has all", () => {
    const rows = Array.from({ length: 9 }, (_, index) =>
      row("team-01", { id: `r${index}`, outcome: "not-as-expected", cause: "blocked" }),
    );
    expect(renderVerify(reportOf([{ id: "team-01", rows }]))).toContain("    and 3 more\n");
  });

  test("a partial report says so", () => {
    expect(renderVerify({ ...green, ok: false, partial: true })).toContain(
      "Partial: it ended before everything was measured.",
    );
  });

  test("notes and extras are listed", () => {
    const text = renderVerify(redReport());
    expect(text).toContain("  host-only: the manual says that guests do not reach one another; they do");
    expect(text).toContain("Made on top by the teams (not judged):\n  team-01/web: container ");
  });
});

describe("JUnit", () => {
  interface Suites {
    readonly testsuites: { readonly testsuite: readonly Readonly<Record<string, unknown>>[] };
  }
  const parsed = () => create(renderJunit(redReport())).end({ format: "object" }) as unknown as Suites;

  test("it is well-formed whatever guests printed, and counts add up", () => {
    const suites = parsed().testsuites;
    expect(suites).toMatchObject({ "@tests": "9", "@failures": "2", "@errors": "1" });
    const list = suites.testsuite;
    expect(
      list.map((suite) => [suite["@name"], suite["@tests"], suite["@failures"], suite["@errors"]]),
    ).toEqual([
      ["team-01", "3", "0", "0"],
      ["team-02", "3", "1", "1"],
      ["team-03", "3", "1", "0"],
    ]);
  });

  test("a red row is a failure, one that was not measured an error, both with their cause", () => {
    const text = renderJunit(redReport());
    expect(text).toContain('<failure type="guest-not-running" message="team-02/web is exited">');
    expect(text).toContain('<error type="guest-not-running"');
    expect(text).toContain('<failure type="leak"');
    expect(renderJunit({ ...green, partial: true })).toContain('<property name="partial" value="true"/>');
  });
});

describe("the page", () => {
  test.each(["en", "ja"] as const)("in %s it escapes everything and loads nothing", (language) => {
    const page = renderVerifyPage(redReport(), language);
    expect(page).not.toContain("<script");
    expect(page).toContain("&#60;script&#62;");
    expect(page).not.toMatch(/(src|href)=|url\(|@import/);
    expect(page).toContain(`<html lang="${language}">`);
    expect(page).toContain(TEXTS[language].cause.leak.what);
    expect(page).not.toContain(NASTY);
  });

  test("every cause has its words in both languages", () => {
    for (const { cause } of Object.values(TEXTS))
      expect(Object.keys(cause).sort()).toEqual(Object.keys(VERIFY_CAUSES).sort());
  });
});

describe("the published schema", () => {
  const published: object = JSON.parse(readFileSync(join(ROOT, "docs/verify.schema.json"), "utf8"));
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(published);

  test("it is what npm run docs writes", () => {
    expect(published).toEqual(JSON.parse(JSON.stringify(verifyJsonSchema())));
  });

  test("another validator accepts reports by it, and no others", () => {
    expect([validate(redReport()), validate(green)]).toEqual([true, true]);
    expect(validate({ ...green, rows: [{ ...row("team-01"), outcome: "fine" }] })).toBe(false);
    expect(validate({ ...green, more: 1 })).toBe(false);
  });
});
