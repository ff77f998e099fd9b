import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Language, Parser, type Node as TreeNode } from "web-tree-sitter";
import { ROOT } from "../support/cli";

const GRAMMAR = join(ROOT, "node_modules/tree-sitter-powershell/tree-sitter-powershell.wasm");

let loading: Promise<Parser> | undefined;

async function load(): Promise<Parser> {
  await Parser.init();
  const parser = new Parser();
  parser.setLanguage(await Language.load(readFileSync(GRAMMAR)));
  return parser;
}

/** A node of the tree of a text. */
export interface Node {
  readonly type: string;
  readonly text: string;
  /** From 1. */
  readonly line: number;
  /** Where in the text it begins, from 0. */
  readonly start: number;
  readonly isNamed: boolean;
  /** Whether it is a text that cannot be parsed, or something that is missing there. */
  readonly isError: boolean;
  readonly isMissing: boolean;
  readonly parent: Node | undefined;
  readonly children: readonly Node[];
  readonly namedChildren: readonly Node[];
}

/** The tree as plain objects: each question to the parser's own costs a call into it, and there are many. */
function plain(node: TreeNode, text: string, parent: Node | undefined): Node {
  const children: Node[] = [];
  const namedChildren: Node[] = [];
  const made: Node = {
    type: node.type,
    text: text.slice(node.startIndex, node.endIndex),
    line: node.startPosition.row + 1,
    start: node.startIndex,
    isNamed: node.isNamed,
    isError: node.isError,
    isMissing: node.isMissing,
    parent,
    children,
    namedChildren,
  };
  for (const child of node.children) {
    const inner = plain(child, text, made);
    children.push(inner);
    if (inner.isNamed) namedChildren.push(inner);
  }
  return made;
}

/** The tree of a PowerShell text; what cannot be parsed is in it as nodes of errors. */
export async function parsePowerShell(text: string): Promise<Node> {
  loading ??= load();
  const tree = (await loading).parse(text);
  if (!tree) throw new Error("the parser gave no tree");
  const root = plain(tree.rootNode, text, undefined);
  tree.delete();
  return root;
}

/** A node and everything below it, in the order of the text. */
export function below(node: Node): Node[] {
  const found: Node[] = [];
  const waiting = [node];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    found.push(next);
    waiting.push(...next.children.toReversed());
  }
  return found;
}

/** All nodes of some kinds, a node itself included. */
export function ofKind(node: Node, ...kinds: readonly string[]): Node[] {
  return below(node).filter((candidate) => kinds.includes(candidate.type));
}

/** The nodes around a node, the nearest first. */
export function* around(node: Node): Generator<Node> {
  for (let parent = node.parent; parent; parent = parent.parent) yield parent;
}

/** The one thing that an expression is: what is wrapped in levels of operators without any operator. */
export function innermost(node: Node): Node {
  let inner = node;
  for (;;) {
    const [only, ...more] = inner.namedChildren;
    if (!only || more.length > 0 || LEAVES.has(inner.type) || only.text !== inner.text) return inner;
    inner = only;
  }
}

const LEAVES = new Set([
  "string_literal",
  "integer_literal",
  "real_literal",
  "variable",
  "hash_literal_expression",
  "script_block_expression",
  "generic_token",
]);

/** What is known of a value before anything runs. */
export type Value =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "list"; readonly items: readonly Value[] }
  | { readonly kind: "unknown" };

const NUMBER = /^-?(0x[0-9a-f]+|[0-9]+)(kb|mb|gb|tb|pb)?$/i;

function textOfString(node: Node): Value {
  const { text } = node;
  const inner = node.namedChildren[0];
  if (inner?.type === "verbatim_string_characters")
    return { kind: "text", text: text.slice(1, -1).replaceAll("''", "'") };
  const plain = inner?.type === "expandable_string_literal" && !/[$`]/.test(text);
  return plain ? { kind: "text", text: text.slice(1, -1) } : { kind: "unknown" };
}

/** The value that a node stands for. */
export function knownValue(node: Node): Value {
  const inner = innermost(node);
  if (inner.type === "array_literal_expression" && inner.namedChildren.length > 1)
    return { kind: "list", items: inner.namedChildren.map(knownValue) };
  if (inner.type === "string_literal") return textOfString(inner);
  if (inner.type === "variable") return { kind: "variable", name: inner.text.slice(1).toLowerCase() };
  if (inner.type === "generic_token" || inner.type === "integer_literal") {
    const { text } = inner;
    return { kind: NUMBER.test(text) ? "number" : "text", text };
  }
  return { kind: "unknown" };
}
