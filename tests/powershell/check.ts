import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { ROOT } from "../support/cli";
import { type Call, callsIn } from "./calls";
import { type Finding, finding, hasReason } from "./findings";
import { functionsIn, type OwnFunction } from "./functions";
import { FORBIDDEN, habits, undeclared, unguarded } from "./habits";
import { type Node, parsePowerShell } from "./parser";
import { SignatureCheck } from "./signature";
import { ALIASES, CMDLETS, PROGRAMS } from "./tables";

/** A file of PowerShell. */
export interface PowerShellFile {
  /** Path in the repository. */
  readonly path: string;
  readonly text: string;
}

/** A finding and the file that it is in. */
export interface FoundInFile extends Finding {
  readonly path: string;
}

function checkCall(
  call: Call,
  own: ReadonlyMap<string, OwnFunction>,
  lines: readonly string[],
): readonly Finding[] {
  const { name, node } = call;
  if (name === undefined)
    return hasReason(node, lines)
      ? []
      : [finding("call-of-value", node, `${node.text} runs what a value holds`)];
  const wanted = name.toLowerCase();
  const reason = FORBIDDEN[wanted];
  if (reason !== undefined) return [finding("forbidden-command", node, `${name}: ${reason}`)];
  if (PROGRAMS[wanted] !== undefined) return [];
  const cmdlet = own.get(wanted) ?? CMDLETS.get(wanted);
  if (cmdlet) return new SignatureCheck(call, cmdlet, own, lines).findings();
  if (ALIASES.has(wanted)) return [finding("alias", node, `${name} is an alias`)];
  return [finding("unknown-command", node, `there is no ${name}`)];
}

function checkTree(
  path: string,
  root: Node,
  text: string,
  own: ReadonlyMap<string, OwnFunction>,
): FoundInFile[] {
  const lines = text.split("\n");
  const declared = new Map([...own].map(([name, { shouldProcess }]) => [name, shouldProcess]));
  // Only a module's functions know -WhatIf.
  const safe = path.endsWith(".psm1") ? [...unguarded(root), ...undeclared(root, declared)] : [];
  const found = [
    ...habits(root, lines),
    ...safe,
    ...callsIn(root).flatMap((call) => checkCall(call, own, lines)),
  ];
  return found.map((each) => ({ ...each, path })).sort((a, b) => a.line - b.line);
}

/** What the checker looked at, besides what it found. */
export interface Checked {
  readonly findings: readonly FoundInFile[];
  readonly calls: number;
  readonly functions: readonly OwnFunction[];
  /** Names of all cmdlets and functions called, in lower case. */
  readonly called: ReadonlySet<string>;
}

/** Checks files that may call each other's functions. */
export async function checkFiles(files: readonly PowerShellFile[]): Promise<Checked> {
  const trees = await Promise.all(
    files.map(async (file) => ({ ...file, root: await parsePowerShell(file.text) })),
  );
  const functions = trees.flatMap(({ path, root }) => functionsIn(root, path));
  // Of functions that several modules have by one name, a file calls that of a module that it imports, else that of the nearest folder.
  const ownOf = ({ path, text }: PowerShellFile) => {
    const nearness = ({ module }: OwnFunction) => {
      if (text.includes(`'${basename(module)}'`)) return Number.POSITIVE_INFINITY;
      const own = dirname(path).split("/");
      const folder = dirname(module).split("/");
      const parting = folder.findIndex((part, index) => part !== own[index]);
      return parting < 0 ? folder.length : parting;
    };
    const farFirst = functions.toSorted((a, b) =>
      nearness(a) < nearness(b) ? -1 : nearness(a) > nearness(b) ? 1 : 0,
    );
    return new Map(farFirst.map((each) => [each.name.toLowerCase(), each]));
  };
  const calls = trees.flatMap(({ root }) => callsIn(root));
  return {
    findings: trees.flatMap((file) => checkTree(file.path, file.root, file.text, ownOf(file))),
    calls: calls.length,
    functions,
    called: new Set(calls.flatMap(({ name }) => (name === undefined ? [] : [name.toLowerCase()]))),
  };
}

const SKIPPED = new Set(["node_modules", "dist", ".git", ".classlab", ".engine", ".stryker-tmp"]);

/** Every file of PowerShell in the repository. */
export function powerShellFiles(folder = ""): PowerShellFile[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : powerShellFiles(path);
    if (!/\.ps(m|d)?1$/.test(entry.name)) return [];
    return [{ path, text: readFileSync(join(ROOT, path), "utf8") }];
  });
}

/** Folder of the module for Hyper-V. */
export const MODULE_FOLDER = dirname("components/hypervisors/hyperv/module/Classlab.HyperV.psm1");
