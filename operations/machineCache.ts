import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import type { CachedImage } from "../components/hypervisors/libvirt/cache";
import { IMAGES } from "../components/hypervisors/libvirt/pool";
import { FaultError } from "../course/faults";
import { rootWords } from "./buildNetwork";
import type { Say } from "./images";
import { run } from "./process";
import { sha256 } from "./sha256";

/** Name of the file, beside those of an image, that says what they are. */
const NOTES = "noted.json";

const notesSchema = z.record(
  z.string(),
  z.object({
    bytes: z.number(),
    /** When it was last written, in milliseconds since 1970. */
    written: z.number(),
    sha256: z.string(),
  }),
);

async function asRoot(script: string, words: readonly string[], stdin?: string): Promise<string> {
  const [program = "sh", ...rest] = [...rootWords(), "sh", "-c", script, "sh", ...words];
  const result = await run(program, rest, stdin === undefined ? {} : { stdin });
  if (result.code !== 0) throw new Error(`${script}: ${result.stderr}`);
  return result.stdout;
}

/** Notes what the files of an image are, so that {@link damageOf} finds what became of them. */
export async function noteImage(image: CachedImage): Promise<void> {
  const notes: z.input<typeof notesSchema> = {};
  for (const file of image.files) {
    const { size, mtimeMs } = statSync(file);
    notes[basename(file)] = { bytes: size, written: mtimeMs, sha256: await sha256(file) };
  }
  await asRoot(
    'umask 022; cat >"$1.$$" && mv "$1.$$" "$1"',
    [join(image.folder, NOTES)],
    JSON.stringify(notes),
  );
}

function notesOf(image: CachedImage): z.output<typeof notesSchema> | undefined {
  try {
    return notesSchema.safeParse(JSON.parse(readFileSync(join(image.folder, NOTES), "utf8"))).data;
  } catch {
    return undefined;
  }
}

/** Whether what an image is was noted. */
export function isNoted(image: CachedImage): boolean {
  return notesOf(image) !== undefined;
}

/**
 * How an image that is there differs from what was made, as a clause; undefined where it does not, or nothing was noted of it. A file is read
 * through only when it was written to since.
 */
export async function damageOf(image: CachedImage): Promise<string | undefined> {
  const notes = notesOf(image);
  for (const file of image.files) {
    const noted = notes?.[basename(file)];
    if (!noted || !existsSync(file)) continue;
    const { size, mtimeMs } = statSync(file);
    if (size !== noted.bytes) return `${file} has ${size} bytes, not ${noted.bytes}`;
    if (mtimeMs !== noted.written && (await sha256(file)) !== noted.sha256)
      return `${file} was written to: its checksum is another`;
  }
  return undefined;
}

/** A disk that begins with an image has its path in its first bytes (QEMU, docs/interop/qcow2.txt, "backing_file_offset"). */
const USERS = `for disk in "$2"/classlab-*/*.qcow2; do
  [ ! -f "$disk" ] || ! head -c 4096 "$disk" | grep -qaF "$1" || echo "$disk"
done`;

/** Paths of the disks of guests that begin with an image. @param images folder below which all disks are; another one in tests */
export async function disksOn(image: CachedImage, images = IMAGES): Promise<string[]> {
  return (await asRoot(USERS, [image.disk.path, images])).split("\n").filter(Boolean);
}

/** Removes the folder of an image. @throws Error with the words of rm(1) */
export async function removeImage(folder: string): Promise<void> {
  await asRoot('rm -rf --one-file-system "$1"', [folder]);
}

/**
 * Takes an image that is not what was made out of this machine's cache, so that it is made anew. Nothing is done where it is well.
 * @throws FaultError `image-damaged` when disks of guests begin with it: another one below them would be garbage
 */
export async function dropDamaged(image: CachedImage, say: Say, images = IMAGES): Promise<void> {
  const damage = await damageOf(image);
  if (damage === undefined) return;
  const disks = await disksOn(image, images);
  if (disks.length > 0) {
    throw new FaultError([
      {
        code: "image-damaged",
        where: "image machine",
        what: `${damage}; the disks of ${disks.length} guest(s) begin with it: ${disks.map((path) => basename(path)).join(", ")}`,
        fix: "Take the labs of these guests down, and run the command again: the image is made anew",
      },
    ]);
  }
  say(`image machine: ${damage}: making it anew`);
  await removeImage(image.folder);
}
