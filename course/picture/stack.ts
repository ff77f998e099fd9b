import { type Box, largest, movedTo, type Text, type TextStyle, textOf } from "./scene";
import { cleanText, wrapText } from "./text";

/** Rows of text and boxes under one another, and the room that they need. */
export interface Column {
  readonly texts: readonly Text[];
  readonly boxes: readonly Box[];
  readonly width: number;
  readonly height: number;
}

/** Texts beside one another, each so far from the one before it. */
export function rowOf(texts: readonly Text[], gap: number): Column {
  let x = 0;
  const height = largest(texts.map((text) => text.height));
  const placed = texts.map((text) => {
    const at = movedTo(text, x, height - text.height);
    x += text.width + gap;
    return at;
  });
  return { texts: placed, boxes: [], width: Math.max(0, x - gap), height };
}

/** A text broken into lines no wider than `width` pixels. */
export function paragraph(text: string, width: number, style: TextStyle): Column {
  const lines = wrapText(cleanText(text), width, style.size, style.bold).map((line) => textOf(line, style));
  return columnOf(
    lines.map((line) => rowOf([line], 0)),
    0,
  );
}

/** Rows under one another, each so far from the one before it. */
export function columnOf(rows: readonly Column[], gap: number): Column {
  let y = 0;
  const moved = rows.map((row) => {
    const at = shifted(row, 0, y);
    y += row.height + gap;
    return at;
  });
  return {
    texts: moved.flatMap((row) => row.texts),
    boxes: moved.flatMap((row) => row.boxes),
    width: largest(rows.map((row) => row.width)),
    height: Math.max(0, y - gap),
  };
}

/** A box as a row. */
export function boxRow(box: Box): Column {
  return { texts: [], boxes: [box], width: box.width, height: box.height };
}

/** All of a column at another place. */
export function shifted(column: Column, x: number, y: number): Column {
  return {
    ...column,
    texts: column.texts.map((text) => movedTo(text, text.x + x, text.y + y)),
    boxes: column.boxes.map((box) => movedTo(box, box.x + x, box.y + y)),
  };
}

/**
 * Rows whose cells stand under one another. The last cell of a row that is shorter than others goes on over the columns after it.
 * @param gap between columns, in pixels
 */
export function tableOf(rows: readonly (readonly Text[])[], gap: number): Column {
  const columns = largest(rows.map((row) => row.length));
  const starts = [0];
  for (let column = 0; column < columns - 1; column += 1) {
    const cells = rows.flatMap((row) => (column < row.length - 1 ? (row[column] ?? []) : []));
    starts.push((starts[column] ?? 0) + largest(cells.map((cell) => cell.width)) + gap);
  }
  const lines = rows.map((row): Column => {
    const texts = row.map((cell, column) => movedTo(cell, starts[column] ?? 0, 0));
    return {
      texts,
      boxes: [],
      width: largest(texts.map((text) => text.x + text.width)),
      height: largest(texts.map((text) => text.height)),
    };
  });
  return columnOf(lines, 0);
}
