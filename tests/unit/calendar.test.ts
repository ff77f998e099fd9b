import fc from "fast-check";
import { sectionsOf } from "../../cli/plan/sections";
import { hoursOf, lessonDaysOf, phasesOf, type SchedulePlan, scheduleOf } from "../../course/calendar";
import { parseLab } from "../../course/config";
import { reportOf } from "../../course/report";
import { faultsOf, planOf, solid } from "./labs";

function scheduled(calendar: object, language = "ja"): SchedulePlan {
  const schedule = solid(scheduleOf(solid(parseLab({ language, calendar }))));
  if (!schedule) throw new Error("no schedule");
  return schedule;
}

const faults = (calendar: object) => faultsOf(scheduleOf(solid(parseLab({ calendar }))));

const lesson = (start: string, end: string) => ({ start, end });

describe("a calendar as instants", () => {
  test("a lab without a calendar has none", () => {
    expect(solid(scheduleOf(solid(parseLab({}))))).toBeUndefined();
    expect(planOf("lab", {})).not.toHaveProperty("schedule");
  });

  test("Tokyo, across a weekend: made on the day of preparation, stopped in between, gone after teardown", () => {
    const schedule = scheduled({
      preparation: "2027-01-14",
      lessons: [
        lesson("2027-01-15T09:00", "2027-01-15T12:00"),
        lesson("2027-01-18T13:00", "2027-01-18T17:00"),
      ],
      extension: 30,
      hardEnd: "2027-01-18T18:00",
      teardown: "2027-01-19",
    });
    expect(schedule).toEqual({
      timeZone: "Asia/Tokyo",
      made: "2027-01-14T00:00:00.000Z",
      lessons: [
        { from: "2027-01-15T00:00:00.000Z", to: "2027-01-15T03:00:00.000Z" },
        { from: "2027-01-18T04:00:00.000Z", to: "2027-01-18T08:00:00.000Z" },
      ],
      running: [
        { from: "2027-01-14T00:00:00.000Z", to: "2027-01-14T02:00:00.000Z" },
        { from: "2027-01-14T23:30:00.000Z", to: "2027-01-15T03:30:00.000Z" },
        { from: "2027-01-18T03:30:00.000Z", to: "2027-01-18T08:30:00.000Z" },
      ],
      hardEnd: "2027-01-18T09:00:00.000Z",
      gone: "2027-01-19T15:00:00.000Z",
    });
    expect(phasesOf(schedule).map((phase) => [phase.state, hoursOf(phase)])).toEqual([
      ["running", 2],
      ["stopped", 21.5],
      ["running", 4],
      ["stopped", 72],
      ["running", 5],
      ["stopped", 0.5],
      ["ended", 30],
    ]);
    expect(
      planOf("lab", {
        calendar: { lessons: [lesson("2027-01-15T09:00", "2027-01-15T12:00")] },
      }).schedule?.made,
    ).toBe("2027-01-14T22:00:00.000Z");
  });

  test("without days of preparation and teardown: made two hours before the first lesson, gone at midnight after the last", () => {
    const schedule = scheduled({
      lessons: [
        lesson("2027-01-15T13:00", "2027-01-15T17:00"),
        lesson("2027-01-15T09:00", "2027-01-15T12:00"),
      ],
    });
    expect(schedule.made).toBe("2027-01-14T22:00:00.000Z");
    expect(schedule.running).toEqual([
      { from: "2027-01-14T22:00:00.000Z", to: "2027-01-15T03:00:00.000Z" },
      { from: "2027-01-15T03:30:00.000Z", to: "2027-01-15T08:00:00.000Z" },
    ]);
    expect(schedule.gone).toBe("2027-01-15T15:00:00.000Z");
    expect(schedule).not.toHaveProperty("hardEnd");
  });

  test("made by the first lesson, also where its own day is that of preparation", () => {
    const lessons = [
      lesson("2027-01-15T13:00", "2027-01-15T17:00"),
      lesson("2027-01-18T09:00", "2027-01-18T12:00"),
    ];
    expect(scheduled({ lessons }).made).toBe("2027-01-15T02:00:00.000Z");
    expect(scheduled({ lessons, preparation: "2027-01-15" }).made).toBe("2027-01-15T02:00:00.000Z");
  });

  test("running intervals that meet are one, and one within another is none", () => {
    const running = (...lessons: [string, string][]) =>
      scheduled({
        lessons: lessons.map(([start, end]) => lesson(`2027-01-15T${start}`, `2027-01-15T${end}`)),
      }).running.map(({ from, to }) => `${from.slice(11, 16)} ${to.slice(11, 16)}`);
    expect(running(["13:00", "14:00"], ["14:30", "15:00"])).toEqual(["02:00 06:00"]);
    expect(running(["13:00", "14:00"], ["14:31", "15:00"])).toEqual(["02:00 05:00", "05:01 06:00"]);
    expect(running(["13:00", "15:00"], ["13:30", "14:00"])).toEqual(["02:00 06:00"]);
  });

  test("days of lessons are in their order, whatever that of the lessons", () => {
    const days = ["2027-01-18", "2027-01-15", "2027-01-19"];
    const lessons = days.map((day) => lesson(`${day}T09:00`, `${day}T10:00`));
    expect(lessonDaysOf(scheduled({ lessons })).map(({ day }) => day)).toEqual([
      "2027-01-15",
      "2027-01-18",
      "2027-01-19",
    ]);
  });

  test("a lesson that runs past midnight keeps the lab until it ends", () => {
    const schedule = scheduled({
      lessons: [lesson("2027-01-15T20:00", "2027-01-15T23:50")],
      extension: 30,
    });
    expect(schedule.gone).toBe("2027-01-15T15:20:00.000Z");
    expect(schedule.running.at(-1)?.to).toBe(schedule.gone);
  });

  test("a hard end in a lesson cuts it", () => {
    const schedule = scheduled({
      lessons: [lesson("2027-01-15T09:00", "2027-01-15T12:00")],
      hardEnd: "2027-01-15T11:00",
    });
    expect(phasesOf(schedule).map((phase) => [phase.state, hoursOf(phase)])).toEqual([
      ["running", 4],
      ["ended", 13],
    ]);
  });
});

describe("clocks that change", () => {
  const berlin = (lessons: object[], rest: object = {}) =>
    scheduled({ timeZone: "Europe/Berlin", lessons, ...rest });

  test("Berlin before and after 2027-03-28: the same time of day is another instant, the day 23 hours long", () => {
    const schedule = berlin([
      lesson("2027-03-27T09:00", "2027-03-27T12:00"),
      lesson("2027-03-28T09:00", "2027-03-28T12:00"),
    ]);
    expect(schedule.lessons.map(({ from }) => from)).toEqual([
      "2027-03-27T08:00:00.000Z",
      "2027-03-28T07:00:00.000Z",
    ]);
    expect(lessonDaysOf(schedule).map((day) => [day.day, day.from, hoursOf(day)])).toEqual([
      ["2027-03-27", "2027-03-26T23:00:00.000Z", 24],
      ["2027-03-28", "2027-03-27T23:00:00.000Z", 23],
    ]);
  });

  test("a lesson over the change is as long as it lasts", () => {
    const [night] = berlin([lesson("2027-03-28T01:00", "2027-03-28T04:00")]).lessons;
    expect(night && hoursOf(night)).toBe(2);
  });

  test("a time that comes twice is the first", () => {
    const [night] = berlin([lesson("2027-10-31T02:30", "2027-10-31T04:00")]).lessons;
    expect(night).toEqual({ from: "2027-10-31T00:30:00.000Z", to: "2027-10-31T03:00:00.000Z" });
  });

  test("every time that does not exist is a fault, with the place and the time to which the clocks went", () => {
    expect(
      faults({
        timeZone: "Europe/Berlin",
        lessons: [
          lesson("2027-03-28T01:59", "2027-03-28T02:00"),
          lesson("2027-03-28T02:59", "2027-03-28T03:00"),
        ],
        hardEnd: "2027-02-29T10:00",
      }).split("\n"),
    ).toEqual([
      "lab.calendar.lessons[0].end: 2027-03-28T02:00 does not exist in Europe/Berlin: the clocks are put forward over it. Expected a time that the clocks show, such as 2027-03-28T03:00. [calendar-invalid]",
      "lab.calendar.lessons[1].start: 2027-03-28T02:59 does not exist in Europe/Berlin: the clocks are put forward over it. Expected a time that the clocks show, such as 2027-03-28T03:59. [calendar-invalid]",
      "lab.calendar.hardEnd: there is no day 2027-02-29. Expected a day that exists. [calendar-invalid]",
    ]);
  });

  test("a zone that is like none has no proposal", () => {
    expect(
      faults({ timeZone: "Mars/Olympus_Mons", lessons: [lesson("2027-01-15T09:00", "2027-01-15T10:00")] }),
    ).toBe(
      'lab.calendar.timeZone: "Mars/Olympus_Mons" is not a known time zone. Expected an IANA time zone such as Asia/Tokyo. [calendar-invalid]',
    );
  });
});

const minute = fc.integer({ min: 0, max: 30 * 24 * 60 });
const local = (minutes: number) =>
  new Date(Date.UTC(2027, 2, 1) + minutes * 60_000).toISOString().slice(0, 16);
const calendars = fc.record({
  timeZone: fc.constantFrom("Asia/Tokyo", "UTC"),
  lessons: fc.array(
    fc
      .tuple(minute, fc.integer({ min: 1, max: 600 }))
      .map(([start, length]) => lesson(local(start), local(start + length))),
    { minLength: 1, maxLength: 5 },
  ),
  extension: fc.integer({ min: 0, max: 720 }),
  hardEnd: fc.option(minute.map(local), { nil: undefined }),
});

describe("phases of any calendar", () => {
  test("they follow one another without a gap from made to gone, in the running state just within the running intervals", () => {
    fc.assert(
      fc.property(calendars, ({ hardEnd, ...calendar }) => {
        const schedule = scheduled(hardEnd === undefined ? calendar : { ...calendar, hardEnd });
        const phases = phasesOf(schedule);
        expect(phases[0]?.from).toBe(schedule.made);
        expect(phases.at(-1)?.to).toBe(schedule.gone);
        for (const [index, phase] of phases.entries()) {
          expect(hoursOf(phase)).toBeGreaterThan(0);
          if (index > 0) {
            expect(phase.from).toBe(phases[index - 1]?.to);
            expect(phase.state).not.toBe(phases[index - 1]?.state);
          }
          const within = schedule.running.some(({ from, to }) => from <= phase.from && phase.to <= to);
          if (phase.state === "running") expect(within).toBe(true);
          if (phase.state === "stopped") expect(within).toBe(false);
          expect(phase.state === "ended").toBe(
            schedule.hardEnd !== undefined && phase.from >= schedule.hardEnd,
          );
        }
      }),
      { numRuns: 1000 },
    );
  });
});

test("a lesson that ends on another day shows which; one of the same day its time alone", () => {
  const lessons = [
    { start: "2027-01-18T09:00", end: "2027-01-18T16:30" },
    { start: "2027-01-18T22:00", end: "2027-01-19T00:00" },
    { start: "2027-01-19T23:00", end: "2027-01-20T01:30" },
  ];
  const plan = planOf("lab", { calendar: { timeZone: "Asia/Tokyo", lessons } });
  const section = sectionsOf(reportOf(plan), "en").sections.find(({ title }) => title.includes("Asia/Tokyo"));
  expect(section?.rows.filter(([name]) => name === "lesson")).toEqual([
    ["lesson", "2027-01-18 09:00 – 16:30"],
    ["lesson", "2027-01-18 22:00 – 2027-01-19 00:00"],
    ["lesson", "2027-01-19 23:00 – 2027-01-20 01:30"],
  ]);
});
