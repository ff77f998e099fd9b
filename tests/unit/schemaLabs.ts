import fc from "fast-check";
import { labJsonSchema } from "../../course/config";

type Node = Readonly<Record<string, unknown>>;

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Few names, so that one part of a lab names another now and then. */
const NAMES = ["lan", "a", "b", "a-b", "team-01", "team-2", "red", "ubuntu-test1", "inner"];

const MATCHING = new Map<string, fc.Arbitrary<string>>();

/** Texts that a pattern matches, made once for each: making them anew for each lab took four fifths of the time. */
function matching(pattern: string): fc.Arbitrary<string> {
  const known =
    MATCHING.get(pattern) ?? fc.stringMatching(new RegExp(pattern)).filter((value) => value.length < 80);
  MATCHING.set(pattern, known);
  return known;
}

/** Texts for what the schema knows by a pattern or a format. */
function text(node: Node): fc.Arbitrary<string> {
  const number = fc.integer({ min: 0, max: 255 });
  const address = fc.tuple(number, number, number, number).map((bytes) => bytes.join("."));
  switch (node.format) {
    case "ipv4":
      return fc.oneof(fc.constantFrom("192.168.99.1", "192.168.99.99", "10.0.2.15"), address);
    case "cidrv4":
      return fc.oneof(
        fc.constantFrom("192.168.99.0/24", "10.0.2.0/24", "192.168.99.0/30", "0.0.0.0/0"),
        fc.tuple(address, fc.integer({ min: 0, max: 32 })).map(([base, prefix]) => `${base}/${prefix}`),
      );
    case "uri":
      return fc.constantFrom("http://proxy.example:8080", "https://registry.example/");
    case "hostname":
      return fc.constantFrom("proxy.example", "a");
    case "date":
      return fc.constantFrom("2027-01-18", "2027-02-28", "2027-12-31");
  }
  const pattern = String(node.pattern ?? "");
  if (pattern.includes("CERTIFICATE"))
    return fc.constant("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
  if (pattern.includes("{1,15}$")) return fc.constantFrom(...NAMES);
  if (pattern.includes("T([01]"))
    return fc.constantFrom("2027-01-18T09:00", "2027-01-18T17:30", "2027-03-28T02:30", "2027-02-31T09:00");
  if (pattern.startsWith("^[A-Za-z_]+(\\/"))
    return fc.constantFrom("Asia/Tokyo", "Europe/Berlin", "Mars/Olympus");
  return pattern === ""
    ? fc.string({ minLength: Number(node.minLength ?? 0), maxLength: 12 })
    : matching(pattern);
}

/** Anything that a node of a JSON Schema accepts, small things more often than large ones. */
function arbitrary(node: unknown): fc.Arbitrary<unknown> {
  if (!isNode(node)) return fc.constant(null);
  const options = node.anyOf ?? node.oneOf;
  if (Array.isArray(options)) return fc.oneof(...options.map(arbitrary));
  if ("const" in node) return fc.constant(node.const);
  if (Array.isArray(node.enum)) return fc.constantFrom(...node.enum);
  switch (node.type) {
    case "boolean":
      return fc.boolean();
    case "integer": {
      const min = Number(node.minimum);
      const max = Number(node.maximum);
      return fc.oneof(fc.integer({ min, max: Math.min(max, min + 8) }), fc.integer({ min, max }));
    }
    case "array":
      return fc.array(arbitrary(node.items), {
        minLength: Number(node.minItems ?? 0),
        maxLength: Math.max(3, Number(node.minItems ?? 0)),
      });
    case "object":
      return fc.record(
        Object.fromEntries(
          Object.entries(Object(node.properties)).map(([key, child]) => [key, arbitrary(child)]),
        ),
        { requiredKeys: Array.isArray(node.required) ? node.required.map(String) : [] },
      );
    default:
      return text(node);
  }
}

const keys = Object.entries(
  Object(
    ["properties", "config", "properties", "classlab:lab", "properties"].reduce<unknown>(
      (node, key) => Reflect.get(Object(node), key),
      labJsonSchema(),
    ),
  ),
);

/** Labs of one to four of all keys that the schema has, most of them wrong in what the schema cannot see. */
export const schemaLabs: fc.Arbitrary<unknown> = fc
  .uniqueArray(fc.nat(keys.length - 1), { minLength: 1, maxLength: 4 })
  .chain((chosen) =>
    fc.record(
      Object.fromEntries(
        chosen.flatMap((index) => {
          const [name, node] = keys[index] ?? [];
          return name === undefined ? [] : [[name, arbitrary(node)]];
        }),
      ),
    ),
  );
