import type { Language } from "../languages";
import { STRIPE } from "./otherBoxes";
import { type Picture, SHEET } from "./page";
import { BASELINE, type Box, type Line, type Point, SAMPLE, type Text } from "./scene";
import { cleanText, escapeXml, isMeasurable, widthOf } from "./text";
import { COLOURS, type Colours, DASHES, type Theme } from "./themes";

/** A system's own fonts, Japanese ones among them: a picture carries none. */
const FONTS =
  "system-ui, -apple-system, 'Segoe UI', Roboto, 'Hiragino Sans', 'Noto Sans CJK JP', 'Noto Sans JP', 'Yu Gothic UI', Meiryo, sans-serif";

type Attributes = Readonly<Record<string, string | number | undefined>>;

function element(name: string, attributes: Attributes, content?: string): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(
      ([key, value]) =>
        ` ${key}="${typeof value === "number" ? shortNumber(value) : escapeXml(value ?? "")}"`,
    )
    .join("");
  return content === undefined ? `<${name}${written}/>` : `<${name}${written}>${content}</${name}>`;
}

function shortNumber(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}

function renderLine({ mode, points }: Line, colours: Colours): string {
  const way = points
    .map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${shortNumber(x)} ${shortNumber(y)}`)
    .join("");
  return element("path", {
    d: way,
    fill: "none",
    stroke: colours.modes[mode],
    "stroke-width": 2,
    "stroke-dasharray": DASHES[mode],
    "data-mode": mode,
  });
}

function renderText(text: Text, colours: Colours): string {
  if (text.text === "") return "";
  const { sample, size, bold } = text;
  const left = text.x + (sample === undefined ? 0 : SAMPLE.room);
  const baseline = text.y + size * BASELINE;
  const middle = text.y + text.height / 2;
  const line =
    sample === undefined || sample === "disabled"
      ? ""
      : renderLine(
          {
            mode: sample,
            points: [
              { x: text.x, y: middle },
              { x: text.x + SAMPLE.line, y: middle },
            ],
          },
          colours,
        );
  const letters = element(
    "text",
    {
      x: left,
      y: baseline,
      "font-size": size === BASE ? undefined : size,
      "font-weight": bold ? 700 : undefined,
      fill: text.muted ? colours.muted : undefined,
      // Letters that no table has get the width that they were given room for.
      ...(isMeasurable(text.text)
        ? {}
        : { textLength: widthOf(text.text, size, bold), lengthAdjust: "spacingAndGlyphs" }),
    },
    escapeXml(text.text),
  );
  return line + letters;
}

const BASE = 12;
const CORNERS: Partial<Record<Box["kind"], number>> = { host: 10, team: 8, stack: 4, tag: 4 };

function renderFrame(box: Box, colours: Colours): string {
  const paint = colours.boxes[box.kind];
  if (!paint) return "";
  const stroke = box.mode === undefined ? paint.stroke : colours.modes[box.mode];
  const frame = element("rect", {
    width: box.width,
    height: box.height,
    rx: CORNERS[box.kind] ?? 6,
    fill: paint.fill,
    stroke,
    "stroke-width": box.kind === "host" ? 1.5 : undefined,
    "stroke-dasharray": box.spare ? "6 4" : undefined,
  });
  if (box.mode === undefined) return frame;
  return frame + element("rect", { width: STRIPE, height: box.height, rx: STRIPE / 2, fill: stroke });
}

function placeOf({ x, y }: Point, scale: number | undefined): string | undefined {
  const move = x === 0 && y === 0 ? [] : [`translate(${shortNumber(x)} ${shortNumber(y)})`];
  const all = [...move, ...(scale === undefined ? [] : [`scale(${shortNumber(scale)})`])];
  return all.length > 0 ? all.join(" ") : undefined;
}

function renderBox(box: Box, colours: Colours): string {
  return element(
    "g",
    { "data-kind": box.kind, transform: placeOf(box, box.scale) },
    [
      box.title === undefined ? "" : element("title", {}, escapeXml(cleanText(box.title))),
      renderFrame(box, colours),
      ...box.boxes.map((inner) => renderBox(inner, colours)),
      ...box.lines.map((line) => renderLine(line, colours)),
      ...box.texts.map((text) => renderText(text, colours)),
    ].join(""),
  );
}

/** What stands in a picture for those who do not see it. */
export interface Spoken {
  /** Begins the ids of the picture's own elements: several may stand on one page. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
}

/** Writes a picture as an SVG document. */
export function renderSvg(picture: Picture, theme: Theme, language: Language, spoken: Spoken): string {
  const colours = COLOURS[theme];
  const { box, sheets } = picture;
  const [title, description] = [`${spoken.id}-title`, `${spoken.id}-description`];
  const size =
    sheets === undefined
      ? { width: box.width, height: box.height }
      : { width: `${SHEET.widthMm}mm`, height: `${sheets * SHEET.heightMm}mm` };
  return `${element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      ...size,
      viewBox: `0 0 ${shortNumber(box.width)} ${shortNumber(box.height)}`,
      role: "img",
      "aria-labelledby": title,
      "aria-describedby": description,
      "xml:lang": language,
      lang: language,
      "font-family": FONTS,
      "font-size": BASE,
      fill: colours.text,
    },
    [
      element("title", { id: title }, escapeXml(spoken.title)),
      element("desc", { id: description }, escapeXml(spoken.description)),
      element("rect", { width: box.width, height: box.height, fill: colours.background }),
      renderBox(box, colours),
    ].join("\n"),
  )}\n`;
}
