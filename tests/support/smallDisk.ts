import { mkdirSync, readFileSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { execute, output } from "./cli";

/** Bytes that are written, not reserved, when a disk is filled to the last. */
const ROUGHLY = 4_000_000;

/** A file system of its own and of a fixed size, on a loop device, so that a test can fill it. Needs root. */
export class SmallDisk {
  private constructor(
    /** Where it is mounted. */
    readonly folder: string,
    private readonly image: string,
  ) {}

  /**
   * Makes and mounts one; what an earlier test run left of it goes first.
   * @param place a folder for its files, the test's own
   * @param megabytes its size; the file behind it takes only what is written
   */
  static async make(place: string, megabytes: number): Promise<SmallDisk> {
    await SmallDisk.unmountBelow(place);
    rmSync(place, { recursive: true, force: true });
    const disk = new SmallDisk(join(place, "mounted"), join(place, "disk.img"));
    mkdirSync(disk.folder, { recursive: true });
    await output("truncate", ["-s", `${megabytes}M`, disk.image]);
    // Nothing kept back for root: full is full.
    await output("mkfs.ext4", ["-q", "-F", "-m", "0", disk.image]);
    // The loop device goes with the mount.
    await output("mount", ["-o", "loop", disk.image, disk.folder]);
    return disk;
  }

  /** Ends all mounts below a folder, the innermost first. */
  static async unmountBelow(place: string): Promise<void> {
    const mounted = readFileSync("/proc/self/mountinfo", "utf8")
      .split("\n")
      .flatMap((line) => line.split(" ")[4]?.replaceAll("\\040", " ") ?? [])
      .filter((point) => point.startsWith(`${place}/`));
    for (const point of mounted.reverse()) await output("umount", ["-l", point]);
  }

  /** Fills it until about so many bytes are free; with 0, to the last byte. */
  async fill(free: number): Promise<void> {
    const { bavail, bsize } = statfsSync(this.folder);
    const size = bavail * bsize - Math.max(free, ROUGHLY);
    if (size > 0) await output("fallocate", ["-l", String(size), this.filler]);
    if (free > 0) return;
    // The file system needs some blocks for itself: how many is seen by writing until there are none.
    const rest = await execute("dd", [
      "if=/dev/zero",
      `of=${this.filler}`,
      "bs=4096",
      "oflag=append",
      "conv=notrunc",
    ]);
    if (!rest.stderr.includes("No space left")) throw new Error(`it was not filled: ${rest.stderr}`);
  }

  /** Makes room again. */
  empty(): void {
    rmSync(this.filler, { force: true });
  }

  /** Unmounts it and removes its files. */
  async dispose(): Promise<void> {
    const place = join(this.folder, "..");
    await SmallDisk.unmountBelow(place);
    rmSync(place, { recursive: true, force: true });
  }

  private get filler(): string {
    return join(this.folder, "filler");
  }
}
