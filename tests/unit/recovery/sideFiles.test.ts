import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { stackFiles } from "../../../operations/recovery/fileBackend";
import { removeCutOffSideFiles } from "../../../operations/recovery/sideFiles";

test("cut-off attributes and temporary files of the stack go, everything else stays", () => {
  const folder = mkdtempSync(join(tmpdir(), "classlab-side-"));
  const files = stackFiles("lab", `file://${folder}`);
  if (!files) throw new Error("a file backend");
  const stacks = dirname(files.state);
  for (const made of [stacks, files.backups, files.history]) mkdirSync(made, { recursive: true });
  const good = '{"user.content_type":""}';
  writeFileSync(files.state, "{}");
  writeFileSync(`${files.state}.attrs`, "");
  writeFileSync(`${files.state}.bak`, "{}");
  writeFileSync(`${files.state}.bak.attrs`, good);
  writeFileSync(`${files.state}.18eae2d4e7fa7387.tmp`, "{");
  writeFileSync(join(stacks, "lab.pulumi-tags"), "{}");
  writeFileSync(join(stacks, "lab.pulumi-tags.attrs"), good.slice(0, 9));
  // Another lab's, which may be writing just now.
  writeFileSync(join(stacks, "lab-2.json.attrs"), "");
  writeFileSync(join(stacks, "lab-2.json.1.tmp"), "");
  writeFileSync(join(files.history, "lab-1.history.json.attrs"), "");

  expect(removeCutOffSideFiles(files)).toBe(4);
  expect(readdirSync(stacks).sort()).toEqual([
    "lab-2.json.1.tmp",
    "lab-2.json.attrs",
    "lab.json",
    "lab.json.bak",
    "lab.json.bak.attrs",
    "lab.pulumi-tags",
  ]);
  expect(readdirSync(files.history)).toEqual([]);
  expect(removeCutOffSideFiles(files)).toBe(0);
  rmSync(folder, { recursive: true });
});
