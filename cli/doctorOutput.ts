import { createColors } from "picocolors";
import type { DoctorReport } from "../operations/doctor";
import type { Check, CheckStatus } from "../operations/doctor/check";
import { SCHEMA_VERSION } from "./output";

type Colours = ReturnType<typeof createColors>;

function sentence(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}

function full(check: Check, sign: string, pc: Colours): string {
  const told = `${pc.bold(check.title)}: ${sentence(check.found)}${check.code ? ` [${check.code}]` : ""}`;
  return [
    `  ${sign} ${told}`,
    ...(check.expected ? [sentence(`Expected ${check.expected}`)] : []),
    ...(check.fix ? [sentence(check.fix)] : []),
  ].join("\n    ");
}

function titles(checks: readonly Check[]): string {
  return checks.map((check) => check.title).join(", ");
}

/** Checks that came out alike for one reason, as one line a reason. */
function byReason(checks: readonly Check[], words: string): string[] {
  const reasons = [...new Set(checks.map((check) => check.found))];
  return reasons.map((reason) => {
    const alike = checks.filter((check) => check.found === reason);
    return sentence(`${words}, ${reason}: ${titles(alike)}`);
  });
}

function advice(blocking: readonly Check[], fixable: readonly Check[], selection: string): string {
  const fix = `npx classlab doctor ${selection} --fix`;
  const safe = fixable.length > 0 ? ` ${fix} mends: ${titles(fixable)}.` : "";
  if (blocking.length === 0) return `Nothing is in the way: npx classlab up ${selection}.${safe}`;
  const rest = blocking.filter((check) => !check.fixable);
  return `Mend what blocks the lab, then run npx classlab doctor ${selection} again.${safe}${
    rest.some((check) => check.code) ? " What the words in brackets mean: docs/causes.md." : ""
  }`;
}

/**
 * The report as people read it: what blocks first, what is good to know, and in short what is fine.
 * @param colours whether somebody looks at a terminal
 */
export function renderDoctor(report: DoctorReport, selection: string, colours: boolean): string {
  const pc = createColors(colours && process.env.NO_COLOR === undefined);
  const of = (status: CheckStatus) => report.checks.filter((check) => check.status === status);
  const blocking = of("blocking");
  const warnings = of("warning");
  const fixable = report.checks.filter((check) => check.fixable);
  const headline =
    blocking.length === 0
      ? pc.green(`Lab "${report.lab}": this machine has what it needs`)
      : pc.red(`Lab "${report.lab}": ${blocking.length} thing${blocking.length > 1 ? "s" : ""} in its way`);
  return [
    pc.bold(headline),
    ...report.repairs.map((repair) => `  Mended: ${sentence(repair.done)}`),
    ...blocking.map((check) => full(check, pc.red("✗"), pc)),
    ...warnings.map((check) => full(check, pc.yellow("!"), pc)),
    ...(of("ok").length > 0 ? [`Fine: ${titles(of("ok"))}.`] : []),
    ...byReason(of("not-needed"), "Not needed"),
    ...byReason(of("unknown"), "Not looked at"),
    advice(blocking, fixable, selection),
    "",
  ].join("\n");
}

/** The document of `doctor --json`. */
export function doctorJson(report: DoctorReport): object {
  return {
    schemaVersion: SCHEMA_VERSION,
    ok: report.checks.every((check) => check.status !== "blocking"),
    ...report,
  };
}
