import { existsSync } from "node:fs";
import { z } from "zod";
import { driverOf, formatOfDriver, type ImageFormat, isCheckable } from "../../course/diskFormats";
import { type Fault, FaultError } from "../../course/faults";
import { type ProcessResult, run, tail } from "../process";
import { diskFull, saysDiskFull } from "../trouble";

/** Looking through a large image takes minutes. */
const CHECK_DEADLINE = 60 * 60_000;

/** A disk that can be converted. */
export interface SourceDisk {
  readonly format: ImageFormat;
  /** Size of the disk in bytes. */
  readonly size: number;
  /** What its file takes, in bytes. */
  readonly taken: number;
  /** The image that it lies over; absent where it lies over none. */
  readonly base?: string;
  /** Snapshots inside the image. */
  readonly snapshots: number;
  /** Whether it was looked through for damage; where false, its format has nothing to look through. */
  readonly checked: boolean;
}

const infoSchema = z.looseObject({
  format: z.string(),
  "virtual-size": z.number(),
  "actual-size": z.number(),
  "backing-filename": z.string().optional(),
  snapshots: z.array(z.looseObject({})).optional(),
});

const absent = (): FaultError =>
  new FaultError([
    {
      code: "environment-missing",
      where: "this machine",
      what: "disks are converted by qemu-img, which is not installed",
      fix: "Install it (Debian, Ubuntu: sudo apt-get install qemu-utils; macOS: brew install qemu)",
    },
  ]);

/** Runs qemu-img, in English. @throws FaultError `environment-missing` where there is none */
export async function qemuImg(
  args: readonly string[],
  options: Parameters<typeof run>[2] = {},
): Promise<ProcessResult> {
  const result = await run("qemu-img", args, { ...options, env: { LC_ALL: "C" } });
  if (result.code === 127) throw absent();
  return result;
}

/** The last words of qemu-img, without its name and the file's, which the reader knows. */
export function wordsOf({ stdout, stderr }: Pick<ProcessResult, "stdout" | "stderr">): string {
  const text = stderr.trim() === "" ? stdout.replace(/ *\(\d+\.\d+\/100%\)\r?/g, "") : stderr;
  return tail(text.trim(), 2)
    .replaceAll("\n", " ")
    .replace(/^qemu-img: /, "")
    .replace(/\.$/, "");
}

function unreadable(where: string, what: string, more: Pick<Fault, "expected" | "fix"> = {}): FaultError {
  return new FaultError([{ code: "disk-image-unreadable", where, what, ...more }]);
}

const inUse = (result: ProcessResult): boolean => /Is another process using the image/.test(result.stderr);

/** What qemu-img tells of an image; its own guess of the format where none is given. */
async function info(file: string, format?: ImageFormat) {
  const asked = format === undefined ? [] : ["-f", driverOf(format)];
  const result = await qemuImg(["info", "--output=json", ...asked, file]);
  return { result, told: result.code === 0 ? infoSchema.parse(JSON.parse(result.stdout)) : undefined };
}

function otherFormat(file: string, format: ImageFormat, found: ImageFormat): FaultError {
  return unreadable(file, `it is taken for ${format} and holds ${found}`, {
    fix: `Say so: --from ${found}`,
  });
}

/**
 * Looks at a disk that is to be converted, and through it where its format allows.
 * @param file absolute path
 * @param format that it is taken for
 * @param said whether the user said that format, and nobody guessed it from the name
 * @throws FaultError `disk-image-unreadable` or `environment-missing`
 */
export async function readSource(file: string, format: ImageFormat, said: boolean): Promise<SourceDisk> {
  if (!existsSync(file)) throw unreadable(file, "there is no such file");
  const { result, told } = await info(file, format);
  if (inUse(result))
    throw unreadable(file, "a machine that runs is using it", {
      fix: "Shut that machine down, and run the command again",
    });
  // qemu-img takes a fixed VHD for raw: what it guesses is asked only where that tells something.
  if (!told || (format === "raw" && !said)) {
    const guess = formatOfDriver((await info(file)).told?.format ?? "");
    if (guess !== undefined && guess !== format && guess !== "raw") throw otherFormat(file, format, guess);
  }
  if (!told) throw unreadable(file, `it is not ${format} that can be read: ${wordsOf(result)}`);
  return {
    format,
    size: told["virtual-size"],
    taken: told["actual-size"],
    ...(told["backing-filename"] === undefined ? {} : { base: told["backing-filename"] }),
    snapshots: told.snapshots?.length ?? 0,
    checked: await isWhole(file, format),
  };
}

/**
 * Looks through an image for damage.
 * @returns false where its format has nothing to look through
 * @throws FaultError `disk-image-unreadable`
 */
async function isWhole(file: string, format: ImageFormat): Promise<boolean> {
  if (!isCheckable(format)) return false;
  const result = await qemuImg(["check", "-q", "-f", driverOf(format), file], { deadline: CHECK_DEADLINE });
  // 3: space that nothing uses, which is no damage (qemu-img(1), "check").
  if (result.code === 0 || result.code === 3) return true;
  throw unreadable(
    file,
    result.code === 2
      ? `it is damaged: ${wordsOf(result)}`
      : `it cannot be looked through: ${wordsOf(result)}`,
    { expected: "a disk that qemu-img check finds no fault with" },
  );
}

/** A step of qemu-img that failed, as a fault. */
export function convertFault(file: string, result: ProcessResult, doing: string): FaultError {
  const words = wordsOf(result);
  if (saysDiskFull(words)) return new FaultError([diskFull(file, words)]);
  return new FaultError([
    {
      code: "convert-failed",
      where: file,
      what: `${doing}: ${words || `qemu-img ended with code ${result.code}`}; nothing is left of it`,
    },
  ]);
}
