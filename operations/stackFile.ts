import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { type Document, isMap, parseDocument } from "yaml";
import { type LabConfig, parseLab } from "../course/config";
import { FaultError } from "../course/faults";

/** A Pulumi stack file read for its lab. */
export interface StackFile {
  /** The lab's name: NAME of `Pulumi.NAME.yaml`, else the file's base name. */
  readonly lab: string;
  /** Absolute path. */
  readonly path: string;
  /** The options that name this lab on a command line, for hints. */
  readonly selection: string;
  /** The whole document as plain data, with the project's lab where it has none of its own. */
  readonly document: Record<string, unknown>;
  readonly config: LabConfig;
}

/** The key of the lab in a stack file. */
export const LAB_KEY = "classlab:lab";

/** The name of the lab that a stack file is about, told by its path alone. */
export function labName(path: string): string {
  const base = basename(path).replace(/\.ya?ml$/, "");
  return base.startsWith("Pulumi.") ? base.slice("Pulumi.".length) : base;
}

function record(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : undefined;
}

/** The document as plain data; an alias without its anchor comes to light only here. */
function toPlain(path: string, document: Document): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new FaultError([
      {
        code: "config-yaml",
        where: path,
        what: `the file is no YAML: ${error instanceof Error ? error.message : String(error)}`,
        expected: "a Pulumi stack file with the key config",
      },
    ]);
  }
}

/** Why a file cannot be read, for those that users meet; the system's own word for others. */
const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file: what should be a folder of its path is none",
  EISDIR: "this is a folder",
  EACCES: "it may not be read by this user",
};

function readText(absolute: string, path: string): string {
  try {
    return readFileSync(absolute, "utf8");
  } catch (error) {
    const { code = String(error) }: { code?: string } = Object(error);
    throw new FaultError([
      {
        code: "config-file",
        where: path,
        what: UNREADABLE[code] ?? `it cannot be read: ${code}`,
        expected: "a Pulumi stack file",
        fix: "Name another with --stack NAME (Pulumi.NAME.yaml) or --config FILE",
      },
    ]);
  }
}

/** A YAML file as plain data. Merge keys are read as Pulumi reads them. */
function readDocument(absolute: string, path: string): Record<string, unknown> {
  const parsed = parseDocument(readText(absolute, path), { prettyErrors: true, merge: true });
  const [problem] = parsed.errors;
  if (problem) {
    throw new FaultError([
      {
        code: "config-yaml",
        where: path,
        what:
          problem.code === "MULTIPLE_DOCS"
            ? "the file holds several YAML documents, divided by ---"
            : `the file is no YAML: ${problem.message.split("\n")[0]?.replace(/:$/, "")}`,
        expected: "a Pulumi stack file with the key config",
      },
    ]);
  }
  if (parsed.contents !== null && !isMap(parsed.contents)) {
    throw new FaultError([
      {
        code: "config-yaml",
        where: path,
        what: "the file holds no mapping",
        expected: "a Pulumi stack file with the key config",
      },
    ]);
  }
  return record(toPlain(path, parsed)) ?? {};
}

/**
 * The lab that the project beside a stack file gives to every stack that has none of its own. A project's structured
 * values stand under `value`, or under `default` with a type (Pulumi, "Project-level configuration").
 */
function projectDefault(folder: string): unknown {
  const path = join(folder, "Pulumi.yaml");
  if (!existsSync(path)) return undefined;
  const config = record(readDocument(path, path).config) ?? {};
  const entry = record(config[LAB_KEY] ?? config.lab);
  return entry?.value ?? entry?.default;
}

/**
 * Reads and parses a stack file.
 * @param path the file; relative to the working folder
 * @param selection the options that name it; `--config` with its path by default
 * @throws FaultError with every fault of the file at once
 */
export function readStackFile(path: string, selection = `--config ${path}`): StackFile {
  const absolute = resolve(path);
  const document = readDocument(absolute, path);
  const own = record(document.config) ?? {};
  const fallback = LAB_KEY in own ? undefined : projectDefault(dirname(absolute));
  const config = fallback === undefined ? own : { ...own, [LAB_KEY]: fallback };
  const lab = parseLab(config[LAB_KEY]);
  if (!lab.ok) throw new FaultError(lab.faults);
  return {
    lab: labName(absolute),
    path: absolute,
    selection,
    document: { ...document, config },
    config: lab.value,
  };
}
