import { CsvError, parse } from "csv-parse/sync";
import { z } from "zod";
import { nearest } from "../config";
import { name as nameSchema } from "../config/primitives";
import { type Fault, failed, type Result, succeeded } from "../faults";
import { COLUMN_NAMES, columnNamed, knownColumns, ROSTER_COLUMNS, type RosterColumn } from "./columns";
import { identityOf, type Learner, MAX_SEATS, readTeam, wishKey } from "./learner";

/** A cell and where it begins. */
interface Cell {
  readonly text: string;
  /** Line of the file, from 1. */
  readonly line: number;
  /** Its number in the row, from 1, as a spreadsheet counts columns. */
  readonly column: number;
}

/** Says where in a roster something stands: the file, the line, and the column as a spreadsheet counts it. */
function place(file: string, at: { readonly line: number; readonly column?: number }): string {
  return `${file}, line ${at.line}${at.column === undefined ? "" : `, column ${at.column}`}`;
}

const invalid = (where: string, what: string, expected: string, fix?: string): Fault => ({
  code: "roster-invalid",
  where,
  what,
  expected,
  ...(fix === undefined ? {} : { fix }),
});

/** The rows with where each cell stands; rows without any text are left out. */
function readRows(text: string): Cell[][] {
  const rows: Cell[][] = [];
  // One kind of line end: csv-parse counts a CRLF inside quotes as two lines.
  parse(text.replace(/\r\n?/g, "\n"), {
    bom: true,
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
    cast: (value, { index, lines, records }) => {
      const row = rows[records] ?? [];
      rows[records] = row;
      // The line is that of the cell's end.
      const line = lines - (value.match(/\n/g)?.length ?? 0);
      row.push({ text: value.trim(), line, column: index + 1 });
      return value;
    },
  });
  return rows.filter((row) => row.some((cell) => cell.text !== ""));
}

/** The line on which a cell begins that does not end: in it, every " is written twice. */
function openLine(text: string): number {
  const opening = [...text.matchAll(/"+/g)].filter(([quotes]) => quotes.length % 2 === 1).at(-1);
  return text.slice(0, opening?.index).split(/\r\n?|\n/).length;
}

/** What csv-parse refuses, in words of a spreadsheet. */
function syntaxFault(file: string, text: string, error: CsvError): Fault {
  const open = error.code === "CSV_QUOTE_NOT_CLOSED";
  return invalid(
    place(
      file,
      open ? { line: openLine(text) } : { line: Number(error.lines), column: Number(error.column) + 1 },
    ),
    open ? 'a cell begins with " and does not end' : 'a " stands where none may be',
    'cells in "…" from the first to the last character, with " inside written twice',
  );
}

/** The column of each place in a row; undefined where the first line names none. */
function readHeader(file: string, header: readonly Cell[]): Result<readonly (RosterColumn | undefined)[]> {
  const columns = header.map((cell) => columnNamed(cell.text));
  const line = header[0]?.line ?? 1;
  const rule = `a first line that names the columns: ${knownColumns()}; all but name may be missing`;
  // What stands there may be a learner, who is not to be named in a message.
  if (columns.every((column) => column === undefined)) {
    const separated = header.length === 1 && /[;\t]/.test(header[0]?.text ?? "");
    return failed([
      invalid(
        place(file, { line }),
        "the first line names no column",
        rule,
        separated ? "Save the file with commas between the columns (CSV)" : undefined,
      ),
    ]);
  }
  const named = columns.includes("name");
  const faults = header.flatMap((cell, index): Fault[] => {
    const column = columns[index];
    const where = place(file, cell);
    if (column === undefined) {
      if (cell.text === "") return [];
      const near = nearest(cell.text, Object.values(COLUMN_NAMES).flat());
      return [
        invalid(
          where,
          // Without a column of names the line may be a learner's, one cell of which happens to be a column's name.
          named || near ? `unknown column "${cell.text}"` : "unknown column",
          `one of ${knownColumns()}`,
          near ? `Did you mean "${near}"?` : undefined,
        ),
      ];
    }
    if (columns.indexOf(column) === index) return [];
    return [
      invalid(where, `a second column ${column} (${COLUMN_NAMES[column][1]})`, "each column at most once"),
    ];
  });
  if (!named) faults.push(invalid(place(file, { line }), "no column is named name (氏名)", rule));
  return faults.length > 0 ? failed(faults) : succeeded(columns);
}

/** Reads a seat; full-width digits are digits. */
function readSeat(text: string): number | undefined {
  const digits = text.normalize("NFKC");
  const seat = /^\d{1,2}$/.test(digits) ? Number(digits) : 0;
  return seat >= 1 && seat <= MAX_SEATS ? seat : undefined;
}

const emailSchema = z.email();

/** One learner of a row; what is wrong with the row goes to `faults`. No message quotes a cell: it may be a name. */
function readLearner(
  file: string,
  row: readonly Cell[],
  columns: readonly (RosterColumn | undefined)[],
  faults: Fault[],
): Learner {
  const cells = Object.fromEntries(
    ROSTER_COLUMNS.flatMap((column) => {
      const cell = row[columns.indexOf(column)];
      return cell === undefined || cell.text === "" ? [] : [[column, cell] as const];
    }),
  );
  const line = row[0]?.line ?? 1;
  for (const cell of row) {
    if (cell.text !== "" && columns[cell.column - 1] === undefined)
      faults.push(
        invalid(
          place(file, cell),
          "the cell stands in no column",
          `at most ${columns.length} cells, as the first line has them`,
        ),
      );
  }
  const check = <T>(column: RosterColumn, read: (text: string) => T | undefined, expected: string) => {
    const cell = cells[column];
    if (cell === undefined) return undefined;
    const value = read(cell.text);
    if (value === undefined)
      faults.push(
        invalid(place(file, cell), `the cell is no ${column} (${COLUMN_NAMES[column][1]})`, expected),
      );
    return value;
  };
  if (cells.name === undefined)
    faults.push(
      invalid(
        place(file, { line, column: columns.indexOf("name") + 1 }),
        "the learner has no name",
        "a name in each line",
      ),
    );
  const email = check(
    "email",
    (text) => (emailSchema.safeParse(text.normalize("NFKC")).success ? text.normalize("NFKC") : undefined),
    "an address such as hanako@school.example, or nothing",
  );
  const team = check("team", readTeam, "a number from 1 to 1000, an id such as team-03, or a short name");
  const seat = check("seat", readSeat, `a whole number from 1 to ${MAX_SEATS}: the place in the team`);
  const host = check(
    "host",
    (text) => (nameSchema.safeParse(text).success ? text : undefined),
    "the name of one of lab.hosts",
  );
  if (cells.seat !== undefined && cells.team === undefined)
    faults.push(invalid(place(file, cells.seat), "a seat without a team", "the team as well, or no seat"));
  return {
    name: cells.name?.text.replace(/\s+/g, " ") ?? "",
    ...(email === undefined ? {} : { email }),
    ...(team === undefined ? {} : { team }),
    ...(seat === undefined ? {} : { seat }),
    ...(host === undefined ? {} : { host }),
    line,
  };
}

/** The same learner twice, one seat for two, a team on two hosts: told at the later line. */
function contradictions(file: string, learners: readonly Learner[]): Fault[] {
  const people = new Map<string, number>();
  const seats = new Map<string, number>();
  const hosts = new Map<string, Learner>();
  return learners.flatMap((learner): Fault[] => {
    const faults: Fault[] = [];
    const where = place(file, learner);
    const tell = (what: string, expected: string) => faults.push(invalid(where, what, expected));
    const identity = identityOf(learner);
    const same = people.get(identity);
    if (same !== undefined && learner.name !== "")
      tell(
        `the learner of line ${same} stands here again`,
        "each learner once; two of one name with the e-mail of each",
      );
    else people.set(identity, learner.line);
    if (learner.team === undefined) return faults;
    const team = wishKey(learner.team);
    if (learner.seat !== undefined) {
      const other = seats.get(`${team} ${learner.seat}`);
      if (other === undefined) seats.set(`${team} ${learner.seat}`, learner.line);
      else
        tell(
          `seat ${learner.seat} of the team is also that of line ${other}`,
          "a seat of its own for each learner",
        );
    }
    const other = hosts.get(team);
    if (learner.host !== undefined && other === undefined) hosts.set(team, learner);
    else if (learner.host !== undefined && other?.host !== learner.host)
      tell(`the team is on another host than in line ${other?.line}`, "one host for all learners of a team");
    return faults;
  });
}

/**
 * Reads a roster: CSV with the names of its columns in the first line, in English or Japanese.
 * @param text the file's text; a byte order mark, CRLF and line breaks inside quotes are fine
 * @param file how messages name the file
 * @returns the learners in the file's order, or every fault with line and column; no message quotes a name
 */
export function parseRoster(text: string, file: string): Result<readonly Learner[]> {
  let rows: Cell[][];
  try {
    rows = readRows(text);
  } catch (error) {
    if (error instanceof CsvError) return failed([syntaxFault(file, text, error)]);
    throw error;
  }
  const [header, ...body] = rows;
  const nobody = invalid(
    file,
    "the roster lists nobody",
    "a line for each learner below the names of the columns",
  );
  if (!header) return failed([nobody]);
  const columns = readHeader(file, header);
  if (!columns.ok) return columns;
  const faults: Fault[] = [];
  const learners = body.map((row) => readLearner(file, row, columns.value, faults));
  faults.push(...contradictions(file, learners));
  if (learners.length === 0) faults.push(nobody);
  return faults.length > 0 ? failed(faults) : succeeded(learners);
}
