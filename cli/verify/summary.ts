import type { Vantage } from "../../course/reachability";
import type { VerifyRow } from "../../operations/verify/report";

/** What a cell of the matrix shows, the worst of its rows first. */
export type Cell = "wrong" | "unknown" | "yes" | "no";

/** Signs of the cells: told apart without colour. */
export const CELL_SIGNS: Readonly<Record<Cell, string>> = { wrong: "✗", unknown: "?", yes: "✓", no: "–" };

/** What a set of rows comes to. */
export function cellOf(rows: readonly VerifyRow[]): Cell {
  if (rows.some((row) => row.outcome === "not-as-expected")) return "wrong";
  if (rows.some((row) => row.outcome === "not-measured")) return "unknown";
  return rows.some((row) => row.expected) ? "yes" : "no";
}

/** A vantage point as a heading: short, and unique within a lab. */
export function vantageHeading(vantage: Vantage): string {
  return vantage.kind === "guest" ? `${vantage.team}/${vantage.guest}` : vantage.kind;
}

/** A matrix of what was measured: who to whom. */
export interface Matrix {
  /** Headings of the columns: what was tried. */
  readonly columns: readonly string[];
  readonly lines: readonly { readonly from: string; readonly cells: readonly (Cell | undefined)[] }[];
}

/** The reach and internet rows of a team as a matrix; a pair that is not tried has no cell. */
export function matrixOf(rows: readonly VerifyRow[], team: string): Matrix {
  const own = rows.filter((row) => row.team === team && (row.kind === "reach" || row.kind === "internet"));
  const names = (end: "from" | "to") =>
    [...new Set(own.flatMap((row) => (row[end] ? [vantageHeading(row[end])] : [])))].sort();
  const columns = names("to");
  return {
    columns,
    lines: names("from").map((from) => ({
      from,
      cells: columns.map((to) => {
        const pair = own.filter(
          (row) => row.from && row.to && vantageHeading(row.from) === from && vantageHeading(row.to) === to,
        );
        return pair.length === 0 ? undefined : cellOf(pair);
      }),
    })),
  };
}

/** Red rows of one cause. */
export interface CauseGroup {
  readonly cause: NonNullable<VerifyRow["cause"]>;
  /** What was seen, where it is the same for all of several rows: it is said once. */
  readonly measured?: string;
  readonly rows: readonly VerifyRow[];
}

/** The rows that are not as expected or were not measured, by cause, those that are wrong first. */
export function causeGroups(rows: readonly VerifyRow[]): CauseGroup[] {
  const red = [
    ...rows.filter((row) => row.outcome === "not-as-expected"),
    ...rows.filter((row) => row.outcome === "not-measured"),
  ];
  const causes = [...new Set(red.flatMap((row) => row.cause ?? []))];
  return causes.map((cause) => {
    const own = red.filter((row) => row.cause === cause);
    const seen = new Set(own.map(({ measured }) => measured));
    const [first = ""] = seen;
    return { cause, rows: own, ...(own.length > 1 && seen.size === 1 ? { measured: first } : {}) };
  });
}
