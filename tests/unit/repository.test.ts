import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { execute, ROOT } from "../support/cli";

const bin = (name: string) => join(ROOT, "node_modules", ".bin", name);

// The checks of `npm run check`, as tests, so that one command and one count cover all.
test.each([
  ["format and lint", bin("biome"), ["ci", "--colors=off"]],
  ["types", bin("tsc"), ["--noEmit"]],
  [
    "direction of dependencies",
    bin("depcruise"),
    [
      "--config",
      ".dependency-cruiser.cjs",
      "index.ts",
      "course",
      "components",
      "stacks",
      "operations",
      "cli",
      "images",
    ],
  ],
])(
  "%s",
  async (_name, program, args) => {
    const result = await execute(program, args);
    expect({ code: result.code, text: result.code === 0 ? "" : result.stdout + result.stderr }).toEqual({
      code: 0,
      text: "",
    });
  },
  120_000,
);

interface PackageFile {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

test("dependencies are pinned exactly, Pulumi's to the versions that set-up provides", () => {
  const file: PackageFile = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const versions = { ...file.dependencies, ...file.devDependencies };
  expect(Object.entries(versions).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  // npm's `latest` of @pulumi/command is a stray release of 2022 (pulumi-command#183).
  expect(versions).toMatchObject({
    "@pulumi/pulumi": "3.259.0",
    "@pulumi/command": "1.2.1",
    "@pulumi/docker": "5.2.0",
  });
});

test("the lock file names no host", () => {
  expect(readFileSync(join(ROOT, "package-lock.json"), "utf8")).not.toMatch(/"resolved": "http/);
});

test("every exported name has a doc comment", () => {
  const undocumented = ["course", "components", "stacks", "operations", "cli", "images"].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .flatMap((file) => {
        const lines = readFileSync(join(ROOT, folder, file), "utf8").split("\n");
        return lines.flatMap((line, index) => {
          const name = /^export (?:abstract |async )?(?:class|function|interface|type|const) (\w+)/.exec(
            line,
          )?.[1];
          return name && !lines[index - 1]?.trim().endsWith("*/") ? [`${folder}/${file}: ${name}`] : [];
        });
      }),
  );
  expect(undocumented).toEqual([]);
});
