import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DISK_KINDS, driverOf, IMAGE_FORMATS, type ImageFormat } from "../../course/diskFormats";
import { FaultError } from "../../course/faults";
import { type ConvertOrder, convert } from "../../operations/convert";
import { classlab, execute, output, ROOT } from "../support/cli";
import { SKIP_LIBVIRT } from "../support/testLab";

// Disks by the real qemu-img. Their content is compared with what was written to them at the beginning, as bare sectors, by hashes: not by
// what convert itself compares with. What is not proved: that VirtualBox, Hyper-V, VMware or Azure take them.
const MIB = 1024 ** 2;
/** No whole MiB, more than the largest unit of any format. */
const SIZE = 5 * MIB + 3 * 512;

/** A message as the fixtures have it. */
const expected = (name: string) =>
  readFileSync(join(ROOT, "tests", "fixtures", "bad", `${name}.txt`), "utf8").trimEnd();

(SKIP_LIBVIRT ? describe.skip : describe)("disks converted by qemu-img", () => {
  let folder = "";
  const at = (name: string) => join(folder, name);
  const run = (order: Partial<ConvertOrder> & { source: string; target: string }) => {
    const said: string[] = [];
    const done = convert(
      { kind: "dynamic", ...order },
      { say: (line) => said.push(line), doing: () => undefined, signal: new AbortController().signal },
    );
    return done.then((report) => ({ report, said }));
  };
  /** What a call was refused with. */
  const refused = async (order: Parameters<typeof run>[0]): Promise<string> => {
    try {
      await run(order);
    } catch (error) {
      if (error instanceof FaultError) return error.message.replaceAll(`${folder}/`, "");
      throw error;
    }
    return "done";
  };
  /** The sectors of a disk, as qemu-img reads them. */
  const sectors = async (format: ImageFormat, file: string): Promise<Buffer> => {
    const bare = at("sectors");
    await output("qemu-img", ["convert", "-f", driverOf(format), "-O", "raw", file, bare]);
    return readFileSync(bare);
  };
  const content = Buffer.alloc(SIZE);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "classlab-convert-"));
    content.fill("begins", 0, 512);
    content.fill("in the middle", 2 * MIB + 100, 2 * MIB + 70_000);
    content.fill("ends", SIZE - 700);
    writeFileSync(at("in.raw"), content);
    for (const to of IMAGE_FORMATS)
      if (to !== "raw") await run({ source: at("in.raw"), target: at(`in.${to}`) });
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  afterEach(() => {
    expect(readdirSync(folder).filter((name) => name.includes(".part-"))).toEqual([]);
  });

  const pairs = IMAGE_FORMATS.flatMap((from) => IMAGE_FORMATS.map((to) => [from, to] as const));
  test.each(pairs)(
    "%s to %s, dynamic and fixed",
    async (from, to) => {
      for (const kind of DISK_KINDS) {
        const target = at(`${from}-${kind}.${to}`);
        const { report } = await run({ source: at(`in.${from}`), target, kind });
        // A VHD became longer: by zeros alone.
        const had = from === "vhd" ? 6 * MIB : SIZE;
        const has = to === "vhd" ? 6 * MIB : had;
        expect(report.source).toMatchObject({ format: from, size: had, snapshots: 0 });
        expect(report.target).toMatchObject({ format: to, kind, size: has });
        const found = await sectors(to, target);
        expect(found.length).toBe(has);
        expect(found.subarray(0, SIZE).equals(content)).toBe(true);
        expect(found.subarray(SIZE).every((byte) => byte === 0)).toBe(true);
        if (kind === "fixed") expect(report.target.taken).toBeGreaterThanOrEqual(has);
        else if (to !== "vdi") expect(report.target.taken).toBeLessThan(2 * MIB);
        for (const file of report.target.files) rmSync(file);
      }
    },
    120_000,
  );

  test("a fixed VHD ends with its footer of 512 bytes, has whole MiB, and no holes", async () => {
    const target = at("azure.vhd");
    const { report } = await run({ source: at("in.vmdk"), target, kind: "fixed" });
    const file = readFileSync(target);
    expect(file.length).toBe(6 * MIB + 512);
    // Current size at 48, creator at 28, type at 60 (Virtual Hard Disk Image Format Specification, "Hard Disk Footer Format").
    const footer = file.subarray(6 * MIB);
    expect(footer.subarray(0, 8).toString()).toBe("conectix");
    expect(footer.readBigUInt64BE(48)).toBe(BigInt(6 * MIB));
    expect(footer.readUInt32BE(60)).toBe(2);
    expect(statSync(target).blocks * 512).toBeGreaterThanOrEqual(6 * MIB + 512);
    expect(report.notes.map(({ code }) => code)).toEqual(["size-rounded", "hyperv-sparse"]);
    rmSync(target);
  });

  test("a fixed VMDK is taken from both of its files, and keeps their names", async () => {
    const target = at("two.vmdk");
    const { report } = await run({ source: at("in.vdi"), target, kind: "fixed" });
    expect(report.target.files).toEqual([at("two-flat.vmdk"), target]);
    expect(readFileSync(target, "utf8")).toContain('FLAT "two-flat.vmdk" 0');
    expect((await sectors("vmdk", target)).equals(content)).toBe(true);
    expect(await refused({ source: at("in.vdi"), target: at("two-flat.vmdk") })).toBe(
      "two-flat.vmdk: the file is there already, and convert overwrites nothing; nothing was written. Give another name, or remove the file first. [file-exists]",
    );
    rmSync(target);
    expect(await refused({ source: at("in.vdi"), target, kind: "fixed" })).toContain("[file-exists]");
    rmSync(at("two-flat.vmdk"));
  });

  test("an overlay becomes a disk of its own, without the snapshots of the image", async () => {
    const overlay = at("overlay.qcow2");
    await output("qemu-img", ["create", "-q", "-f", "qcow2", "-b", at("in.qcow2"), "-F", "qcow2", overlay]);
    await output("qemu-img", ["snapshot", "-c", "snapshot1", overlay]);
    const { report } = await run({ source: overlay, target: at("whole.vdi") });
    expect(report.source).toMatchObject({ base: at("in.qcow2"), snapshots: 1, checked: true });
    expect((await sectors("vdi", at("whole.vdi"))).equals(content)).toBe(true);
    rmSync(at("whole.vdi"));
  });

  test("what cannot be read is refused with the reason", async () => {
    const target = at("out.vdi");
    expect(await refused({ source: at("none.vdi"), target: at("out.vhd") })).toBe(
      "none.vdi: there is no such file. [disk-image-unreadable]",
    );
    expect(await refused({ source: at("noble-server-cloudimg-amd64.img"), target })).toBe(
      expected("convert-unknown-format"),
    );
    for (const from of ["raw", "vdi"] as const) {
      const wrong = at(`ubuntu-test1.${from}`);
      writeFileSync(wrong, readFileSync(at("in.qcow2")));
      expect(await refused({ source: wrong, target })).toBe(
        expected("convert-wrong-format").replaceAll("vdi", from),
      );
      // Whoever says it means it.
      expect((await run({ source: wrong, target, from: "qcow2" })).report.source.size).toBe(SIZE);
      rmSync(target);
    }
    writeFileSync(at("text.vmdk"), "a text\n".repeat(200));
    expect(await refused({ source: at("text.vmdk"), target })).toMatch(
      /^text\.vmdk: it is not vmdk that can be read: .+ \[disk-image-unreadable\]$/,
    );
    // The table that says where clusters are, overwritten.
    const damaged = readFileSync(at("in.qcow2"));
    damaged.fill(0xa5, Number(damaged.readBigUInt64BE(40)), Number(damaged.readBigUInt64BE(40)) + 64);
    writeFileSync(at("damaged.qcow2"), damaged);
    expect(await refused({ source: at("damaged.qcow2"), target })).toMatch(
      /^damaged\.qcow2: it (is damaged|cannot be looked through): .+ Expected a disk that qemu-img check finds no fault with\. \[disk-image-unreadable\]$/,
    );
    expect(readdirSync(folder)).not.toContain("out.vdi");
  });

  test("a disk that a machine is using is refused", async () => {
    const io = spawn("qemu-io", ["-f", "qcow2", at("in.qcow2")]);
    try {
      // Its prompt comes when the disk is open.
      await new Promise((resolve) => io.stdout.once("data", resolve));
      expect(await refused({ source: at("in.qcow2"), target: at("out.vdi") })).toBe(
        "in.qcow2: a machine that runs is using it. Shut that machine down, and run the command again. [disk-image-unreadable]",
      );
    } finally {
      io.kill("SIGKILL");
      await new Promise((resolve) => io.once("close", resolve));
    }
  });

  test("what the format or the room cannot hold is refused before anything is written", async () => {
    await output("qemu-img", ["create", "-q", "-f", "qcow2", at("huge.qcow2"), "2041G"]);
    expect(await refused({ source: at("huge.qcow2"), target: at("huge.vhd") })).toBe(
      expected("convert-too-large"),
    );
    expect(await refused({ source: at("huge.qcow2"), target: at("out.vhdx"), kind: "fixed" })).toMatch(
      /^out\.vhdx: it takes 2191\.5 GB at the most, and [\d.]+ GB are free in .+; nothing was written\. Expected room for all of it\. Make room, or write it to another disk\. \[disk-full\]$/,
    );
    expect(await refused({ source: at("in.raw"), target: at("no/out.vdi") })).toContain(
      "no/out.vdi: its folder is not there.",
    );
    expect(readdirSync(folder)).not.toContain("huge.vhd");
  });

  test("the command: one document, progress beside it; a second time the file is there", async () => {
    const words = ["convert", at("in.vmdk"), at("told.vhdx"), "--kind", "fixed", "--json"];
    const done = await classlab(words, process.env);
    expect(done.code).toBe(0);
    expect(JSON.parse(done.stdout)).toMatchObject({
      schemaVersion: 1,
      ok: true,
      source: { file: at("in.vmdk"), format: "vmdk", size: SIZE, checked: true },
      target: { file: at("told.vhdx"), files: [at("told.vhdx")], format: "vhdx", kind: "fixed", size: SIZE },
    });
    expect(done.stderr).toMatch(/told\.vhdx: it takes .+ free in /);
    expect(done.stderr).toMatch(/converted: 100 %\n(.*\n)*.*compared: 100 %\n/);
    const again = await classlab(words, process.env);
    expect([again.code, JSON.parse(again.stdout).faults[0].code]).toEqual([2, "file-exists"]);
    rmSync(at("told.vhdx"));
  }, 60_000);

  test("Ctrl-C leaves nothing half; what a killed run left goes with the next", async () => {
    // Large enough to be caught in the middle.
    await output("qemu-img", ["create", "-q", "-f", "raw", at("long.raw"), "3G"]);
    const started = spawn(
      process.execPath,
      [join(ROOT, "setup", "classlab.mjs"), "convert", at("long.raw"), at("long.vdi"), "--kind", "fixed"],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    let told = "";
    started.stderr.setEncoding("utf8").on("data", (text: string) => {
      told += text;
    });
    const ended = new Promise<number | null>((resolve) => started.once("close", resolve));
    while (!readdirSync(folder).some((name) => name.startsWith(".long.vdi.part-")))
      await new Promise((resolve) => setTimeout(resolve, 20));
    started.kill("SIGINT");
    expect(await ended).toBe(1);
    expect(told).toContain("it was stopped before the disk was converted; nothing is left of it");
    expect(readdirSync(folder).filter((name) => name.includes("long.vdi"))).toEqual([]);
    rmSync(at("long.raw"));
    // Of a process that is gone, and of one that runs.
    const gone = Number((await execute("sh", ["-c", "echo $$"])).stdout);
    for (const pid of [gone, process.ppid]) mkdirSync(at(`.new.vdi.part-${pid}`));
    await run({ source: at("in.raw"), target: at("new.vdi") });
    expect(readdirSync(folder).filter((name) => name.includes("new.vdi"))).toEqual([
      `.new.vdi.part-${process.ppid}`,
      "new.vdi",
    ]);
    rmSync(at(`.new.vdi.part-${process.ppid}`), { recursive: true });
  }, 120_000);
});
