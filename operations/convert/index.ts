import { closeSync, existsSync, openSync, statfsSync, statSync, writeSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { z } from "zod";
import {
  type Conversion,
  type ConvertNote,
  convertCalls,
  type DiskKind,
  driverOf,
  filesOf,
  formatOfName,
  IMAGE_FORMATS,
  type ImageFormat,
  isCheckable,
  largestIn,
  measureArguments,
  notesOn,
  sizeIn,
  zerosBeyond,
} from "../../course/diskFormats";
import { FaultError } from "../../course/faults";
import { inWords } from "../quantities";
import { convertFault, qemuImg, readSource, type SourceDisk } from "./source";
import { exists, writtenWhole } from "./work";

/** What is to be converted, as the user said it. */
export interface ConvertOrder {
  readonly source: string;
  readonly target: string;
  /** Format that is read; by default what the name ends with. */
  readonly from?: ImageFormat;
  /** Format that is written; by default what the name ends with. */
  readonly to?: ImageFormat;
  readonly kind: DiskKind;
}

/** How it is told, and ended. */
export interface ConvertRun {
  readonly say: (line: string) => void;
  /** Called with what is under way and how much of it is done, in percent. */
  readonly doing: (step: string, percent: number) => void;
  readonly signal: AbortSignal;
}

/** What was converted. */
export interface ConvertReport {
  readonly source: SourceDisk & { readonly file: string };
  readonly target: {
    readonly file: string;
    /** Every file of the disk. */
    readonly files: readonly string[];
    readonly format: ImageFormat;
    readonly kind: DiskKind;
    /** Size of the disk in bytes. */
    readonly size: number;
    /** What its files take, in bytes. */
    readonly taken: number;
    /** Whether it was looked through for damage; its contents are compared in any case. */
    readonly checked: boolean;
  };
  readonly notes: readonly ConvertNote[];
}

/** A disk of a terabyte from a slow drive. */
const DEADLINE = 24 * 60 * 60_000;

/** Headers and tables of a disk, in bytes: a VHDX has megabytes of them. */
const TABLES = 32 * 1024 ** 2;

function formatOf(file: string, said: ImageFormat | undefined, option: string): ImageFormat {
  const format = said ?? formatOfName(file);
  if (format !== undefined) return format;
  throw new FaultError([
    {
      code: "disk-format-unknown",
      where: file,
      what: "its name does not tell the disk's format",
      expected: `a name that ends with ${IMAGE_FORMATS.map((name) => `.${name}`).join(", ")}`,
      fix: `Or say the format: ${option} ${IMAGE_FORMATS.join("|")}`,
    },
  ]);
}

function refuseTooLarge(file: string, to: ImageFormat, size: number): void {
  if (size <= largestIn(to)) return;
  throw new FaultError([
    {
      code: "convert-failed",
      where: file,
      what: `a disk of ${inWords(size)} is larger than ${to} can be; nothing was written`,
      expected: `${inWords(largestIn(to))} at the most`,
    },
  ]);
}

const measureSchema = z.looseObject({ required: z.number() });

/** What the disk will take, in bytes. */
async function needed({ from, to, kind, source, size }: Conversion): Promise<number> {
  if (kind === "fixed") return sizeIn(to, size) + TABLES;
  const result = await qemuImg(measureArguments(from, to, source), { deadline: DEADLINE });
  if (result.code !== 0) throw convertFault(source, result, "it cannot be measured");
  return measureSchema.parse(JSON.parse(result.stdout)).required + TABLES;
}

async function checkRoom(conversion: Conversion, say: ConvertRun["say"]): Promise<void> {
  const folder = dirname(conversion.target);
  const takes = await needed(conversion);
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const found = `it takes ${inWords(takes)} at the most, and ${inWords(free)} are free in ${folder}`;
  if (free >= takes) {
    say(`${basename(conversion.target)}: ${found}`);
    return;
  }
  throw new FaultError([
    {
      code: "disk-full",
      where: conversion.target,
      what: `${found}; nothing was written`,
      expected: "room for all of it",
      fix: "Make room, or write it to another disk",
    },
  ]);
}

const PERCENT = /\((\d+(?:\.\d+)?)\/100%\)/;

function runner({ doing, signal }: Omit<ConvertRun, "say">) {
  return (args: readonly string[], step: string) =>
    qemuImg(args, {
      deadline: DEADLINE,
      signal,
      onLine: (line) => {
        const percent = PERCENT.exec(line)?.[1];
        if (percent !== undefined) doing(step, Number(percent));
      },
    });
}

function fill(file: string, conversion: Conversion): void {
  const zeros = zerosBeyond(conversion);
  if (!zeros) return;
  const open = openSync(file, "r+");
  try {
    writeSync(open, Buffer.alloc(zeros.count), 0, zeros.count, zeros.from);
  } finally {
    closeSync(open);
  }
}

/** Writes the disk, and reads it again beside the one it is of. */
async function write(conversion: Conversion, file: string, how: Omit<ConvertRun, "say">): Promise<void> {
  const { from, to, source, target } = conversion;
  const call = runner(how);
  for (const args of convertCalls({ ...conversion, target: file })) {
    const made = await call(args, "converted");
    if (made.code !== 0) throw convertFault(target, made, "it was not written");
  }
  fill(file, conversion);
  if (isCheckable(to)) {
    const checked = await call(["check", "-q", "-f", driverOf(to), file], "checked");
    if (checked.code !== 0) throw convertFault(target, checked, "what was written is damaged");
  }
  const compared = await call(
    ["compare", "-p", "-f", driverOf(from), "-F", driverOf(to), source, file],
    "compared",
  );
  if (compared.code !== 0) throw convertFault(target, compared, "what was written is not what was read");
}

/**
 * Converts a disk image: to another format, or to another kind of the same. What is read is never written to; what is written appears
 * under its name when it was compared with what was read.
 * @throws FaultError `disk-format-unknown`, `disk-image-unreadable`, `file-exists`, `disk-full`, `convert-failed` or `environment-missing`
 */
export async function convert(order: ConvertOrder, how: ConvertRun): Promise<ConvertReport> {
  const [source, target] = [resolve(order.source), resolve(order.target)];
  const from = formatOf(order.source, order.from, "--from");
  const to = formatOf(order.target, order.to, "--to");
  const files = filesOf(to, order.kind, basename(target));
  const paths = files.map((name) => join(dirname(target), name));
  for (const path of paths) if (existsSync(path)) throw exists(path);
  if (!existsSync(dirname(target)))
    throw new FaultError([
      {
        code: "report-unwritable",
        where: order.target,
        what: "its folder is not there",
        expected: "a folder that is there and may be written to",
      },
    ]);
  const disk = await readSource(source, from, order.from !== undefined);
  const conversion: Conversion = { from, to, kind: order.kind, source, target, size: disk.size };
  refuseTooLarge(order.target, to, disk.size);
  await checkRoom(conversion, how.say);
  await writtenWhole(target, files, (file) => write(conversion, file, how));
  return {
    source: { file: source, ...disk },
    target: {
      file: target,
      files: paths,
      format: to,
      kind: order.kind,
      size: sizeIn(to, disk.size),
      taken: paths.reduce((sum, path) => sum + statSync(path).blocks * 512, 0),
      checked: isCheckable(to),
    },
    notes: notesOn(conversion, basename(target)),
  };
}
