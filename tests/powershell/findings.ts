import type { Node } from "./parser";

/** What the checker finds fault with. */
export const RULES = [
  "syntax",
  "not-in-5.1",
  "unknown-command",
  "alias",
  "forbidden-command",
  "call-of-value",
  "unknown-parameter",
  "abbreviated-parameter",
  "parameter-alias",
  "parameter-twice",
  "positional-argument",
  "value-missing",
  "wrong-value",
  "mixed-sets",
  "mandatory-missing",
  "mixed-modes",
  "unknown-splat",
  "error-swallowed",
  "not-guarded",
  "automatic-variable",
] as const;

/** One of them. */
export type Rule = (typeof RULES)[number];

/** One thing that is wrong in a file of PowerShell. */
export interface Finding {
  readonly rule: Rule;
  /** From 1. */
  readonly line: number;
  readonly what: string;
}

/** The finding at the place of a node. */
export function finding(rule: Rule, node: Node, what: string): Finding {
  return { rule, line: node.line, what };
}

/** What a comment begins with that says why something unusual stands there. */
const REASON = /^#\s*Reason: \S/;

/** Whether the line before the one on which a node begins says why it is as it is. */
export function hasReason(node: Node, lines: readonly string[]): boolean {
  return REASON.test(lines[node.line - 2]?.trim() ?? "");
}
