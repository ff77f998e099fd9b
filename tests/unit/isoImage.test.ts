import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isoImage } from "../../components/hypervisors/isoImage";

// Read by the programs of others: xorriso for the folders, blkid for what cloud-init looks for.
const FILES = {
  "user-data": "#cloud-config\nhostname: 班\n",
  "meta-data": `instance-id: x\n${"y".repeat(5000)}\n`,
  "network-config": "version: 2\n",
};
const folder = mkdtempSync(join(tmpdir(), "classlab-iso-"));
const path = join(folder, "seed.iso");
const image = isoImage("cidata", FILES);

beforeAll(() => writeFileSync(path, image));
afterAll(() => rmSync(folder, { recursive: true }));

const run = (program: string, ...words: string[]) =>
  execFileSync(program, words, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

test("is what cloud-init takes for a seed: ISO 9660 with its label", () => {
  const told = run("blkid", "-p", "-o", "export", path);
  expect(told).toContain("\nLABEL=cidata\n");
  expect(told).toContain("\nTYPE=iso9660\n");
});

test("has its files under their own names by Joliet, byte for byte", () => {
  for (const [name, text] of Object.entries(FILES)) {
    const out = join(folder, name);
    run("xorriso", "-indev", path, "-osirrox", "on", "-extract", `/${name}`, out);
    expect(execFileSync("cat", [out], { encoding: "utf8" })).toBe(text);
  }
});

test("has them for readers without Joliet as well", () => {
  for (const name of ["META_DAT.;1", "NETWORK_.;1", "USER_DAT.;1"])
    expect([name, image.includes(name, 0, "ascii")]).toEqual([name, true]);
});

test("is the same whenever it is made, in whole sectors, and small", () => {
  expect(isoImage("cidata", { ...FILES }).equals(image)).toBe(true);
  expect(image.length % 2048).toBe(0);
  expect(image.length).toBeLessThan(64 * 1024);
});

test("more files than a folder's sector holds are a defect of the caller", () => {
  const many = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`file-${index}`, "x"]));
  expect(() => isoImage("cidata", many)).toThrow("a folder with 60 files is larger than a sector");
});
