import { ageInWords, inWords, isoMoment, parseSize } from "../../operations/quantities";

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1_000, "1 kB"],
  [32_500, "33 kB"],
  [999_499, "999 kB"],
  [999_500, "1 MB"],
  [421_900_000, "422 MB"],
  [999_500_000, "1.0 GB"],
  [2_340_000_000, "2.3 GB"],
])("%d bytes are %s", (bytes, words) => {
  expect(inWords(bytes)).toBe(words);
});

test.each([
  ["0B", 0],
  ["32.5kB", 32_500],
  ["421.9MB", 421_900_000],
  ["1.18kB", 1_180],
  ["2.005GB", 2_005_000_000],
  ["32.5kB (virtual 504MB)", 32_500],
  ["N/A", undefined],
  ["", undefined],
  ["12", undefined],
  ["1.2.3MB", undefined],
  ["12MBx", undefined],
])("Docker's %j is %p bytes", (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});

const NOW = Date.parse("2026-11-24T12:00:00Z");

test.each([
  ["2026-11-24T12:00:00Z", "0 s"],
  ["2026-11-24T11:59:01Z", "59 s"],
  ["2026-11-24T11:59:00Z", "1 min"],
  ["2026-11-24T11:00:01Z", "59 min"],
  ["2026-11-24T09:30:00.123456789Z", "2 h"],
  ["2026-11-23T12:00:01Z", "23 h"],
  ["2026-11-21T12:00:00Z", "3 d"],
  ["2026-11-24T13:00:00+01:00", "0 s"],
  // A clock that is ahead.
  ["2026-11-24T12:05:00Z", "0 s"],
  ["", undefined],
  ["yesterday", undefined],
])("made at %j is %p old", (moment, age) => {
  expect(ageInWords(moment, NOW)).toBe(age);
});

test("moments of any zone are told in UTC", () => {
  expect(isoMoment("2026-11-24T13:00:00.123456789+01:00")).toBe("2026-11-24T12:00:00.123Z");
  expect([isoMoment(""), isoMoment(undefined)]).toEqual(["", ""]);
});
