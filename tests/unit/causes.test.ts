import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CAUSE_GROUPS, CAUSES } from "../../course/causes";
import { renderCauses } from "../../course/causesPage";
import { EXIT, exitCodeOfCause, FAULT_CODES } from "../../course/faults";
import { ROOT } from "./labs";

const FIXTURES = join(ROOT, "tests/fixtures/bad");
const messages = readdirSync(FIXTURES)
  .filter((file) => file.endsWith(".txt"))
  .map((file) => readFileSync(join(FIXTURES, file), "utf8"));
const page = readFileSync(join(ROOT, "docs/causes.md"), "utf8");

test("docs/causes.md is what the code says; else: npm run docs", () => {
  expect(page).toBe(renderCauses(messages));
});

test("every cause has its section, once and in a group, and none is left over", () => {
  const headings = [...page.matchAll(/^### (.*)$/gm)].map(([, code]) => code);
  expect([...headings].sort()).toEqual([...FAULT_CODES].sort());
  expect([...page.matchAll(/^## (.*)$/gm)].map(([, group]) => group)).toEqual([
    "Exit codes",
    ...CAUSE_GROUPS,
  ]);
});

test("every cause whose message is a fixture shows one", () => {
  const shown = [...page.matchAll(/\[([a-z-]+)\]\n```/g)].map(([, code]) => code);
  const oneLine = messages.filter((message) => !message.trimEnd().includes("\n"));
  const had = new Set(oneLine.map((message) => /\[([a-z-]+)\]\s*$/.exec(message)?.[1]));
  expect(shown.sort()).toEqual([...had].sort());
});

test("every exit code of a cause is in the table", () => {
  for (const code of FAULT_CODES) expect(page).toContain(`| ${exitCodeOfCause(code)} | `);
  for (const code of Object.values(EXIT)) expect(page).toContain(`| ${code} | `);
});

test("links lead to causes that there are", () => {
  for (const [, code] of page.matchAll(/\]\(#([a-z-]+)\)/g)) expect(FAULT_CODES).toContain(code);
});

test("what is said are whole sentences", () => {
  for (const { means, steps } of Object.values(CAUSES)) {
    for (const text of [means, ...steps]) expect(text).toMatch(/^[A-Z`].*\.$/);
  }
});

test.each([
  ["state-damaged", EXIT.failed],
  ["passphrase-wrong", EXIT.missing],
  ["disk-full", EXIT.failed],
  ["would-replace", EXIT.failed],
  ["object-in-the-way", EXIT.failed],
  ["port-taken", EXIT.failed],
  ["unknown-team", EXIT.usage],
  ["unknown-exercise", EXIT.usage],
  ["team-not-alone", EXIT.usage],
  ["report-unwritable", EXIT.usage],
  ["stack-locked", EXIT.locked],
  ["subnet-in-use", EXIT.usage],
] as const)("%s ends with %d", (code, exit) => {
  expect(exitCodeOfCause(code)).toBe(exit);
});
