import type { Mode, SwitchMode } from "../modes";
import { cleanText, widthOf } from "./text";

/** What a box stands for. */
export type BoxKind =
  | "picture"
  | "sheet"
  | "head"
  | "legend"
  | "host"
  | "diagram"
  | "team"
  | "guest"
  | "stack"
  | "switch"
  | "card"
  | "tag";

/** A place in pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** One line of text; `x` and `y` are those of its box's corner, with room for the tallest of the fonts. */
export interface Text extends Point {
  readonly text: string;
  /** Font size in pixels. */
  readonly size: number;
  readonly bold: boolean;
  readonly muted: boolean;
  /** The mode of which a short line stands before the letters; for `disabled` the room stays empty. */
  readonly sample?: Mode;
  readonly width: number;
  readonly height: number;
}

/** A line in the pattern of a mode: an adapter's way to its switch. */
export interface Line {
  readonly mode: SwitchMode;
  readonly points: readonly Point[];
}

/** A box with what it holds, at its place in the box that it is in. */
export interface Box extends Point {
  readonly kind: BoxKind;
  readonly width: number;
  readonly height: number;
  /** How much what it holds is made smaller; its own width and height are as drawn. */
  readonly scale?: number;
  readonly mode?: SwitchMode;
  readonly spare?: boolean;
  /** What it is, in full: told by programs that read pictures aloud, and where the pointer rests. */
  readonly title?: string;
  readonly texts: readonly Text[];
  readonly boxes: readonly Box[];
  readonly lines: readonly Line[];
}

/** Height of a line of text in ems: Noto Sans CJK's, the tallest of the fonts (ascent 1.16, descent 0.288). */
export const LINE_HEIGHT = 1.5;

/** Where letters stand in a line, in ems from its top. */
export const BASELINE = 1.17;

/** How a text looks. */
export interface TextStyle {
  readonly size: number;
  readonly bold?: boolean;
  readonly muted?: boolean;
  readonly sample?: Mode;
}

/** The short line before letters, and the room that it takes. */
export const SAMPLE = { line: 16, room: 21 } as const;

/** A text at the corner of its box. */
export function textOf(text: string, { size, bold = false, muted = false, sample }: TextStyle): Text {
  const clean = cleanText(text);
  return {
    text: clean,
    size,
    bold,
    muted,
    ...(sample === undefined ? {} : { sample }),
    x: 0,
    y: 0,
    width: widthOf(clean, size, bold) + (sample === undefined ? 0 : SAMPLE.room),
    height: Math.ceil(size * LINE_HEIGHT),
  };
}

/** Something at another place. */
export function movedTo<T extends Point>(what: T, x: number, y: number): T {
  return { ...what, x, y };
}

/** A box with nothing in it yet. */
export function boxOf(kind: BoxKind, width: number, height: number, more: Partial<Box> = {}): Box {
  return { kind, x: 0, y: 0, width, height, texts: [], boxes: [], lines: [], ...more };
}

/** The largest of numbers, 0 for none. */
export function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}
