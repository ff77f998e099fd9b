import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CachedImage, cachedImage } from "../../components/hypervisors/libvirt/cache";
import { FaultError } from "../../course/faults";
import { damageOf, disksOn, dropDamaged, isNoted, noteImage } from "../../operations/machineCache";

// What it does not prove: a file whose bytes changed without being written to, as a failing disk does it; nothing reads a gigabyte at every run.

let images: string;
let image: CachedImage;
beforeEach(() => {
  images = mkdtempSync(join(tmpdir(), "classlab-cache-"));
  const folder = join(images, "classlab-cache", "0123456789ab");
  mkdirSync(folder, { recursive: true });
  const at = (file: string) => join(folder, file.split("/").at(-1) ?? "");
  const real = cachedImage("0123456789ab");
  image = {
    folder,
    disk: { ...real.disk, path: at(real.disk.path) },
    boot: real.boot,
    files: real.files.map(at),
  };
  for (const file of image.files) writeFileSync(file, `what ${file} was made as`);
});
afterEach(() => rmSync(images, { recursive: true, force: true }));

const first = () => image.files[0] ?? "";

test("an image of which nothing was noted is taken as it is", async () => {
  expect(isNoted(image)).toBe(false);
  appendFileSync(first(), "!");
  expect(await damageOf(image)).toBeUndefined();
});

test("what was noted is compared: size first, the content of what was written to since", async () => {
  await noteImage(image);
  expect(isNoted(image)).toBe(true);
  expect(await damageOf(image)).toBeUndefined();
  // Written to, with the same bytes.
  utimesSync(first(), new Date(), new Date(Date.now() + 5000));
  expect(await damageOf(image)).toBeUndefined();
  writeFileSync(first(), `what ${first()} was made aS`);
  expect(await damageOf(image)).toBe(`${first()} was written to: its checksum is another`);
  truncateSync(first(), 3);
  expect(await damageOf(image)).toBe(`${first()} has 3 bytes, not ${`what ${first()} was made as`.length}`);
  // What is gone is made anew without a word of this.
  rmSync(first());
  expect(await damageOf(image)).toBeUndefined();
});

test("notes that cannot be read are none", async () => {
  await noteImage(image);
  truncateSync(first(), 3);
  writeFileSync(join(image.folder, "noted.json"), "{");
  expect(isNoted(image)).toBe(false);
  expect(await damageOf(image)).toBeUndefined();
});

test("a damaged image goes from the cache and is told; a sound one stays without a word", async () => {
  await noteImage(image);
  const said: string[] = [];
  const drop = () => dropDamaged(image, (line) => said.push(line), images);
  await drop();
  expect([existsSync(image.folder), said]).toEqual([true, []]);
  truncateSync(first(), 0);
  await drop();
  expect(existsSync(image.folder)).toBe(false);
  expect(said).toEqual([
    `image machine: ${first()} has 0 bytes, not ${`what ${first()} was made as`.length}: making it anew`,
  ]);
});

test("one that disks begin with stays, and the disks are named", async () => {
  await noteImage(image);
  const pool = join(images, "classlab-0123456789abcdef-lab");
  mkdirSync(pool);
  writeFileSync(join(pool, "lab-team-01-web-disk.qcow2"), `QFI\xfb${"\0".repeat(500)}${image.disk.path}`);
  writeFileSync(join(pool, "lab-team-02-web-disk.qcow2"), `QFI\xfb${"\0".repeat(500)}/elsewhere/disk.qcow2`);
  // Far behind the head it is content.
  writeFileSync(join(pool, "lab-team-03-web-disk.qcow2"), `QFI\xfb${"\0".repeat(9000)}${image.disk.path}`);
  expect(await disksOn(image, images)).toEqual([join(pool, "lab-team-01-web-disk.qcow2")]);
  truncateSync(first(), 0);
  const refused = await dropDamaged(image, () => undefined, images).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(FaultError);
  expect(refused).toMatchObject({
    faults: [
      {
        code: "image-damaged",
        where: "image machine",
        what: expect.stringMatching(
          /has 0 bytes, not \d+; the disks of 1 guest\(s\) begin with it: lab-team-01-web-disk\.qcow2$/,
        ),
      },
    ],
  });
  expect(existsSync(image.folder)).toBe(true);
});
