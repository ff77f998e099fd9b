import { distance } from "fastest-levenshtein";
import { z } from "zod";
import { type Fault, failed, type Result, succeeded } from "./faults";
import { IMAGE_SOURCES } from "./images";
import { MODE_TRAITS, MODES } from "./modes";
import { TARGETS } from "./support";

const NAME_RULE =
  "lower-case letters, digits and inner hyphens, starting with a letter, at most 15 characters";

/** NetBIOS limits a host name to 15 characters; the narrowest rule among the targets holds for all. */
const name = z.string().regex(/^(?=.{1,15}$)[a-z]([a-z0-9-]*[a-z0-9])?$/, { error: NAME_RULE });

/** What people write first is the switch's mode on the adapter. */
const ADAPTER_MODE_RULE = "disabled, or instead of mode the key switch, whose mode the adapter then has";

const port = z.int().min(1).max(65535);

const teamSchema = z.strictObject({
  id: name,
  slot: z.int().min(1).max(99).optional(),
  label: z.string().min(1).optional(),
});

const switchSchema = z
  .strictObject({
    name,
    mode: z.enum(MODES).exclude(["disabled"]),
    /** That of team 1 where each team has a switch of its own; the mode's own by default. */
    subnet: z.cidrv4().optional(),
    /** Guests on this switch are on this VLAN of the classroom LAN, apart from it and from other VLANs; bridged only. */
    vlan: z.int().min(1).max(4094).optional(),
  })
  .transform((entry) => ({ ...entry, subnet: entry.subnet ?? MODE_TRAITS[entry.mode].subnet }));

const adapterSchema = z.union([
  z.strictObject({ switch: name, address: z.ipv4().optional() }),
  z.strictObject({ mode: z.literal("disabled", { error: ADAPTER_MODE_RULE }) }),
]);

const dockerStackSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("nginx"), port: port.default(8080) }),
  z.strictObject({
    kind: z.literal("nginx-farm"),
    firstPort: port.default(8001),
    count: z.int().min(1).max(100).default(100),
  }),
  z.strictObject({ kind: z.literal("php-apache"), port: port.default(8070) }),
  z.strictObject({ kind: z.literal("wordpress"), port: port.default(8060) }),
]);

const guestSchema = z.strictObject({
  name,
  adapters: z.array(adapterSchema).max(8).default([]),
  docker: z.array(dockerStackSchema).default([]),
});

/**
 * What the probes of operating systems ask for themselves: made for being asked, small, and without encryption, so that a
 * proxy's certificate does not stand in the way.
 */
const INTERNET_PROBE = {
  names: ["connectivity-check.ubuntu.com", "www.msftconnecttest.com"],
  pages: [
    { url: "http://www.msftconnecttest.com/connecttest.txt", contains: "Microsoft Connect Test" },
    { url: "http://detectportal.firefox.com/success.txt", contains: "success" },
  ],
};

const verifySchema = z.strictObject({
  /** What `verify` tries for the internet: pages, any of which proves it, and names to resolve. `none`: it is not tried. */
  internetProbe: z
    .union([
      z.literal("none"),
      z.strictObject({
        names: z.array(z.hostname()).default([]),
        pages: z
          .array(
            z.strictObject({
              url: z.url({ protocol: /^https?$/ }),
              contains: z.string().min(1).optional(),
            }),
          )
          .min(1),
      }),
    ])
    .default(INTERNET_PROBE),
});

/** The schema of `classlab:lab` in a Pulumi stack file: strict, every key known, every default the course's own. */
export const labSchema = z.strictObject({
  /** Where guests run. */
  target: z.enum(TARGETS).default("containers"),
  /** `one`: the whole lab in one stack; `per-team`: one for what teams share and one for each team. */
  units: z.enum(["one", "per-team"]).default("per-team"),
  /** How many teams, or which. */
  teams: z.union([z.int().min(1).max(99), z.array(z.union([name, teamSchema])).min(1)]).default(1),
  switches: z.array(switchSchema).default([{ name: "lan", mode: "bridged", subnet: "192.168.99.0/24" }]),
  guests: z.array(guestSchema).min(1),
  images: z.strictObject({ source: z.enum(IMAGE_SOURCES).default("auto") }).prefault({}),
  /** How learners on this machine reach guests: by their own addresses, or by ports on 127.0.0.1. */
  access: z.enum(["auto", "routed", "published"]).default("auto"),
  verify: verifySchema.prefault({}),
});

/** A lab's configuration with every default filled in. */
export type LabConfig = z.output<typeof labSchema>;

/** One Docker stack of a guest, as configured. */
export type DockerStackConfig = z.output<typeof dockerStackSchema>;

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
  return cut(typeof value === "string" ? JSON.stringify(value) : String(value));
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

/** The keys allowed at a path of the schema, found by asking the schema's own JSON form. */
function knownKeysAt(path: readonly PropertyKey[], input: unknown): string[] {
  let nodes: JsonSchema[] = [z.toJSONSchema(labSchema, { io: "input", reused: "inline" }) as JsonSchema];
  for (const [depth, key] of path.entries()) {
    nodes = nodes.flatMap((node) => {
      const next = typeof key === "number" ? node.items : node.properties?.[String(key)];
      return next ? branches(next, valueAt(input, path.slice(0, depth + 1))) : [];
    });
  }
  return [...new Set(nodes.flatMap((node) => Object.keys(node.properties ?? {})))];
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

function expectation(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return TYPE_WORDS[issue.expected] ?? issue.expected;
    case "invalid_value":
      // The schema's own words where it has some, instead of zod's.
      if (!issue.message.startsWith("Invalid ")) return issue.message;
      return `${issue.values.length > 1 ? "one of " : ""}${issue.values.map(String).join(", ")}`;
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
  if (issue.discriminator !== undefined && issue.errors.length === 0)
    return `one of ${dockerStackSchema.options.map((option) => option.shape.kind.value).join(", ")}`;
  return [...new Set(issue.errors.flatMap((inner) => inner.map(expectation)))].join(", or ");
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
        expected: expectation(leaf),
      },
    ];
  });
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
        expected: "a mapping with at least the key guests",
        fix: "Pulumi.dev.yaml shows one",
      },
    ]);
  }
  const parsed = labSchema.safeParse(input, { reportInput: true });
  if (parsed.success) return succeeded(parsed.data);
  return failed(parsed.error.issues.flatMap((issue) => toFaults(issue, input)));
}
