import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv/dist/2020";
import { parse } from "yaml";
import { labJsonSchema, renderConfiguration } from "../../course/config";
import { DESCRIPTIONS } from "../../course/config/descriptions";
import { ROOT } from "./labs";

const published: object = JSON.parse(readFileSync(join(ROOT, "docs/lab.schema.json"), "utf8"));
const read = (path: string): unknown => parse(readFileSync(join(ROOT, path), "utf8"));
const validate = new Ajv({
  strict: false,
  formats: { ipv4: true, cidrv4: true, uri: true, hostname: true, date: true, email: true },
}).compile(published);

/** Every key of the schema, by where it stands. */
function places(node: unknown, path = ""): string[] {
  if (typeof node !== "object" || node === null) return [];
  return Object.entries(node).flatMap(([key, value]): string[] => {
    if (key === "properties")
      return Object.entries(Object(value)).flatMap(([name, child]) => {
        const place = path === "" ? name : `${path}.${name}`;
        return [place, ...places(child, place)];
      });
    if (key === "items") return places(value, `${path}[]`);
    if (key === "anyOf" || key === "oneOf")
      return Object.values(Object(value)).flatMap((option) => places(option, path));
    return [];
  });
}

const labNode = (): unknown =>
  Reflect.get(Object(labJsonSchema()), "properties").config.properties["classlab:lab"];

describe("the schema for editors", () => {
  test("it is what npm run docs writes", () => {
    expect(published).toEqual(JSON.parse(JSON.stringify(labJsonSchema())));
  });

  test("so is the page of all keys", () => {
    expect(readFileSync(join(ROOT, "docs/configuration.md"), "utf8")).toBe(renderConfiguration());
    expect(renderConfiguration()).toContain(
      "| `guests[].docker[].port` | TCP port in the guest. | 1 to 65535 | `8080`, `8070`, `8060` |",
    );
  });

  test("every key is described, and nothing else", () => {
    expect([...new Set(places(labNode()))].sort()).toEqual(Object.keys(DESCRIPTIONS).sort());
  });

  const examples = readdirSync(join(ROOT, "examples"), { recursive: true, encoding: "utf8" })
    .filter((path) => /Pulumi\..*\.yaml$/.test(path))
    .map((path) => `examples/${path}`);

  test.each(["Pulumi.dev.yaml", ...examples])("%s is good by it", (path) => {
    expect(validate(read(path))).toBe(true);
  });

  test.each([
    "unknown-key",
    "unknown-key-guest",
    "unknown-key-docker",
    "mode-unknown",
    "type-port",
    "name-capital",
  ])("%s is not", (name) => {
    expect(validate(read(`tests/fixtures/bad/${name}.yaml`))).toBe(false);
  });

  test("editors are told which files it is for", () => {
    const settings: unknown = JSON.parse(readFileSync(join(ROOT, ".vscode/settings.json"), "utf8"));
    expect(settings).toEqual({ "yaml.schemas": { "./docs/lab.schema.json": ["Pulumi.*.yaml"] } });
  });
});
