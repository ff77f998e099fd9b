import type { LabConfig } from "../config";
import type { Fault } from "../faults";
import type { Validator } from "./validator";

/** A classroom's clock as milliseconds, without a zone; undefined for a day that the calendar does not have, such as 30 February. */
function clock(text: string): number | undefined {
  const value = Date.parse(`${text}:00Z`);
  return Number.isNaN(value) || !new Date(value).toISOString().startsWith(text) ? undefined : value;
}

const MINUTE = 60_000;

const fault = (where: string, what: string, expected: string): Fault => ({
  code: "calendar-invalid",
  where: `lab.calendar.${where}`,
  what,
  expected,
});

type Calendar = NonNullable<LabConfig["calendar"]>;

function lessonsInOrder({ lessons }: Calendar): Fault[] {
  return lessons.flatMap(({ start, end }, index): Fault[] => {
    if (end <= start) {
      return [
        fault(`lessons[${index}].end`, `the lesson of ${start} ends at ${end}`, "an end after its start"),
      ];
    }
    const before = lessons[index - 1];
    if (!before || before.end <= start || before.end <= before.start) return [];
    return [
      fault(
        `lessons[${index}].start`,
        `the lesson of ${start} begins before that of ${before.start} has ended`,
        "lessons in their order, one after the other",
      ),
    ];
  });
}

function endsFit({ lessons, extension, hardEnd, preparation, teardown }: Calendar): Fault[] {
  const [first] = lessons.map(({ start }) => start).sort();
  const last = lessons
    .map(({ end }) => end)
    .sort()
    .at(-1);
  if (first === undefined || last === undefined) return [];
  const late = clock(last);
  const hard = hardEnd === undefined ? undefined : clock(hardEnd);
  const after = extension > 0 ? ` and its extension of ${extension} minutes` : "";
  return [
    ...(late !== undefined && hard !== undefined && hard < late + extension * MINUTE
      ? [
          fault(
            "hardEnd",
            `${hardEnd} is before the end of the last lesson, ${last}${after}`,
            "a later hardEnd",
          ),
        ]
      : []),
    ...(preparation !== undefined && preparation > first
      ? [fault("preparation", `${preparation} is after the first lesson, ${first}`, "an earlier day")]
      : []),
    ...(teardown !== undefined && teardown < last.slice(0, 10)
      ? [fault("teardown", `${teardown} is before the end of the last lesson, ${last}`, "a later day")]
      : []),
  ];
}

/** Lessons come one after the other, and what bills ends after them; whether there are such days is told with the schedule. */
export const calendarValid: Validator = ({ calendar }) => {
  if (!calendar) return [];
  const { lessons, hardEnd } = calendar;
  const times = [
    ...lessons.flatMap(({ start, end }) => [start, end]),
    ...(hardEnd === undefined ? [] : [hardEnd]),
  ];
  if (times.some((time) => clock(time) === undefined)) return [];
  return [...lessonsInOrder(calendar), ...endsFit(calendar)];
};
