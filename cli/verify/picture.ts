import type { VerifyRow } from "../../operations/verify/report";
import { CELL_SIGNS, type Cell, cellOf, vantageHeading } from "./summary";

/** Escapes a text for HTML and SVG, attributes included. */
export function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const WIDTH = 720;
const ROW = 56;
const BOX = { width: 200, height: 36 };

interface Place {
  readonly key: string;
  readonly x: number;
  readonly y: number;
}

/** Outsiders on the left, the team's guests in the middle, other teams' on the right. */
function places(keys: readonly string[], team: string): Place[] {
  const columns = [
    keys.filter((key) => !key.includes("/")),
    keys.filter((key) => key.startsWith(`${team}/`)),
    keys.filter((key) => key.includes("/") && !key.startsWith(`${team}/`)),
  ];
  return columns.flatMap((column, index) =>
    column.map((key, line) => ({ key, x: 20 + index * 240, y: 20 + line * ROW })),
  );
}

/**
 * A team's lab as a picture: who is there, and a line for each pair that is not as expected or was not measured. Lines of pairs
 * that are well would hide the others.
 * @param words what a vantage point is called, by its heading
 */
export function renderPicture(
  rows: readonly VerifyRow[],
  team: string,
  title: string,
  words: (heading: string) => string,
): string {
  const own = rows.filter((row) => row.team === team);
  const pairs = new Map<string, VerifyRow[]>();
  const keys = new Set<string>();
  for (const row of own) {
    if (row.guest) keys.add(`${team}/${row.guest}`);
    if (!row.from || !row.to) continue;
    const [from, to] = [vantageHeading(row.from), vantageHeading(row.to)];
    keys.add(from).add(to);
    if (from !== to) pairs.set(`${from}>${to}`, [...(pairs.get(`${from}>${to}`) ?? []), row]);
  }
  const all = places([...keys].sort(), team);
  const at = (key: string) => all.find((place) => place.key === key);
  const height = Math.max(...all.map(({ y }) => y), 0) + ROW;
  const centre = ({ x, y }: Place) => ({ x: x + BOX.width / 2, y: y + BOX.height / 2 });
  const lines = [...pairs].flatMap(([pair, of]) => {
    const cell = cellOf(of);
    const [from, to] = pair.split(">").map((key) => at(key));
    if (!from || !to || (cell !== "wrong" && cell !== "unknown")) return [];
    const [a, b] = [centre(from), centre(to)];
    const middle = { x: (a.x + b.x) / 2 + (from.x === to.x ? 96 : 0), y: (a.y + b.y) / 2 };
    return [
      `<path class="${cell}" d="M${a.x} ${a.y}Q${middle.x} ${middle.y} ${b.x} ${b.y}"/>`,
      `<text class="sign ${cell}" x="${middle.x}" y="${middle.y + 5}">${CELL_SIGNS[cell]}</text>`,
    ];
  });
  const boxes = all.map(({ key, x, y }) => {
    const mine = own.filter((row) => !row.to && `${row.team}/${row.guest}` === key);
    const cell: Cell = key.startsWith(`${team}/`) ? cellOf(mine) : "yes";
    const sign = cell === "yes" || cell === "no" ? "" : `${CELL_SIGNS[cell]} `;
    return `<g class="box ${cell}"><rect x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="6"/><text x="${x + BOX.width / 2}" y="${y + 23}">${escapeText(sign + words(key))}</text></g>`;
  });
  return `<svg role="img" aria-label="${escapeText(title)}" viewBox="0 0 ${WIDTH} ${height}" xmlns="http://www.w3.org/2000/svg">${lines.filter((line) => line.startsWith("<path")).join("")}${boxes.join("")}${lines.filter((line) => line.startsWith("<text")).join("")}</svg>`;
}
