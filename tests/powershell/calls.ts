import { around, innermost, knownValue, type Node, ofKind, type Value } from "./parser";

/** One word of a call after its name. */
export type Argument =
  | { readonly kind: "parameter"; readonly name: string; readonly colon: boolean; readonly node: Node }
  | { readonly kind: "splat"; readonly name: string; readonly node: Node }
  | { readonly kind: "value"; readonly value: Value; readonly node: Node };

/** A call of a cmdlet, a function or a program. */
export interface Call {
  readonly node: Node;
  /** As written; undefined where only a run tells it. */
  readonly name: string | undefined;
  readonly arguments: readonly Argument[];
  /** Whether something is piped into it. */
  readonly piped: boolean;
}

const STRUCTURE = new Set(["command_argument_sep", "comment"]);

function argumentsOf(elements: Node | undefined): Argument[] {
  const children = elements?.children ?? [];
  return children.flatMap((node, index): Argument[] => {
    if (STRUCTURE.has(node.type) || !node.isNamed) return [];
    if (node.type === "redirection") return [];
    if (node.type === "command_parameter") {
      const text = node.text.slice(1);
      const colon = text.endsWith(":") || children[index + 1]?.text === ":";
      return [{ kind: "parameter", name: text.replace(/:$/, ""), colon, node }];
    }
    const inner = innermost(node);
    if (inner.type === "variable" && inner.text.startsWith("@"))
      return [{ kind: "splat", name: inner.text.slice(1).toLowerCase(), node }];
    return [{ kind: "value", value: knownValue(node), node }];
  });
}

/** A name as it stands there; anything else is worked out when it runs. */
const PLAIN_NAME = /^[A-Za-z?%][\w.-]*$/;

function callOf(node: Node): Call {
  const named = node.namedChildren.find((child) => /^command_name/.test(child.type));
  const plain = named && PLAIN_NAME.test(named.text);
  return {
    node,
    name: plain ? named.text : undefined,
    arguments: argumentsOf(node.namedChildren.find((child) => child.type === "command_elements")),
    piped: (node.parent?.namedChildren.indexOf(node) ?? 0) > 0,
  };
}

/** Every call in a text. */
export function callsIn(root: Node): Call[] {
  return ofKind(root, "command").map(callOf);
}

/** The function, or else the whole text, that a node is in. */
export function scopeOf(node: Node): Node {
  let last = node;
  for (const outer of around(node)) {
    if (outer.type === "function_statement") return outer;
    last = outer;
  }
  return last;
}

/** Keys that a hashtable for splatting has, in the places where they are set. */
export interface Splat {
  /** Keys of the hashtable as it is first written. */
  readonly always: ReadonlyMap<string, Value>;
  /** Keys that are set later, maybe under a condition. */
  readonly later: ReadonlyMap<string, Value>;
  /** Whether keys are added that only a run tells. */
  readonly open: boolean;
}

const entriesOf = (hashtable: Node): [string, Value][] =>
  ofKind(hashtable, "hash_entry").flatMap((entry): [string, Value][] => {
    // Of hashtables inside it, nothing is the call's.
    if ([...around(entry)].find((outer) => outer.type === "hash_literal_expression") !== hashtable) return [];
    const [key, value] = entry.namedChildren;
    return key && value ? [[key.text.replaceAll(/^['"]|['"]$/g, ""), knownValue(value)]] : [];
  });

/** The hashtable of that name in the same function; undefined where none is written there. */
export function splatOf(node: Node, name: string): Splat | undefined {
  const always = new Map<string, Value>();
  const later = new Map<string, Value>();
  let found = false;
  let open = false;
  for (const assignment of ofKind(scopeOf(node), "assignment_expression")) {
    const [left, , right] = assignment.namedChildren;
    if (!left || !right) continue;
    const target = innermost(left);
    if (target.type === "variable" && target.text.slice(1).toLowerCase() === name) {
      const hashtable = innermost(right);
      if (hashtable.type !== "hash_literal_expression") continue;
      const [first] = found ? [later] : [always];
      for (const [key, value] of entriesOf(hashtable)) first.set(key, value);
      found = true;
    }
    if (target.type !== "member_access" && target.type !== "element_access") continue;
    const [owner, member] = target.namedChildren;
    if (owner?.text.slice(1).toLowerCase() !== name || !member) continue;
    const key = target.type === "member_access" ? { kind: "text", text: member.text } : knownValue(member);
    if ("text" in key) later.set(key.text, knownValue(right));
    else open = true;
  }
  return found ? { always, later, open } : undefined;
}
