import { existsSync, readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { isMap, isSeq, parseDocument } from "yaml";
import { type LabConfig, parseLab } from "../course/config";
import { FaultError } from "../course/faults";

/** A Pulumi stack file read for its lab. */
export interface StackFile {
  /** The lab's name: NAME of `Pulumi.NAME.yaml`, else the file's base name. */
  readonly lab: string;
  /** Absolute path. */
  readonly path: string;
  /** The whole document as plain data. */
  readonly document: Record<string, unknown>;
  readonly config: LabConfig;
}

/** The key of the lab in a stack file. */
export const LAB_KEY = "classlab:lab";

function labName(path: string): string {
  const base = basename(path).replace(/\.ya?ml$/, "");
  return base.startsWith("Pulumi.") ? base.slice("Pulumi.".length) : base;
}

function record(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : undefined;
}

/**
 * Reads and parses a stack file.
 * @param path the file; relative to the working folder
 * @throws FaultError with every fault of the file at once
 */
export function readStackFile(path: string): StackFile {
  const absolute = resolve(path);
  if (!existsSync(absolute)) {
    throw new FaultError([
      {
        code: "config-file",
        where: path,
        what: "there is no such file",
        expected: "a Pulumi stack file",
        fix: "Name another with --stack NAME (Pulumi.NAME.yaml) or --config FILE",
      },
    ]);
  }
  const parsed = parseDocument(readFileSync(absolute, "utf8"), { prettyErrors: true });
  const [problem] = parsed.errors;
  if (problem) {
    throw new FaultError([
      {
        code: "config-yaml",
        where: path,
        what: `the file is no YAML: ${problem.message.split("\n")[0]?.replace(/:$/, "")}`,
      },
    ]);
  }
  if (parsed.contents !== null && !isMap(parsed.contents) && !isSeq(parsed.contents)) {
    throw new FaultError([
      {
        code: "config-yaml",
        where: path,
        what: "the file holds no mapping",
        expected: "a Pulumi stack file with the key config",
      },
    ]);
  }
  const document = record(parsed.toJS()) ?? {};
  const config = record(document.config) ?? {};
  const lab = parseLab(config[LAB_KEY]);
  if (!lab.ok) throw new FaultError(lab.faults);
  return { lab: labName(absolute), path: absolute, document, config: lab.value };
}
