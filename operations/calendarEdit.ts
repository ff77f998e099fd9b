import { isMap, isScalar, parseDocument } from "yaml";
import { LAB_KEY } from "./stackFile";

/** Keys of a calendar with what they are to say. */
export type CalendarValues = Readonly<Record<string, string>>;

/** A stretch of text and what stands there instead. */
interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** The edit that has a key of the calendar say a value; undefined where the file says it in a way that this cannot change. */
function editOf(text: string, key: string, value: string): Edit | undefined {
  const calendar = parseDocument(text).getIn(["config", LAB_KEY, "calendar"], true);
  if (!isMap(calendar)) return undefined;
  const pair = calendar.items.find((item) => isScalar(item.key) && item.key.value === key);
  if (pair) {
    const range = isScalar(pair.value) ? pair.value.range : undefined;
    return range ? { from: range[0], to: range[1], text: value } : undefined;
  }
  const [first] = calendar.items;
  const place = first && isScalar(first.key) ? first.key.range?.[0] : undefined;
  if (place === undefined) return undefined;
  const indent = place - (text.lastIndexOf("\n", place - 1) + 1);
  return {
    from: place,
    to: place,
    text: `${key}: ${value}${calendar.flow ? ", " : `\n${" ".repeat(indent)}`}`,
  };
}

/**
 * The text of a stack file whose lab's calendar says something else; nothing but those values differs, comments and spaces included.
 * @returns undefined where the calendar does not stand in the file as such, as behind an alias or in the project's file
 */
export function withCalendar(text: string, values: CalendarValues): string | undefined {
  let edited = text;
  for (const [key, value] of Object.entries(values)) {
    const edit = editOf(edited, key, value);
    if (!edit) return undefined;
    edited = edited.slice(0, edit.from) + edit.text + edited.slice(edit.to);
  }
  const said = (document: string): unknown => parseDocument(document, { merge: true }).toJS();
  const before = Object(said(text));
  const lab = Object(before.config)[LAB_KEY];
  const wanted = {
    ...before,
    config: { ...before.config, [LAB_KEY]: { ...lab, calendar: { ...lab?.calendar, ...values } } },
  };
  return sameData(said(edited), wanted) ? edited : undefined;
}

/** Whether two documents say the same, whatever the order of their keys. */
function sameData(a: unknown, b: unknown): boolean {
  const sorted = (_key: string, value: unknown): unknown =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([x], [y]) => x.localeCompare(y)))
      : value;
  return JSON.stringify(a, sorted) === JSON.stringify(b, sorted);
}
