import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ModuleKind, transpileModule } from "typescript";
import { ROOT } from "../support/cli";

// In a process of its own: jest has a way of loading modules that is not Node's.
const { outputText } = transpileModule(readFileSync(join(ROOT, "components/loadWhenUsed.ts"), "utf8"), {
  compilerOptions: { module: ModuleKind.CommonJS },
});

/** What a program prints that may call `loadWhenUsed`, and `loaded`: files of the two modules that were loaded. */
function run(program: string): unknown {
  const script = `${outputText};
    const loaded = () => Object.values(require.cache).filter(({ filename }) =>
      /node_modules\\/(typescript\\/lib|@npmcli\\/arborist\\/lib)\\//.test(filename ?? "")).length;
    ${program}`;
  return JSON.parse(execFileSync(process.execPath, ["-e", script], { cwd: ROOT, encoding: "utf8" }));
}

const LEFT = 'loadWhenUsed("@pulumi/pulumi", ["typescript", "@npmcli/arborist"]);';

test("Pulumi's SDK loads two modules that nothing here uses; with this it does not", () => {
  const load = 'require("@pulumi/pulumi"); require("@pulumi/pulumi/automation"); console.log(loaded());';
  expect(run(load)).toBeGreaterThan(40);
  expect(run(`${LEFT} ${load}`)).toBe(0);
});

test("they are loaded when they are used, and do what they do", () => {
  expect(
    run(`${LEFT}
      const { runtime } = require("@pulumi/pulumi");
      const before = loaded();
      runtime.serializeFunction(() => 42).then(async ({ text }) => {
        const ts = loaded();
        const paths = await runtime.computeCodePaths();
        console.log(JSON.stringify([before, ts > before, /42/.test(text), loaded() > ts, paths.size > 0]));
      });`),
  ).toEqual([0, true, true, true, true]);
});

test("what is not installed, or loaded before, is left alone", () => {
  expect(
    run(`const ts = require("typescript");
      ${LEFT} loadWhenUsed("no-such-package", ["typescript"]); loadWhenUsed("@pulumi/pulumi", ["no-such-module"]);
      console.log(JSON.stringify([require("typescript") === ts, typeof ts.version]));`),
  ).toEqual([true, "string"]);
});

test("the program that plain Pulumi runs loads neither, and has no stack of an error translated", () => {
  expect(
    run(`require("source-map-support/register");
      const translated = typeof Error.prepareStackTrace;
      require("./dist/index.js");
      console.log(JSON.stringify([translated, typeof Error.prepareStackTrace, loaded()]));`),
  ).toEqual(["function", "undefined", 0]);
});

test("what up is made of loads nothing that reads or writes XML: labs of virtual machines alone have any", () => {
  const ofXml = "/node_modules\\/(xmlbuilder2|@oozcitak)\\//.test(file)";
  expect(
    run(`require("./dist/operations/up.js");
      const files = Object.keys(require.cache);
      console.log(JSON.stringify([files.length > 200, files.filter((file) => ${ofXml}).length]));`),
  ).toEqual([true, 0]);
});
