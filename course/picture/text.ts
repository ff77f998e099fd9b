import stringWidth from "string-width";

/**
 * Advances of DejaVu Sans 2.37 in thousandths of the font size, by width: the widest of the fonts that a reader's system is
 * likely to show a picture in, so that a text which fits in it fits in the others. Measured 2026-11-25 with
 * `CanvasRenderingContext2D.measureText` in Chromium.
 */
const REGULAR: Readonly<Record<number, string>> = {
  275: "'",
  278: "ijl",
  295: "IJ",
  318: " ,.·",
  337: "/:;\\|",
  352: "f",
  361: "-",
  390: "()[]",
  392: "t",
  401: "!",
  411: "r",
  460: '"',
  500: "*_`–",
  521: "s",
  525: "z",
  531: "?",
  550: "c",
  557: "L",
  575: "F",
  579: "k",
  592: "vxy",
  603: "P",
  611: "TY",
  612: "o",
  613: "a",
  615: "e",
  632: "E",
  636: "hnuSbdgpq0123456789{$}",
  656: "K",
  686: "AVXZB",
  698: "RC",
  732: "U",
  752: "NH",
  770: "D",
  787: "G&OQ",
  818: "w",
  838: "#+<=>^~→×",
  863: "M",
  950: "%",
  974: "m",
  989: "W",
  1000: "@…",
};

/** The same of DejaVu Sans Bold. */
const BOLD: Readonly<Record<number, string>> = {
  306: "'",
  348: "ijl ",
  365: "/\\|",
  380: "IJ,.·",
  415: ":;-",
  435: "f",
  457: "!()[]",
  478: "t",
  500: "r_`–",
  523: '"*',
  593: "?zcs",
  645: "Lx",
  665: "vyk",
  687: "aeTEFo",
  716: "0123456789hnu{$}bdgpq",
  734: "SYPC",
  775: "BRXAVK",
  837: "UGDHN",
  872: "#+<=>^~→×OQ&",
  924: "w",
  1042: "M@…%m",
  1103: "W",
};

const advances = (table: Readonly<Record<number, string>>): ReadonlyMap<string, number> =>
  new Map(Object.entries(table).flatMap(([width, of]) => [...of].map((one) => [one, Number(width) / 1000])));

const ADVANCES = { regular: advances(REGULAR), bold: advances(BOLD) } as const;

/** Verdana and Meiryo are up to 3 % wider in single letters. */
const RESERVE = 1.03;

// Ideographs, kana, Hangul and full-width forms are one em wide in every font; emoji are not.
const FULL_WIDTH =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\u30fb\u30fc\uff01-\uff60\uffe0-\uffe6]$/u;

const SEGMENTS = new Intl.Segmenter("und", { granularity: "grapheme" });

/** The characters of a text as a reader counts them. */
export function graphemes(text: string): string[] {
  return [...SEGMENTS.segment(text)].map(({ segment }) => segment);
}

/** Whether every font is expected to draw a text no wider than `widthOf` says. */
export function isMeasurable(text: string): boolean {
  return graphemes(text).every((one) => ADVANCES.regular.has(one) || FULL_WIDTH.test(one));
}

/**
 * The width of a text in pixels, more rather than less. Of what no table has, a guess: `isMeasurable` is false then.
 * @param size font size in pixels
 */
export function widthOf(text: string, size: number, bold = false): number {
  const table = bold ? ADVANCES.bold : ADVANCES.regular;
  const ems = graphemes(text).reduce((sum, one) => {
    const known = table.get(one);
    if (known !== undefined) return sum + known * RESERVE;
    if (FULL_WIDTH.test(one)) return sum + 1;
    return sum + (stringWidth(one) > 1 ? 1.4 : 1);
  }, 0);
  return Math.ceil(ems * size);
}

/**
 * A text as one line that XML can hold: line breaks and other controls become spaces, what no XML document may
 * contain (https://www.w3.org/TR/xml/#charsets) the replacement character; marks that turn the direction of text are left out.
 */
export function cleanText(text: string): string {
  return text
    .replace(/\p{Cs}/gu, "\ufffd")
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, "")
    .replace(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .replace(/[\ufffe\uffff]/g, "\ufffd")
    .trim();
}

/** Escapes a text for XML, attributes included. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/**
 * Breaks a text into lines no wider than `width` pixels, at spaces where there are any; what is beyond the last line is cut
 * with an ellipsis.
 * @param size font size in pixels
 */
export function wrapText(text: string, width: number, size: number, bold = false, most = 3): string[] {
  const fits = (candidate: string) => widthOf(candidate, size, bold) <= width;
  const lines: string[] = [];
  let line = "";
  for (const one of graphemes(text)) {
    if (line === "" || fits(line + one)) {
      line += one;
      continue;
    }
    const space = line.lastIndexOf(" ");
    const [head, tail] = space > 0 ? [line.slice(0, space), line.slice(space + 1)] : [line, ""];
    if (lines.length === most - 1) return [...lines, shorten(line, fits)];
    lines.push(head);
    line = (tail + one).trimStart();
  }
  return line === "" ? lines : [...lines, line];
}

function shorten(line: string, fits: (candidate: string) => boolean): string {
  const kept = graphemes(line);
  while (kept.length > 1 && !fits(`${kept.join("")}…`)) kept.pop();
  return `${kept.join("").trimEnd()}…`;
}
