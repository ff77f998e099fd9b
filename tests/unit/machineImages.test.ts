import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cachedImage } from "../../components/hypervisors/libvirt/cache";
import { findMachineImages, removeMachineImages } from "../../operations/machineImages";

// Whether a disk begins with an image is asked of root's own folders: as another user this needs sudo.
const suite = process.getuid?.() === 0 ? describe : describe.skip;

suite("images of virtual machines in the cache of this machine", () => {
  const images = mkdtempSync(join(tmpdir(), "classlab-images-"));
  const folder = (name: string) => join(images, "classlab-cache", name);
  const pool = join(images, "classlab-0123456789abcdef-lab");
  const disk = join(pool, "lab-team-01-web-disk.qcow2");

  beforeAll(() => {
    for (const name of ["0a1b", "4e5f.new"]) {
      mkdirSync(folder(name), { recursive: true });
      writeFileSync(join(folder(name), "disk.qcow2"), "x".repeat(10_000));
    }
    // Whoever makes an image holds it.
    writeFileSync(join(images, "classlab-cache", ".lock"), "");
    mkdirSync(pool);
    writeFileSync(disk, `QFI\xfb${"\0".repeat(500)}${cachedImage("0a1b").disk.path}`);
  });
  afterAll(() => rmSync(images, { recursive: true }));

  test("none where no virtual machine was ever made", async () => {
    expect(await findMachineImages(join(images, "nowhere"))).toEqual([]);
  });

  test("each with what it takes and which disks begin with it, what a killed run left as well", async () => {
    const found = await findMachineImages(images);
    expect(found.map(({ name, usedBy }) => [name, usedBy])).toEqual([
      ["0a1b", [disk]],
      ["4e5f.new", []],
    ]);
    expect(found[0]?.bytes).toBe(statSync(join(folder("0a1b"), "disk.qcow2")).blocks * 512);
    expect(found[0]?.created).toBe(statSync(folder("0a1b")).mtime.toISOString());
  });

  test("one that a disk begins with by now stays, whatever was found before", async () => {
    const found = await findMachineImages(images);
    const removed = await removeMachineImages(found, images);
    expect(removed.map(({ name }) => name)).toEqual(["4e5f.new"]);
    expect([existsSync(folder("0a1b")), existsSync(folder("4e5f.new"))]).toEqual([true, false]);
    rmSync(disk);
    expect((await removeMachineImages(found.slice(0, 1), images)).map(({ name }) => name)).toEqual(["0a1b"]);
    expect(existsSync(folder("0a1b"))).toBe(false);
  });
});
