import { distance } from "fastest-levenshtein";
import { z } from "zod";
import { type Fault, failed, type Result, succeeded } from "../faults";
import { type LabConfig, labSchema } from "./schema";

/** Turns `["guests", 1, "name"]` into `lab.guests[1].name`. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : `${text}.${String(key)}`),
    "lab",
  );
}

/** A value as the reader of a stack file knows it. Lists and mappings only in outline: they may be long or hold themselves. */
function show(value: unknown): string {
  // YAML's null is what stands behind a key without a value.
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : `a list of ${value.length}`;
  if (typeof value === "object") {
    const keys = Object.keys(value);
    return keys.length === 0 ? "an empty mapping" : `a mapping with ${cut(keys.join(", "))}`;
  }
  return cut(typeof value === "string" ? JSON.stringify(withoutPassword(value)) : String(value));
}

/** An address without the user name and password in it: messages end up in logs. */
function withoutPassword(text: string): string {
  return text.replace(/\/\/[^/@\s]*@/g, "//…@");
}

function cut(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
    root,
  );
}

/** The known key nearest to a mistyped one; undefined when none is near. */
export function nearest(key: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((candidate) => ({ candidate, cost: distance(key.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.cost - b.cost);
  return best && best.cost <= Math.max(2, key.length / 3) && best.cost < best.candidate.length
    ? best.candidate
    : undefined;
}

/** What the schema has at a path, found by asking its own JSON form; several where branches of a union fit. */
function nodesAt(path: readonly PropertyKey[], input: unknown): JsonSchema[] {
  let nodes: JsonSchema[] = [z.toJSONSchema(labSchema, { io: "input", reused: "inline" }) as JsonSchema];
  for (const [depth, key] of path.entries()) {
    nodes = nodes.flatMap((node) => {
      const next = typeof key === "number" ? node.items : node.properties?.[String(key)];
      return next ? branches(next, valueAt(input, path.slice(0, depth + 1))) : [];
    });
  }
  return nodes;
}

/** The keys allowed at a path of the schema. */
function knownKeysAt(path: readonly PropertyKey[], input: unknown): string[] {
  return [...new Set(nodesAt(path, input).flatMap((node) => Object.keys(node.properties ?? {})))];
}

/** The kinds of what stands at a path. */
function kindsAt(path: readonly PropertyKey[], input: unknown): string[] {
  return nodesAt(path, input).flatMap(({ properties }) =>
    properties?.kind?.const === undefined ? [] : [String(properties.kind.const)],
  );
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly const?: unknown;
}

/** The branches of a union that the value means: those whose `kind` it names, else all. */
function branches(node: JsonSchema, value: unknown): JsonSchema[] {
  const options = (node.anyOf ?? node.oneOf)?.flatMap((option) => branches(option, value));
  if (!options) return [node];
  const kind = valueAt(value, ["kind"]);
  const named = options.filter((option) => kind !== undefined && option.properties?.kind?.const === kind);
  return named.length > 0 ? named : options;
}

type Issue = z.core.$ZodIssue;

/** The issues that tell most: of a union's branches, those of the branch that the value came nearest to. */
function leaves(issue: Issue): Issue[] {
  if (issue.code !== "invalid_union" || issue.errors.length === 0) return [issue];
  const depth = (issues: readonly Issue[]): number => {
    const shape = issues.some((inner) => inner.code === "invalid_type" && inner.path.length === 0);
    return shape
      ? Number.POSITIVE_INFINITY
      : issues.length + (issues.some((inner) => inner.code === "unrecognized_keys") ? 0.5 : 0);
  };
  const [best] = [...issue.errors].sort((a, b) => depth(a) - depth(b));
  if (!best || depth(best) === Number.POSITIVE_INFINITY) return [issue];
  return best.flatMap((inner) => leaves({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** The schema's types in the words of people who write YAML. Every number in it is a whole one. */
const TYPE_WORDS: Readonly<Record<string, string>> = {
  array: "a list",
  object: "a mapping of keys to values",
  string: "text",
  number: "a whole number",
  int: "a whole number",
};

function bound(words: "at least" | "at most", limit: number | bigint, origin: string): string {
  const some = (unit: string, many: string) => `${words} ${limit} ${limit === 1 ? unit : many}`;
  if (origin === "array") return `a list with ${some("entry", "entries")}`;
  if (origin === "string") return some("character", "characters");
  return `a whole number of ${words} ${limit}`;
}

function oneOf(values: readonly string[]): string {
  const different = [...new Set(values)];
  return `${different.length > 1 ? "one of " : ""}${different.join(", ")}`;
}

function expectation(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return TYPE_WORDS[issue.expected] ?? issue.expected;
    case "invalid_value":
      // The schema's own words where it has some, instead of zod's.
      if (!issue.message.startsWith("Invalid ")) return issue.message;
      return oneOf(issue.values.map(String));
    case "too_small":
      return bound("at least", issue.minimum, issue.origin);
    case "too_big":
      return bound("at most", issue.maximum, issue.origin);
    case "invalid_format":
      if (issue.format === "ipv4") return "an IPv4 address such as 192.168.99.99";
      if (issue.format === "cidrv4") return "an IPv4 subnet such as 192.168.99.0/24";
      return issue.message;
    case "invalid_union":
      return unionExpectation(issue);
    default:
      return issue.message;
  }
}

function unionExpectation(issue: Issue & { code: "invalid_union" }): string {
  return [...new Set(issue.errors.flatMap((inner) => inner.map(expectation)))].join(", or ");
}

/** Whether the kind of something is missing, or none of those that it has. */
function isKind(issue: Issue): boolean {
  return issue.code === "invalid_union" && issue.discriminator !== undefined && issue.errors.length === 0;
}

function toFaults(issue: Issue, input: unknown): Fault[] {
  return leaves(issue).flatMap((leaf): Fault[] => {
    const where = formatPath(leaf.path);
    if (leaf.code === "unrecognized_keys") {
      const known = knownKeysAt(leaf.path, input);
      return leaf.keys.map((key) => {
        if (known.includes(key)) {
          const others = Object.keys(Object(valueAt(input, leaf.path))).filter((other) => other !== key);
          return {
            code: "config-unknown-key",
            where: `${where}.${key}`,
            what: `the key "${key}" does not go together with ${others.join(", ")}`,
            expected: "one or the other",
          };
        }
        const near = nearest(key, known);
        return {
          code: "config-unknown-key",
          where: `${where}.${key}`,
          what: `unknown key "${key}"`,
          expected: `one of ${known.join(", ")}`,
          ...(near ? { fix: `Did you mean "${near}"?` } : {}),
        };
      });
    }
    return [
      {
        code: "config-value",
        where,
        what: `found ${show(valueAt(input, leaf.path))}`,
        expected: isKind(leaf) ? oneOf(kindsAt(leaf.path.slice(0, -1), input)) : expectation(leaf),
      },
    ];
  });
}

/**
 * Encrypted values: inside the lab they would be in clear in the program and its plan, without a warning (Pulumi reads
 * structured configuration with a secret in it as plain text).
 */
function secretsIn(value: unknown, path: readonly PropertyKey[], above: readonly unknown[] = []): Fault[] {
  // A list may hold itself, as YAML can write it.
  if (typeof value !== "object" || value === null || above.includes(value)) return [];
  if ("secure" in value) {
    return [
      {
        code: "secret-in-lab",
        where: formatPath(path),
        what: "found an encrypted value",
        expected: "no secret in the lab's description: the plan is shown to everybody",
        fix: "Keep it in a key of its own beside classlab:lab (pulumi config set --secret)",
      },
    ];
  }
  return Object.entries(value).flatMap(([key, inner]) =>
    secretsIn(inner, [...path, Array.isArray(value) ? Number(key) : key], [...above, value]),
  );
}

/**
 * Parses the value of `classlab:lab`. The CLI and the Pulumi program share it, so that both mean the same lab.
 * @param input the value as YAML or Pulumi gives it
 * @returns the configuration with defaults, or every fault of the file at once
 */
export function parseLab(input: unknown): Result<LabConfig> {
  if (input === undefined || input === null) {
    return failed([
      {
        code: "config-missing",
        where: "classlab:lab",
        what: "the stack file has no lab",
        expected: "a mapping: an empty one, {}, is the course's own lab",
        fix: "Pulumi.dev.yaml shows one, and classlab init writes one",
      },
    ]);
  }
  const secrets = secretsIn(input, []);
  const parsed = labSchema.safeParse(input, { reportInput: true });
  if (parsed.success && secrets.length === 0) return succeeded(parsed.data);
  const others = parsed.success ? [] : parsed.error.issues.flatMap((issue) => toFaults(issue, input));
  // What stands in the place of a secret is wrong for that reason alone.
  return failed([
    ...secrets,
    ...others.filter(({ where }) => !secrets.some((secret) => isAt(where, secret.where))),
  ]);
}

/** True for a path that is another or leads into what stands there. */
function isAt(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}.`) || path.startsWith(`${place}[`);
}
