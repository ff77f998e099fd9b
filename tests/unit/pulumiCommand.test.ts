import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

// A `pulumi` that notes how it is called.
const folder = mkdtempSync(join(tmpdir(), "classlab-pulumi-"));
const calls = join(folder, "calls");
const load = () =>
  jest.requireActual<typeof import("../../operations/pulumiCommand")>("../../operations/pulumiCommand");
const before = { ...process.env };

beforeEach(() => {
  jest.resetModules();
  writeFileSync(calls, "");
  writeFileSync(join(folder, "pulumi"), `#!/bin/sh\necho "$*" >> '${calls}'\necho v3.259.0\n`);
  chmodSync(join(folder, "pulumi"), 0o755);
  process.env.PATH = `${folder}${delimiter}${before.PATH}`;
});

afterEach(() => {
  process.env = { ...before };
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

test.each([
  ["told", "3.259.0", ["stack ls --non-interactive"]],
  ["not told", undefined, ["version", "stack ls --non-interactive"]],
  ["told something that is no version", "newest", ["version", "stack ls --non-interactive"]],
])("an engine whose version is %s is started for what is asked of it", async (_, told, expected) => {
  delete process.env.CLASSLAB_ENGINE_VERSION;
  if (told !== undefined) process.env.CLASSLAB_ENGINE_VERSION = told;
  const { pulumiCommand } = load();
  const command = await pulumiCommand();
  expect(command.version?.toString()).toBe("3.259.0");
  expect(await command.run(["stack", "ls"], folder, {})).toEqual({
    stdout: "v3.259.0\n",
    stderr: "",
    code: 0,
  });
  expect((await pulumiCommand()).command).toBe(command.command);
  expect(readFileSync(calls, "utf8").split("\n").filter(Boolean)).toEqual(expected);
});

test.each([
  ["half as often, unless told", undefined, "200\n"],
  ["as often as who calls it has set", "50", "50\n"],
])("its garbage collector works %s", async (_, set, expected) => {
  delete process.env.GOGC;
  if (set !== undefined) process.env.GOGC = set;
  process.env.CLASSLAB_ENGINE_VERSION = "3.259.0";
  writeFileSync(join(folder, "pulumi"), '#!/bin/sh\necho "$GOGC"\n');
  const command = await load().pulumiCommand();
  expect((await command.run(["preview"], folder, {})).stdout).toBe(expected);
});
