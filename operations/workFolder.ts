import { existsSync, mkdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { writePrivateFile } from "../components/privateFile";
import type { LabFacts } from "../course/facts";
import type { UnitPlan } from "../course/plan";
import type { LabRecord } from "../course/record";
import { homeFolder, PACKAGE_ROOT } from "./paths";
import type { StackFile } from "./stackFile";

/** Name of the Pulumi project, part of every URN. */
export const PROJECT = "classlab";

/** Keys of a stack file that belong to the engine: they say how its secrets are encrypted. */
const ENGINE_KEYS = ["encryptionsalt", "encryptedkey", "secretsprovider"] as const;

/**
 * The folder the engine works in for a lab. The engine rewrites stack files (it adds a salt, it reformats), so it gets
 * copies: no tracked file is ever touched.
 */
export function workFolder(lab: string): string {
  return join(homeFolder(), "work", lab);
}

function linkModules(folder: string): void {
  const link = join(folder, "node_modules");
  const target = join(PACKAGE_ROOT, "node_modules");
  try {
    if (readlinkSync(link) === target) return;
    rmSync(link);
  } catch {
    // Not there yet.
  }
  symlinkSync(target, link, "dir");
}

/** Makes the folder with its project file and the program that plain Pulumi runs there. */
export function prepareWorkFolder(lab: string): string {
  const folder = workFolder(lab);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writePrivateFile(
    join(folder, "Pulumi.yaml"),
    stringify({
      name: PROJECT,
      main: "index.js",
      runtime: { name: "nodejs", options: { typescript: false } },
    }),
  );
  writePrivateFile(
    join(folder, "index.js"),
    `module.exports = require(${JSON.stringify(join(PACKAGE_ROOT, "dist", "index.js"))});\n`,
  );
  linkModules(folder);
  return folder;
}

/**
 * YAML that every reader takes for the same data: all text in quotes (to some, `2027-01-18` or `0o17` without them is no text),
 * and nothing by reference.
 */
function plainYaml(data: object): string {
  return stringify(data, {
    defaultKeyType: "PLAIN",
    defaultStringType: "QUOTE_DOUBLE",
    doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
    aliasDuplicateObjects: false,
    lineWidth: 0,
  });
}

/** What classlab decided for a stack, by the keys under which its program is told (`PREPARED_KEYS`). */
export interface PreparedValues {
  readonly record?: LabRecord | undefined;
  /** What stands for the record in a preview, before there is one. */
  readonly draft?: LabRecord | undefined;
  /** The roster's teams by `rosterKey`: the program reads no roster. */
  readonly roster?: string | undefined;
  /** The lab's id, for the stack of cloud hosts, which is made before there is a record. */
  readonly id?: string | undefined;
  /** Authorities of the class's own registry, in PEM form, once it stands. */
  readonly registry?: string | undefined;
  /** How hosts in clouds that stand are reached, by name. */
  readonly hosts?: LabFacts["hosts"];
}

/**
 * Writes the stack file of a unit: the user's configuration, what classlab decided, and the engine's own keys, from
 * state where the stack exists already (another salt would make another encryption of the same secrets).
 */
export function writeStackFile(
  file: StackFile,
  unit: Pick<UnitPlan, "stack">,
  salt: string | undefined,
  prepared: PreparedValues = {},
): void {
  const path = join(workFolder(file.lab), `Pulumi.${unit.stack}.yaml`);
  const before: unknown = existsSync(path) ? parse(readFileSync(path, "utf8")) : undefined;
  const engineKeys = Object.fromEntries(
    ENGINE_KEYS.flatMap((key) => {
      const own = file.document[key];
      const kept = typeof before === "object" && before !== null ? Reflect.get(before, key) : undefined;
      const value = own ?? (key === "encryptionsalt" ? (salt ?? kept) : kept);
      return value === undefined ? [] : [[key, value]];
    }),
  );
  const config = file.document.config;
  writePrivateFile(
    path,
    plainYaml({
      ...engineKeys,
      config: {
        ...(typeof config === "object" && config !== null ? config : {}),
        "classlab:name": file.lab,
        ...Object.fromEntries(
          Object.entries(prepared).flatMap(([key, value]) =>
            value === undefined ? [] : [[`classlab:${key}`, value]],
          ),
        ),
      },
    }),
  );
}
