import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Language, type Node, Parser } from "web-tree-sitter";
import { ROOT } from "../support/cli";

const GRAMMAR = join(ROOT, "node_modules/tree-sitter-powershell/tree-sitter-powershell.wasm");

let loading: Promise<Parser> | undefined;

async function load(): Promise<Parser> {
  await Parser.init();
  const parser = new Parser();
  parser.setLanguage(await Language.load(readFileSync(GRAMMAR)));
  return parser;
}

/** The tree of a PowerShell text; what cannot be parsed is in it as nodes of errors. */
export async function parsePowerShell(text: string): Promise<Node> {
  loading ??= load();
  const tree = (await loading).parse(text);
  if (!tree) throw new Error("the parser gave no tree");
  return tree.rootNode;
}

/** A node and everything below it, in the order of the text. */
export function* below(node: Node): Generator<Node> {
  yield node;
  for (const child of node.children) yield* below(child);
}

/** All nodes of some kinds, a node itself included. */
export function ofKind(node: Node, ...kinds: readonly string[]): Node[] {
  return [...below(node)].filter((candidate) => kinds.includes(candidate.type));
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
  if (inner.type === "array_literal_expression" && inner.namedChildCount > 1)
    return { kind: "list", items: inner.namedChildren.map(knownValue) };
  if (inner.type === "string_literal") return textOfString(inner);
  if (inner.type === "variable") return { kind: "variable", name: inner.text.slice(1).toLowerCase() };
  if (inner.type === "generic_token" || inner.type === "integer_literal") {
    const { text } = inner;
    return { kind: NUMBER.test(text) ? "number" : "text", text };
  }
  return { kind: "unknown" };
}
