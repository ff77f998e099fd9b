/** Formats of disk images that can be converted: those of the lecture on V2V (manual L2551-2556), and bare sectors. */
export const IMAGE_FORMATS = ["vdi", "vhd", "vhdx", "vmdk", "qcow2", "raw"] as const;

/** A format of disk images. */
export type ImageFormat = (typeof IMAGE_FORMATS)[number];

/** Whether a disk grows with what is written to it or has all of its space from the start. */
export const DISK_KINDS = ["dynamic", "fixed"] as const;

/** How a disk takes space. */
export type DiskKind = (typeof DISK_KINDS)[number];

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

interface FormatFacts {
  /** Name in qemu-img. */
  readonly driver: string;
  /** Arguments of its `-o` by kind. */
  readonly options: Readonly<Record<DiskKind, readonly string[]>>;
  /** Unit in which a dynamic one takes space, in bytes; at most 2 MiB, the largest that `qemu-img measure` reckons with. */
  readonly unit: number;
  /** What the disk's size is a multiple of, in bytes. */
  readonly multiple: number;
  /** Size of the largest disk in bytes, where QEMU has one that is ever met. */
  readonly largest: number;
}

/**
 * What QEMU 7.2 needs to know of each format (qemu-img(1), block/vpc.c, block/vdi.c, block/vhdx.c, block/vmdk.c). Without `force_size` a
 * VHD gets the next size that cylinders, heads and sectors make, and the disk is not the one it was. Azure takes a VHD of whole MiB only
 * (learn.microsoft.com/azure/virtual-machines/linux/create-upload-generic, "Resizing VHDs").
 */
const FACTS: Readonly<Record<ImageFormat, FormatFacts>> = {
  vdi: {
    driver: "vdi",
    options: { dynamic: ["static=off"], fixed: ["static=on"] },
    unit: MIB,
    multiple: 512,
    largest: Number.MAX_SAFE_INTEGER,
  },
  vhd: {
    driver: "vpc",
    options: {
      dynamic: ["subformat=dynamic", "force_size=on"],
      fixed: ["subformat=fixed", "force_size=on"],
    },
    unit: 2 * MIB,
    multiple: MIB,
    largest: 2040 * GIB,
  },
  vhdx: {
    driver: "vhdx",
    options: { dynamic: ["subformat=dynamic"], fixed: ["subformat=fixed"] },
    unit: MIB,
    multiple: 512,
    largest: 64 * 1024 * GIB,
  },
  vmdk: {
    driver: "vmdk",
    options: { dynamic: ["subformat=monolithicSparse"], fixed: ["subformat=monolithicFlat"] },
    unit: 64 * 1024,
    multiple: 512,
    largest: Number.MAX_SAFE_INTEGER,
  },
  qcow2: {
    driver: "qcow2",
    options: {
      dynamic: ["compat=1.1", "preallocation=off"],
      fixed: ["compat=1.1", "preallocation=falloc"],
    },
    unit: 64 * 1024,
    multiple: 512,
    largest: Number.MAX_SAFE_INTEGER,
  },
  raw: {
    driver: "raw",
    options: { dynamic: ["preallocation=off"], fixed: ["preallocation=falloc"] },
    unit: 64 * 1024,
    multiple: 512,
    largest: Number.MAX_SAFE_INTEGER,
  },
};

/** Endings of file names by format; `.img` is none of them: Ubuntu's cloud images are called so and are qcow2. */
const ENDINGS: Readonly<Record<string, ImageFormat>> = {
  vdi: "vdi",
  vhd: "vhd",
  vhdx: "vhdx",
  vmdk: "vmdk",
  qcow2: "qcow2",
  raw: "raw",
};

/** Name of a format in qemu-img. */
export function driverOf(format: ImageFormat): string {
  return FACTS[format].driver;
}

/** The format that qemu-img calls so; undefined where it is none of ours. */
export function formatOfDriver(driver: string): ImageFormat | undefined {
  return IMAGE_FORMATS.find((format) => FACTS[format].driver === driver);
}

/** The format that a file's name ends with, in any case of letters; undefined where it tells none. */
export function formatOfName(file: string): ImageFormat | undefined {
  const ending = /\.([^./\\]+)$/.exec(file)?.[1] ?? "";
  return ENDINGS[ending.toLowerCase()];
}

/**
 * Size of the disk in a format, in bytes: the same, or the next that the format has.
 * @param size that it has now, in bytes
 */
export function sizeIn(format: ImageFormat, size: number): number {
  const { multiple } = FACTS[format];
  return Math.ceil(size / multiple) * multiple;
}

/** Size of the largest disk that a format holds, in bytes. */
export function largestIn(format: ImageFormat): number {
  return FACTS[format].largest;
}

/** Formats that `qemu-img check` looks through; of the others it tells only that they open. */
export function isCheckable(format: ImageFormat): boolean {
  return format !== "vhd" && format !== "raw";
}

/**
 * Names of the files that a disk is in, the one that is opened last: a fixed VMDK is a description and, beside it, the sectors, which
 * the description finds by their name.
 * @param name of the file, without its folder
 */
export function filesOf(format: ImageFormat, kind: DiskKind, name: string): readonly string[] {
  if (format !== "vmdk" || kind === "dynamic") return [name];
  return [`${name.replace(/\.[^.]*$/, "")}-flat.vmdk`, name];
}

/** Arguments of qemu-img that say what a dynamic disk of the image would take; asked as qcow2, of which alone it knows that. */
export function measureArguments(source: ImageFormat, target: ImageFormat, file: string): string[] {
  const { unit } = FACTS[target];
  const output = ["--output=json", "-O", "qcow2", "-o", `cluster_size=${unit}`];
  return ["measure", ...output, "-f", driverOf(source), file];
}

/** What is converted. */
export interface Conversion {
  readonly from: ImageFormat;
  readonly to: ImageFormat;
  readonly kind: DiskKind;
  /** Absolute path of what is read: qemu-img takes a colon in a relative one for a protocol. */
  readonly source: string;
  /** Absolute path of what is written. */
  readonly target: string;
  /** Size of the disk that is read, in bytes. */
  readonly size: number;
}

/**
 * The calls of qemu-img that convert, in order. A disk whose size changes is made first, then filled. A fixed one gets all its zeros written:
 * a file with holes has no space set aside, and Hyper-V refuses one that is marked sparse.
 */
export function convertCalls({ from, to, kind, source, target, size }: Conversion): string[][] {
  const { driver, options } = FACTS[to];
  const made = ["-o", options[kind].join(",")];
  const whole = kind === "fixed" && !["qcow2", "raw"].includes(to) ? ["-S", "0"] : [];
  const copy = ["convert", "-p", "-f", driverOf(from), "-O", driver, ...whole];
  const wanted = sizeIn(to, size);
  if (wanted === size) return [[...copy, ...made, source, target]];
  return [
    ["create", "-q", "-f", driver, ...made, target, String(wanted)],
    [...copy, "-n", ...(whole.length > 0 ? [] : ["--target-is-zero"]), source, target],
  ];
}

/**
 * The zeros by which a fixed disk became longer, which {@link convertCalls} leave as a hole in its file: of a fixed VHD, the only one whose
 * size changes, the sectors stand in the file where they stand on the disk.
 * @returns where they begin and how many they are, in bytes; undefined where there are none
 */
export function zerosBeyond({ to, kind, size }: Conversion): { from: number; count: number } | undefined {
  const count = sizeIn(to, size) - size;
  return kind === "fixed" && to === "vhd" && count > 0 ? { from: size, count } : undefined;
}

/** Something to know of a converted disk. */
export interface ConvertNote {
  readonly code: "size-rounded" | "hyperv-sparse" | "azure-fixed" | "two-files";
  /** A sentence with its full stop. */
  readonly text: string;
}

/**
 * What whoever takes a converted disk elsewhere has to know.
 * @param conversion what was converted
 * @param name of the file that was written, without its folder
 */
export function notesOn({ to, kind, size }: Conversion, name: string): readonly ConvertNote[] {
  const notes: ConvertNote[] = [];
  if (sizeIn(to, size) !== size)
    notes.push({
      code: "size-rounded",
      text: `The disk has ${sizeIn(to, size)} bytes now, ${sizeIn(to, size) - size} zeros more than before: Azure takes a VHD of whole MiB only.`,
    });
  if (to === "vhd" || to === "vhdx")
    notes.push({
      code: "hyperv-sparse",
      // Microsoft names the error 0xC03A001A; Multipass clears the flag before it resizes (canonical/multipass, hyperv_virtual_machine.cpp).
      text: `Hyper-V refuses a disk whose file is marked sparse (0xC03A001A). If it does, run on Windows: fsutil sparse setFlag "${name}" 0`,
    });
  if (to === "vhd" && kind === "dynamic")
    notes.push({ code: "azure-fixed", text: "Azure takes a fixed VHD only: --kind fixed." });
  const files = filesOf(to, kind, name);
  if (files.length > 1)
    notes.push({
      code: "two-files",
      text: `The disk is in two files, ${files.join(" and ")}: they belong together and keep their names.`,
    });
  return notes;
}
