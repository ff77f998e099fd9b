import type { Language } from "../languages";
import type { HostPlan, LabPlan, TeamPlan } from "../plan";
import { drawDiagram } from "./diagram";
import { cardBox } from "./otherBoxes";
import { type Box, boxOf, largest, movedTo, textOf } from "./scene";
import { MOST_DETAILED, type Shape, shapesOf } from "./shapes";
import { boxRow, type Column, columnOf, paragraph, rowOf, shifted } from "./stack";
import { hostWords, summaryOf, teamWords, WORDS, type Words } from "./words";

const PADDING = 14;
const GAP = 14;
const CARD_GAP = 10;
const SMALL = { size: 12, muted: true } as const;

/** What a sheet of paper shows: A4 landscape less margins of 10 mm, at 96 pixels an inch. */
export const SHEET = { widthMm: 277, heightMm: 190, width: 1046, height: 718 } as const;

/** Inside a sheet, so that no line is drawn half. */
const SHEET_INSET = 2;

/** A screen's width; what needs more gets it. */
const SCREEN = 1280;
const SCREEN_MARGIN = 20;

/** After so many pixels a heading over cards is broken. */
const HEADING = 460;

/** Room for one box under another. */
interface Room {
  readonly width: number;
  /** Pixels from top to bottom of one page; endless on a screen. */
  readonly height: number;
}

/** A row of a host's box; one that is glued stands on one page with the row after it. */
interface Row {
  readonly column: Column;
  readonly glued: boolean;
  /** Room before it. */
  readonly gap: number;
}

function scaledTo(box: Box, { width, height }: Room): Box {
  const scale = Math.min(1, width / box.width, height / box.height);
  if (scale === 1) return box;
  return { ...box, scale, width: box.width * scale, height: box.height * scale };
}

/** Cards of one width beside one another, as many rows as they need; those of a row are of one height. */
function cardRows(cards: readonly Box[], columns: number): Column[] {
  return Array.from({ length: Math.ceil(cards.length / columns) }, (_, row) => {
    const own = cards.slice(row * columns, (row + 1) * columns);
    const height = largest(own.map((card) => card.height));
    const boxes = own.map((card, column) => ({
      ...movedTo(card, column * (card.width + CARD_GAP), 0),
      height,
    }));
    return {
      texts: [],
      boxes,
      width: boxes.reduce((width, card) => width + card.width + CARD_GAP, -CARD_GAP),
      height,
    };
  });
}

/** How many things of a size fit one after another. */
function howMany(room: number, size: number): number {
  return Math.floor((room + CARD_GAP) / (size + CARD_GAP));
}

/** Breaks rows where a page is full. */
function pagesOf(rows: readonly Row[], heights: { readonly first: number; readonly next: number }): Column[] {
  const pages: Row[][] = [];
  let left = 0;
  for (const [index, row] of rows.entries()) {
    const next = row.glued ? rows[index + 1] : undefined;
    const needed = row.gap + row.column.height + (next ? next.gap + next.column.height : 0);
    const page = pages.at(-1);
    if (page && needed <= left) page.push(row);
    else {
      left = pages.length === 0 ? heights.first : heights.next;
      pages.push([row]);
    }
    left -= row.gap + row.column.height;
  }
  if (pages.length === 0) return [columnOf([], 0)];
  return pages.map((page) =>
    columnOf(
      page.map(({ column, gap }) => lowered(column, gap)),
      0,
    ),
  );
}

function lowered(column: Column, gap: number): Column {
  return { ...shifted(column, 0, gap), height: column.height + gap };
}

/** What the boxes of all hosts are made of. */
interface Drawing {
  readonly plan: LabPlan;
  readonly language: Language;
  readonly words: Words;
  readonly shapes: readonly Shape[];
  /** Drawings of teams in detail, by the team that a shape's others are like; of those drawn together, by the first one. */
  readonly diagrams: ReadonlyMap<string, Box>;
  /** Cards of the teams that are not drawn in detail, by their id. */
  readonly cards: ReadonlyMap<string, Box>;
  /** Width of a page, and how high a host's box may be on the first one and on those after it. */
  readonly width: number;
  readonly heights: { readonly first: number; readonly next: number };
}

/** Draws the teams that are shown in detail: those of one host together, or each by itself. */
async function diagramsOf(
  plan: LabPlan,
  shapes: readonly Shape[],
  words: Words,
  apart: boolean,
): Promise<Map<string, Box>> {
  const diagrams = new Map<string, Box>();
  for (const host of plan.hosts) {
    const models = shapes.map((shape) => shape.model).filter((team) => team.host === host.name);
    for (const teams of apart ? models.map((model) => [model]) : [models]) {
      const [first] = teams;
      if (first) diagrams.set(first.id, await drawDiagram(plan, host, teams, words));
    }
  }
  return diagrams;
}

function hostHead(host: HostPlan, name: string, { language, width }: Drawing): Column {
  const inner = width - 2 * PADDING;
  return columnOf(
    [paragraph(name, inner, { size: 15, bold: true }), paragraph(hostWords(host, language), inner, SMALL)],
    0,
  );
}

/** The rows of a shape on a host: its drawing, beside it as many cards as there is room for, the others below. */
function shapeRows({ model, others }: Shape, host: HostPlan, drawing: Drawing, room: Room): Row[] {
  const { words, shapes } = drawing;
  const diagram = model.host === host.name ? drawing.diagrams.get(model.id) : undefined;
  const drawn = diagram && boxRow(scaledTo(diagram, room));
  const here = others.flatMap((team) => (team.host === host.name ? (drawing.cards.get(team.id) ?? []) : []));
  const [card] = here;
  const highest = largest(here.map(({ height }) => height));
  if (!card) return drawn ? [{ column: drawn, glued: false, gap: GAP }] : [];
  // With one build alone it is said once, above all hosts.
  const heading =
    shapes.length > 1 ? [paragraph(words.alike(teamWords(model)), Math.min(room.width, HEADING), SMALL)] : [];
  const below = (rest: readonly Box[], headed: boolean): Row[] => [
    ...(headed ? heading.map((column) => ({ column, glued: true, gap: GAP })) : []),
    ...cardRows(rest, Math.max(1, howMany(room.width, card.width))).map((column, row) => ({
      column,
      glued: false,
      gap: row === 0 && !(headed && heading.length > 0) ? GAP : CARD_GAP,
    })),
  ];
  if (!drawn) return below(here, true);
  const left = drawn.width + 2 * CARD_GAP;
  const columns = howMany(room.width - left, card.width);
  const rows = howMany(drawn.height - largest(heading.map(({ height }) => height + CARD_GAP)), highest);
  if (columns < 1 || rows < 1) return [{ column: drawn, glued: false, gap: GAP }, ...below(here, true)];
  const beside = columnOf([...heading, ...cardRows(here.slice(0, columns * rows), columns)], CARD_GAP);
  const both: Column = {
    texts: shifted(beside, left, 0).texts,
    boxes: [...drawn.boxes, ...shifted(beside, left, 0).boxes],
    width: left + beside.width,
    height: drawn.height,
  };
  return [{ column: both, glued: false, gap: GAP }, ...below(here.slice(columns * rows), false)];
}

/** Cards by the id of their team, all as wide as the widest. */
function cardsOf(teams: readonly TeamPlan[], words: Words): Map<string, Box> {
  const cards = teams.map((team) => ({ id: team.id, card: cardBox(team, words) }));
  const width = largest(cards.map(({ card }) => card.width));
  return new Map(cards.map(({ id, card }) => [id, { ...card, width }]));
}

/** A host's box, or several of them where it does not fit on one page. */
function hostBoxes(host: HostPlan, drawing: Drawing, first: boolean): Box[] {
  const head = hostHead(host, host.name, drawing);
  const frame = head.height + 2 * PADDING - 4;
  const heights = {
    first: (first ? drawing.heights.first : drawing.heights.next) - frame,
    next: drawing.heights.next - frame,
  };
  const room: Room = { width: drawing.width - 2 * PADDING, height: heights.first - GAP };
  const rows = drawing.shapes.flatMap((shape) => shapeRows(shape, host, drawing, room));
  return pagesOf(rows, heights).map((page, index) => {
    const own = index === 0 ? head : hostHead(host, drawing.words.continued(host.name), drawing);
    const content = shifted(columnOf([own, page], 0), PADDING, PADDING - 4);
    return boxOf("host", content.width + 2 * PADDING, content.height + 2 * PADDING - 4, {
      title: host.name,
      texts: content.texts,
      boxes: content.boxes,
    });
  });
}

/** Puts columns beside one another and under one another, in their order, within a width. */
function flow(columns: readonly Column[], width: number, gap: number, rowGap: number): Column {
  let [x, y, high] = [0, 0, 0];
  const placed = columns.map((column) => {
    if (x > 0 && x + column.width > width) {
      x = 0;
      y += high + rowGap;
      high = 0;
    }
    const at = shifted(column, x, y);
    x += column.width + gap;
    high = Math.max(high, column.height);
    return { ...at, right: x - gap };
  });
  return {
    texts: placed.flatMap((column) => column.texts),
    boxes: placed.flatMap((column) => column.boxes),
    width: largest(placed.map((column) => column.right)),
    height: y + high,
  };
}

function legendBox(plan: LabPlan, words: Words, width: number): Box {
  const modes = [...new Set(plan.switches.map((entry) => entry.mode))];
  const entries = modes.map((mode) =>
    rowOf(
      [
        textOf(words.mode[mode], { size: 12, bold: true, sample: mode }),
        textOf(words.reach[mode], { size: 12, muted: true }),
      ],
      8,
    ),
  );
  const content = columnOf(
    [rowOf([textOf(words.legend, { size: 12, bold: true })], 0), flow(entries, width - 2 * PADDING, 24, 2)],
    4,
  );
  const placed = shifted(content, PADDING, 8);
  return boxOf("legend", placed.width + 2 * PADDING, placed.height + 16, { texts: placed.texts });
}

function headBox(plan: LabPlan, shapes: readonly Shape[], words: Words, width: number, page?: string): Box {
  const legend = legendBox(plan, words, width);
  const summary = [summaryOf(plan, words), ...(page === undefined ? [] : [page])].join(" · ");
  const [only, ...more] = shapes;
  const content = columnOf(
    [
      paragraph(words.title(plan.lab), width, { size: 22, bold: true }),
      paragraph(summary, width, { size: 13, muted: true }),
      ...(only && more.length === 0 && only.others.length > 0
        ? [paragraph(words.allAlike(teamWords(only.model)), width, { size: 13, muted: true })]
        : []),
      ...(plan.switches.length > 0 ? [lowered(boxRow(legend), GAP / 2)] : []),
    ],
    0,
  );
  return boxOf("head", content.width, content.height, { texts: content.texts, boxes: content.boxes });
}

/** The head of the pages after the first one. */
function nextHead(plan: LabPlan, words: Words, page: string): Box {
  const text = textOf(`${words.title(plan.lab)} · ${page}`, { size: 13, muted: true });
  return boxOf("head", text.width, text.height, { texts: [text] });
}

/** Puts boxes on pages in their order, below the head of each page. */
function onPages(boxes: readonly Box[], room: Room, top: (page: number) => number): Box[][] {
  const pages: Box[][] = [[]];
  let [x, y, high] = [0, top(0), 0];
  for (const box of boxes) {
    if (x > 0 && x + box.width > room.width) [x, y, high] = [0, y + high + GAP, 0];
    if (y + box.height > room.height && pages.at(-1)?.length) {
      pages.push([]);
      [x, y, high] = [0, top(pages.length - 1), 0];
    }
    pages.at(-1)?.push(movedTo(box, x, y));
    x += box.width + GAP;
    high = Math.max(high, box.height);
  }
  return pages;
}

/** A picture laid out: boxes in boxes, with all their texts and lines. */
export interface Picture {
  readonly box: Box;
  /** Sheets of paper under one another; absent for a screen. */
  readonly sheets?: number;
}

/**
 * Lays a lab out: for a screen as one picture as high as it must be; for paper as sheets under one another, no box of which
 * is cut by the end of a sheet. On paper a drawing that is larger than a sheet is made smaller.
 */
export async function layOut(plan: LabPlan, language: Language, paper: boolean): Promise<Picture> {
  const words = WORDS[language];
  const shapes = shapesOf(plan);
  const apart = paper || plan.teams.length > MOST_DETAILED;
  const diagrams = await diagramsOf(plan, shapes, words, apart);
  const widest = largest([...diagrams.values()].map((box) => box.width)) + 2 * PADDING;
  const margin = paper ? SHEET_INSET : SCREEN_MARGIN;
  const room: Room = paper
    ? { width: SHEET.width - 2 * margin, height: SHEET.height - 2 * margin }
    : { width: Math.max(SCREEN, widest), height: Number.POSITIVE_INFINITY };
  const top = headBox(plan, shapes, words, room.width).height + GAP;
  const small = textOf("", { size: 13 }).height + GAP;
  const drawing = {
    plan,
    language,
    words,
    shapes,
    diagrams,
    cards: cardsOf(
      shapes.flatMap((shape) => shape.others),
      words,
    ),
    width: room.width,
    heights: { first: room.height - top, next: room.height - small },
  };
  const boxes = plan.hosts.flatMap((host, index) => hostBoxes(host, drawing, index === 0));
  const pages = onPages(boxes, room, (page) => (page === 0 ? top : small)).map(
    (onPage, index, { length }) => {
      const number = length > 1 ? words.page(index + 1, length) : undefined;
      const own =
        index === 0 || number === undefined
          ? headBox(plan, shapes, words, room.width, number)
          : nextHead(plan, words, number);
      return [own, ...onPage].map((box) => movedTo(box, box.x + margin, box.y + margin));
    },
  );
  if (paper) {
    const sheets = pages.map((content, index) =>
      boxOf("sheet", SHEET.width, SHEET.height, { y: index * SHEET.height, boxes: content }),
    );
    const box = boxOf("picture", SHEET.width, SHEET.height * sheets.length, { boxes: sheets });
    return { box, sheets: sheets.length };
  }
  const content = pages.flat();
  const width = largest(content.map((box) => box.x + box.width)) + margin;
  const height = largest(content.map((box) => box.y + box.height)) + margin;
  return { box: boxOf("picture", width, height, { boxes: content }) };
}
