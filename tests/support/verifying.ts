import { type VerifyReport, verifyReportSchema } from "../../operations/verify/report";
import { execute } from "./cli";
import type { TestLab } from "./testLab";

/** A report with the exit code that it came with. */
export interface Verified {
  readonly code: number;
  readonly report: VerifyReport;
}

/** Runs `verify --json`, whose document must have the published shape. */
export async function verified(lab: TestLab, ...args: string[]): Promise<Verified> {
  const result = await lab.run("verify", "--json", ...args);
  if (result.stdout === "") throw new Error(`verify printed nothing: ${result.stderr}`);
  return { code: result.code, report: verifyReportSchema.parse(JSON.parse(result.stdout)) };
}

/** The rows that are not as expected or could not be measured, with their causes. */
export function redRows(report: VerifyReport): Record<string, string> {
  return Object.fromEntries(
    report.rows.flatMap((row) => (row.outcome === "as-expected" ? [] : [[row.id, row.cause ?? "none"]])),
  );
}

/** Every row that one of the patterns names, with the cause it should have. */
export function rowsNamed(
  report: VerifyReport,
  expected: readonly (readonly [pattern: RegExp, cause: string])[],
): Record<string, string> {
  return Object.fromEntries(
    report.rows.flatMap((row) => {
      const found = expected.find(([pattern]) => pattern.test(row.id));
      return found ? [[row.id, found[1]]] : [];
    }),
  );
}

/**
 * Keeps what is sent to addresses of no lab on this machine: what lies behind its default route may answer anything.
 * @returns takes the route away again
 */
export async function blackhole(subnet: string): Promise<() => Promise<void>> {
  await execute("ip", ["route", "replace", "blackhole", subnet]);
  return async () => {
    await execute("ip", ["route", "delete", "blackhole", subnet]);
  };
}
