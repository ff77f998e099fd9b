import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execute, ROOT } from "../support/cli";

// Test files that tell when they begin and end, run by this project's own set-up. What they do not prove: that two quick ones run
// at the same time, which depends on the machine, and which lane takes what either may.
describe("the order of a test run", () => {
  const folder = mkdtempSync(join(tmpdir(), "classlab-order-"));
  const log = join(folder, "log");

  beforeAll(async () => {
    const write = (path: string, ends: string) => {
      mkdirSync(join(folder, "tests", path, ".."), { recursive: true });
      writeFileSync(
        join(folder, "tests", `${path}.test.ts`),
        `const { appendFileSync } = require("node:fs");
test("${path}", async () => {
  appendFileSync(${JSON.stringify(log)}, "begin ${path}\\n");
  await new Promise((done) => setTimeout(done, 200));
  appendFileSync(${JSON.stringify(log)}, "end ${path}\\n");
  expect("ends").toBe("${ends}");
});`,
      );
    };
    for (const path of [
      "integration/a",
      "integration/b",
      "integration/convert",
      "unit/c",
      "component/d",
      "browser/e",
    ])
      write(path, path === "unit/c" ? "badly" : "ends");
    writeFileSync(
      join(folder, "jest.config.cjs"),
      `const text = JSON.stringify(require(${JSON.stringify(join(ROOT, "jest.config.cjs"))}));
const config = JSON.parse(text.replaceAll("<rootDir>/tests/support", ${JSON.stringify(join(ROOT, "tests", "support"))}));
for (const project of config.projects) Object.assign(project, { rootDir: __dirname, transform: {}, globalSetup: undefined });
module.exports = config;`,
    );
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("real labs come last, one after the other; one line at the end counts all", async () => {
    const jest = join(ROOT, "node_modules", "jest", "bin", "jest.js");
    const run = await execute(process.execPath, [jest, "--config", join(folder, "jest.config.cjs")], {
      cwd: folder,
      env: { ...process.env, CI: "true" },
    });
    const lines = readFileSync(log, "utf8").trim().split("\n");
    expect(lines).toHaveLength(12);
    expect(lines.slice(0, 6).filter((line) => line.includes("integration"))).toEqual([]);
    expect(lines.slice(6).filter((line) => line.endsWith("convert"))).toEqual([
      "begin integration/convert",
      "end integration/convert",
    ]);
    expect(lines.slice(6).filter((line) => !line.endsWith("convert"))).toEqual([
      "begin integration/a",
      "end integration/a",
      "begin integration/b",
      "end integration/b",
    ]);
    expect(run.code).toBe(1);
    expect(run.stdout.trim().split("\n").at(-1)).toBe("5 passed, 1 failed, 0 skipped");
  }, 120_000);
});
