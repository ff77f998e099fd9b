// Mutation test of what decides a plan: each file below is changed in one place at a time, and a test has to fail.
// Run: npm run mutate, or for some files: npm run mutate -- course/teams.ts. The whole run takes about eight minutes.
//
// What is left must be in equivalents.json with its reason: a change that no input can show. One that is listed and found
// after all, or no longer there, fails the run. What no test finds and the compiler refuses is counted as refused. Random tests
// are left out: they would find some mutants on some days.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { Stryker } from "@stryker-mutator/core";
import { compilerOf } from "./compiler.mjs";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
process.chdir(ROOT);

const FILES = [
  "course/validators/*.ts",
  "course/placement.ts",
  "course/addresses.ts",
  "course/stateAddresses.ts",
  "course/switches.ts",
  "course/teams.ts",
  "course/spares.ts",
  "course/capacity.ts",
  "course/teamDemand.ts",
  "course/siteNetwork.ts",
  "course/network.ts",
  "course/support/validate.ts",
  "course/stateFaults.ts",
  "course/calendar.ts",
  "course/timeZones.ts",
];

// As they are when the run begins: it goes on for long.
const sources = new Map(
  readdirSync("course", { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => [join("course", name), readFileSync(join("course", name), "utf8")]),
);

const chosen = process.argv.slice(2);
const results = await new Stryker({
  mutate: chosen.length > 0 ? chosen : FILES,
  testRunner: "mocha",
  plugins: ["@stryker-mutator/mocha-runner"],
  buildCommand: "tsc -p tests/mutate/tsconfig.json",
  mochaOptions: { file: ["tests/mutate/globals.cjs"], spec: ["tests/unit/*.test.js"] },
  ignorePatterns: ["dist", "dist.*", "bundle", ".classlab", ".engine"],
  coverageAnalysis: "perTest",
  concurrency: 1,
  reporters: [process.stdout.isTTY ? "progress" : "progress-append-only"],
  tempDirName: ".stryker-tmp",
  logLevel: "warn",
}).runMutationTest();

const oneLine = (text) => text.trim().replace(/\s+/g, " ");

/** Kinds whose replacement is an expression that needs parentheses where it stands. */
const IN_PARENTHESES = ["LogicalOperator", "ArithmeticOperator"];

/** A mutant as the lines that it changes, before and after, and as the whole text after. */
function shown({ fileName, location, mutatorName, replacement: bare, status }) {
  const replacement = IN_PARENTHESES.includes(mutatorName) ? `(${bare})` : bare;
  const file = relative(ROOT, fileName);
  const source = sources.get(file);
  const lines = source.split("\n");
  const starts = [0];
  for (const line of lines) starts.push(starts.at(-1) + line.length + 1);
  const { start, end } = location;
  const from = starts[start.line - 1] + start.column - 1;
  const to = starts[end.line - 1] + end.column - 1;
  const head = starts[start.line - 1];
  const tail = starts[end.line] - 1;
  return {
    file,
    line: start.line,
    status,
    was: oneLine(source.slice(head, tail)),
    becomes: oneLine(source.slice(head, from) + replacement + source.slice(to, tail)),
    text: source.slice(0, from) + replacement + source.slice(to),
  };
}

/**
 * A mutant with which the tests do not even load is found by them. One that runs out of time is found, too, and told: a busy machine
 * may be why.
 */
const FOUND = ["Killed", "Timeout", "RuntimeError"];
const listed = JSON.parse(readFileSync(new URL("equivalents.json", import.meta.url), "utf8"));
const refused = compilerOf(ROOT);
const same = (entry, mutant) =>
  entry.file === mutant.file && entry.was === mutant.was && entry.becomes === mutant.becomes;

const NONE = { mutants: 0, refused: 0, killed: 0, equivalent: 0, survived: 0 };
const counts = new Map();
const survivors = [];
const faults = [];
const met = new Set();
for (const mutant of results.map(shown)) {
  const count = counts.get(mutant.file) ?? { ...NONE };
  counts.set(mutant.file, count);
  const entry = listed.find((candidate) => same(candidate, mutant));
  if (entry) met.add(entry);
  const found = FOUND.includes(mutant.status);
  if (mutant.status === "Timeout")
    console.log(`out of time: ${mutant.file}:${mutant.line}: ${mutant.becomes}`);
  count.mutants += 1;
  if (!found && refused(mutant.file, mutant.text)) {
    count.refused += 1;
    if (entry) faults.push(`listed, and the compiler refuses it: ${mutant.file}: ${mutant.becomes}`);
    continue;
  }
  if (found) count.killed += 1;
  else if (entry) count.equivalent += 1;
  else {
    count.survived += 1;
    survivors.push(mutant);
  }
  if (found && entry) faults.push(`listed, and a test finds it: ${mutant.file}: ${mutant.becomes}`);
}
for (const entry of listed) {
  if ((chosen.length === 0 || counts.has(entry.file)) && !met.has(entry))
    faults.push(`listed, and there is no such mutant: ${entry.file}: ${entry.was}`);
}

for (const { file, line, was, becomes } of survivors) {
  console.log(`${file}:${line}\n  - ${was}\n  + ${becomes}`);
}
const total = { ...NONE };
for (const count of counts.values()) for (const key of Object.keys(total)) total[key] += count[key];
console.table(Object.fromEntries([...[...counts].sort(([a], [b]) => (a < b ? -1 : 1)), ["all", total]]));
for (const fault of faults) console.log(fault);
process.exit(survivors.length > 0 || faults.length > 0 ? 1 : 0);
