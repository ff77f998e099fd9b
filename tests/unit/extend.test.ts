import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { extendJson, renderExtend } from "../../cli/extendOutput";
import { extended, type Wish } from "../../course/clouds/extension";
import { FaultError, formatFaults } from "../../course/faults";
import { withCalendar } from "../../operations/calendarEdit";
import { extend, type PlannedExtension, planExtension } from "../../operations/clouds/extend";
import { readStackFile } from "../../operations/stackFile";
import { AZURE, CALENDAR, cloudLab, EC2 } from "../support/cloudLabs";
import { planOf, ROOT } from "./labs";

// The end is 18:00 in Tokyo, 09:00 in UTC, on the 19th; the lab goes at the end of the 20th.
const EARLY = "2027-01-18T00:00:00.000Z";
const LATE = "2027-01-19T10:20:30.000Z";
const { schedule } = planOf("lab", cloudLab([EC2]));

const moved = (wish: Wish, now = EARLY) => {
  if (!schedule) throw new Error("no schedule");
  const result = extended(schedule, wish, now);
  return result.ok ? result.value : formatFaults(result.faults);
};

describe("an end that is moved", () => {
  const before = "2027-01-19T09:00:00.000Z";

  test.each([
    [
      "by hours, from the end that is to come",
      { hours: 2 },
      EARLY,
      { end: "2027-01-19T11:00:00.000Z", hardEnd: "2027-01-19T20:00" },
    ],
    [
      "by hours, from now where the end has passed, to the next whole minute",
      { hours: 2 },
      LATE,
      { end: "2027-01-19T12:21:00.000Z", hardEnd: "2027-01-19T21:21" },
    ],
    [
      "to a time of the classroom's clock",
      { until: "2027-01-20T12:00" },
      EARLY,
      { end: "2027-01-20T03:00:00.000Z", hardEnd: "2027-01-20T12:00" },
    ],
    [
      "to the end of a day",
      { until: "2027-01-20" },
      EARLY,
      { end: "2027-01-20T15:00:00.000Z", hardEnd: "2027-01-21T00:00" },
    ],
    [
      "past the day on which the lab goes, which goes later then",
      { until: "2027-01-22T12:00" },
      EARLY,
      { end: "2027-01-22T03:00:00.000Z", hardEnd: "2027-01-22T12:00", teardown: "2027-01-22" },
    ],
    [
      "to the end of such a day",
      { until: "2027-01-22" },
      EARLY,
      { end: "2027-01-22T15:00:00.000Z", hardEnd: "2027-01-23T00:00", teardown: "2027-01-22" },
    ],
  ])("%s", (_what, wish, now, expected) => {
    expect(moved(wish, now)).toEqual({ before, ...expected });
  });

  test.each([
    [
      "2027-01-19T17:59",
      EARLY,
      "--until 2027-01-19T17:59: the lab ends at 2027-01-19T18:00 already, no sooner. Expected a time after 2027-01-19T18:00 (Asia/Tokyo). [calendar-invalid]",
    ],
    [
      "2027-01-19T19:00",
      LATE,
      "--until 2027-01-19T19:00: 2027-01-19T19:00 has passed. Expected a time after 2027-01-19T19:20 (Asia/Tokyo). [calendar-invalid]",
    ],
    [
      "2027-02-30T12:00",
      EARLY,
      "--until 2027-02-30T12:00: it is no time of Asia/Tokyo. Expected 2027-01-19T18:00, or 2027-01-19 for the end of that day. [calendar-invalid]",
    ],
    [
      "tomorrow",
      EARLY,
      "--until tomorrow: it is no time of Asia/Tokyo. Expected 2027-01-19T18:00, or 2027-01-19 for the end of that day. [calendar-invalid]",
    ],
    [
      "2027-01-19T20:00Z",
      EARLY,
      "--until 2027-01-19T20:00Z: it is no time of Asia/Tokyo. Expected 2027-01-19T18:00, or 2027-01-19 for the end of that day. [calendar-invalid]",
    ],
  ])("%s is refused", (until, now, words) => {
    expect(moved({ until }, now)).toBe(words);
  });
});

describe("the lab's file", () => {
  const head = "# mine\nconfig:\n  classlab:lab:\n    teams: [ a,b ]  # both\n    calendar: # ours\n";
  const after = "  other:key: {x: 1,y: 2}\n";
  const values = { hardEnd: "2027-01-19T20:00" };

  test.each([
    [
      "a value that is there",
      "      hardEnd:   2027-01-19T18:00 # late\n      extension: 30\n",
      "      hardEnd:   2027-01-19T20:00 # late\n      extension: 30\n",
    ],
    ["a value in quotes", "      hardEnd: '2027-01-19T18:00'\n", "      hardEnd: 2027-01-19T20:00\n"],
    [
      "none yet",
      "      # when\n      extension: 30\n",
      "      # when\n      hardEnd: 2027-01-19T20:00\n      extension: 30\n",
    ],
  ])("%s: everything else stays as it is, comments and spaces included", (_what, own, expected) => {
    expect(withCalendar(head + own + after, values)).toBe(head + expected + after);
  });

  test("a calendar on one line", () => {
    const text = (own: string) => `config:\n  classlab:lab: { calendar: { ${own}extension: 30 } }\n`;
    expect(withCalendar(text(""), values)).toBe(text("hardEnd: 2027-01-19T20:00, "));
    expect(withCalendar(text("hardEnd: 2027-01-19T18:00, "), values)).toBe(
      text("hardEnd: 2027-01-19T20:00, "),
    );
  });

  test("several values", () => {
    const own = "      extension: 30\n";
    expect(withCalendar(head + own, { ...values, teardown: "2027-01-22" })).toBe(
      `${head}      teardown: 2027-01-22\n      hardEnd: 2027-01-19T20:00\n${own}`,
    );
  });

  test("a calendar behind an alias, one that another key shares, and one of the project's file are not changed", () => {
    const alias = "config:\n  x: &c { extension: 30 }\n  classlab:lab: { calendar: *c }\n";
    const shared = "config:\n  classlab:lab: { calendar: &c { extension: 30 } }\n  x: *c\n";
    expect([alias, shared, "config: {}\n", ""].map((text) => withCalendar(text, values))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test("an example is changed in one place", () => {
    const text = readFileSync(join(ROOT, "examples/08-aws/Pulumi.aws.yaml"), "utf8");
    expect(withCalendar(text, values)).toBe(
      text.replace("hardEnd: 2027-01-19T18:00", "hardEnd: 2027-01-19T20:00"),
    );
  });
});

describe("what is planned", () => {
  const folder = mkdtempSync(join(tmpdir(), "classlab-extend-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (lab: object) => {
    const path = join(folder, "Pulumi.lab.yaml");
    writeFileSync(path, stringify({ config: { "classlab:lab": lab } }));
    return readStackFile(path);
  };
  const faultsOf = (lab: object): string => {
    try {
      planExtension(file(lab), { hours: 2 }, EARLY);
    } catch (error) {
      if (error instanceof FaultError) return formatFaults(error.faults);
      throw error;
    }
    return "";
  };

  const dearer = ({ costBefore, cost }: PlannedExtension) =>
    (cost.calendar?.total.usd ?? 0) - (costBefore.calendar?.total.usd ?? 0);

  test("a later day of teardown costs disks and addresses of both hosts for that day", () => {
    const planned = planExtension(file(cloudLab([EC2])), { hours: 36 }, EARLY);
    expect(planned.values).toEqual({ hardEnd: "2027-01-21T06:00", teardown: "2027-01-21" });
    // 60 × 0.096 / 730 for a disk, 0.005 for an address, an hour.
    expect(dearer(planned)).toBeCloseTo(2 * 24 * (0.00789 + 0.005), 3);
  });

  test("a later end alone costs nothing more, for the clock gives nothing back, and that is told with both sums", () => {
    const planned = planExtension(file(cloudLab([EC2])), { hours: 2 }, EARLY);
    expect(planned.values).toEqual({ hardEnd: "2027-01-19T20:00" });
    expect(dearer(planned)).toBe(0);
    const text = renderExtend(planned, "/Pulumi.lab.yaml", "--stack lab");
    expect(text).toContain("The end was 2027-01-19T09:00:00.000Z, and is 2027-01-19T11:00:00.000Z");
    expect(text).toContain("Written into /Pulumi.lab.yaml: hardEnd: 2027-01-19T20:00\n");
    expect(text).toMatch(/It costs from preparation to teardown \$7\.33 \(¥1,\d{3}\) instead of \$7\.33 /);
    expect(text).not.toContain("Azure");
    expect(extendJson("lab", planned, "/f")).toMatchObject({
      ok: true,
      end: "2027-01-19T11:00:00.000Z",
      calendar: { hardEnd: "2027-01-19T20:00" },
      file: "/f",
    });
    expect(readFileSync(join(folder, "Pulumi.lab.yaml"), "utf8")).toContain("hardEnd: 2027-01-19T18:00");
  });

  test("on Azure it is said what stops hosts there", () => {
    const planned = planExtension(file(cloudLab([AZURE])), { hours: 2 }, EARLY);
    expect(renderExtend(planned, "/f", "--stack lab")).toContain(
      "also stopped each day at 03:30 UTC, whoever started them",
    );
  });

  const step = (op: string, name: string, ...changed: string[]) => ({
    op,
    urn: `urn:pulumi:lab-hosts::classlab::aws:x:Y::${name}`,
    type: "aws:x:Y",
    changed,
  });
  const run = async (...steps: ReturnType<typeof step>[]) => {
    const stack = file(cloudLab([EC2]));
    const asked: { preview: boolean; hardEnd: string | undefined }[] = [];
    const work = extend(
      stack,
      planExtension(stack, { hours: 2 }, EARLY),
      { say: () => undefined, onEvent: () => undefined },
      async ({ config }, { preview = false }) => {
        asked.push({ preview, hardEnd: config.calendar?.hardEnd });
        return { steps: preview ? steps : [] };
      },
    );
    const told = await work.then(
      () => "",
      (error: unknown) => (error instanceof FaultError ? formatFaults(error.faults) : String(error)),
    );
    return { told, asked, hardEnd: readStackFile(stack.path).config.calendar?.hardEnd };
  };

  test("the engine runs with the changed file, after a preview that shows the end and its tags alone", async () => {
    const hardEnd = "2027-01-19T20:00";
    const asked = [true, false].map((preview) => ({ preview, hardEnd }));
    const steps = [step("update", "clock-end", "startDate"), step("update", "vpc", "tags", "tagsAll.x")];
    expect(await run(...steps)).toEqual({ told: "", asked, hardEnd });
  });

  test.each([
    ["another input", step("update", "firewall", "tags", "ingress")],
    ["another step", step("delete", "firewall")],
  ])("%s: nothing runs, and the file is as it was", async (_what, other) => {
    const { told, asked, hardEnd } = await run(step("update", "clock-end", "startDate"), other);
    expect(told).toMatch(
      /^lab lab: its cloud hosts differ from its file by more than the end: (?:update|delete) firewall; nothing was changed\. .* \[needs-confirmation\]$/,
    );
    expect({ runs: asked.length, hardEnd }).toEqual({ runs: 1, hardEnd: "2027-01-19T18:00" });
  });

  test("a lab without hosts in clouds, one without a calendar, and one whose file has it elsewhere", () => {
    expect(faultsOf({ teams: 1 })).toContain("[target-not-built]");
    const { calendar: _calendar, ...none } = { ...cloudLab([EC2]), calendar: CALENDAR };
    expect(faultsOf(none)).toBe(
      "lab.calendar: the lab has no calendar: nothing stops its hosts, and no end can be moved. Expected a calendar with lessons. [calendar-invalid]",
    );
    const path = join(folder, "Pulumi.lab.yaml");
    const shared = { ...cloudLab([EC2]) };
    writeFileSync(
      path,
      `calendars: &c ${JSON.stringify(CALENDAR)}\nconfig:\n  classlab:lab:\n    <<: ${JSON.stringify({ ...shared, calendar: undefined })}\n    calendar: *c\n`,
    );
    expect(() => planExtension(readStackFile(path), { hours: 2 }, EARLY)).toThrow(
      /its calendar is said by an alias or in another file.*Expected lab\.calendar\.hardEnd: 2027-01-19T20:00\. Write that where the calendar stands, and run: npx classlab up --config .* --hosts\. \[config-value\]/,
    );
  });
});
