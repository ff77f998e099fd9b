import { createColors } from "picocolors";
import stringWidth from "string-width";
import { VERIFY_CAUSES } from "../../course/verifyCauses";
import type { VerifyReport } from "../../operations/verify/report";
import { type CauseGroup, CELL_SIGNS, causeGroups, type Matrix, matrixOf } from "./summary";

const pc = createColors(process.stdout.isTTY === true && process.env.NO_COLOR === undefined);

/** Rows of one cause that are printed; the JSON document has all. */
const SHOWN = 6;

const pad = (text: string, width: number): string =>
  text + " ".repeat(Math.max(0, width - stringWidth(text)));

/** A team as a reader knows it, with the state that it was judged against where it is one of an exercise. */
function teamName({ id, label, state }: VerifyReport["teams"][number]): string {
  const name = label === id ? id : `${id} ${label}`;
  return state.exercise === undefined ? name : `${name} (${state.exercise}, ${state.at})`;
}

function teamLine(team: VerifyReport["teams"][number], width: number): string {
  const { "as-expected": good, "not-as-expected": bad, "not-measured": open } = team.counts;
  const name = pad(teamName(team), width);
  if (team.ok) return `${pc.green("✓")} ${name}  ${good} of ${good} as expected`;
  const parts = [
    ...(bad > 0 ? [`${bad} not as expected`] : []),
    ...(open > 0 ? [`${open} not measured`] : []),
    `${good} as expected`,
  ];
  return `${pc.red("✗")} ${name}  ${parts.join(", ")}`;
}

function matrixText({ columns, lines }: Matrix): string {
  const first = Math.max(0, ...lines.map(({ from }) => stringWidth(from)));
  // Columns are numbered: their names would not fit beside one another.
  const numbers = columns.map((_, index) => String(index + 1).padStart(2));
  const colour = { wrong: pc.red, unknown: pc.yellow, yes: pc.green, no: pc.green } as const;
  return [
    `  ${pad("from \\ to", first)}  ${numbers.join(" ")}`,
    ...lines.map(
      ({ from, cells }) =>
        `  ${pad(from, first)}  ${cells.map((cell) => (cell ? ` ${colour[cell](CELL_SIGNS[cell])}` : "  ")).join(" ")}`,
    ),
    ...columns.map((name, index) => `  ${numbers[index]} ${name}`),
    "  ✓ reached  – not reached, and must not be  ✗ not as expected  ? not measured",
  ].join("\n");
}

function groupText({ cause, rows, measured }: CauseGroup): string {
  return [
    `  ${pc.bold(VERIFY_CAUSES[cause].what)} [${cause}]${measured ? `: ${measured}` : ""}`,
    ...rows.slice(0, SHOWN).map((row) => `    ${row.title}${measured ? "" : `: ${row.measured}`}`),
    ...(rows.length > SHOWN ? [`    and ${rows.length - SHOWN} more`] : []),
    `    → ${VERIFY_CAUSES[cause].next}.`,
  ].join("\n");
}

/** The result in one line: how many teams are green, and the first cause of each that is not. */
export function headline(report: VerifyReport): string {
  const green = report.teams.filter((team) => team.ok).length;
  const red = report.teams.flatMap((team) => {
    const [first] = causeGroups(report.rows.filter((row) => row.team === team.id));
    if (team.ok) return [];
    const row = first?.rows[0];
    return [`${team.id}: ${row ? `${row.measured} [${first.cause}]` : "nothing was measured"}`];
  });
  return [`${green} of ${report.teams.length} teams green`, ...red].join("; ");
}

/** The report as the operator reads it: a line a team, what is red with its cause, and the result last. */
export function renderVerify(report: VerifyReport): string {
  const width = Math.max(0, ...report.teams.map((team) => stringWidth(teamName(team))));
  const red = report.teams.filter((team) => !team.ok);
  return `${[
    ...report.teams.map((team) => teamLine(team, width)),
    ...red.flatMap((team) => [
      "",
      pc.bold(team.id),
      matrixText(matrixOf(report.rows, team.id)),
      ...causeGroups(report.rows.filter((row) => row.team === team.id)).map(groupText),
    ]),
    ...(report.notes.length > 0
      ? [
          "",
          "Where this target differs from the book:",
          ...report.notes.map(({ mode, note }) => `  ${mode}: ${note}`),
        ]
      : []),
    ...(report.extras.length > 0
      ? [
          "",
          "Made on top by the teams (not judged):",
          ...report.extras.map(({ team, guest, what }) => `  ${team}/${guest}: ${what}`),
        ]
      : []),
    "",
    ...(report.partial ? [pc.yellow("Partial: it ended before everything was measured.")] : []),
    `${headline(report)} (${report.rows.length} checks in ${report.seconds.toFixed(1)} s)`,
  ].join("\n")}\n`;
}
