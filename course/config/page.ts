import { labJsonSchema } from "./jsonSchema";

type Node = Readonly<Record<string, unknown>>;

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** One key of the lab. */
interface Row {
  readonly place: string;
  readonly description: string;
  /** What may stand there; several where branches differ. */
  readonly values: string[];
  readonly defaults: string[];
}

const code = (value: unknown): string => `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;

/** What a key takes, in a few words. */
function values(node: Node): string[] {
  const options = node.anyOf ?? node.oneOf;
  if (Array.isArray(options)) {
    const kinds = options.flatMap((option) => (isNode(option) ? values(option) : []));
    return [...new Set(kinds)];
  }
  if (node.const !== undefined) return [code(node.const)];
  if (Array.isArray(node.enum)) return node.enum.map(code);
  switch (node.type) {
    case "integer":
      return [`${node.minimum} to ${node.maximum}`];
    case "boolean":
      return ["`true`", "`false`"];
    case "array":
      return ["a list"];
    case "object":
      return ["a mapping"];
    default:
      return [
        typeof node.format === "string"
          ? ({ ipv4: "an IPv4 address", cidrv4: "an IPv4 subnet" }[node.format] ?? "text")
          : "text",
      ];
  }
}

function collect(node: unknown, place: string, rows: Map<string, Row>): void {
  if (!isNode(node)) return;
  for (const [name, child] of Object.entries(isNode(node.properties) ? node.properties : {})) {
    if (!isNode(child)) continue;
    const at = place === "" ? name : `${place}.${name}`;
    const row = rows.get(at) ?? {
      place: at,
      description: String(child.description),
      values: [],
      defaults: [],
    };
    row.values.push(...values(child));
    if (child.default !== undefined && !isNode(child.default)) row.defaults.push(shortDefault(child.default));
    rows.set(at, row);
    collect(child, at, rows);
  }
  collect(node.items, `${place}[]`, rows);
  for (const options of [node.anyOf, node.oneOf])
    if (Array.isArray(options)) for (const option of options) collect(option, place, rows);
}

function shortDefault(value: unknown): string {
  return Array.isArray(value) && value.some(isNode) ? "the course's" : code(value);
}

const cell = (parts: readonly string[]): string => [...new Set(parts)].join(", ").replaceAll("|", "\\|");

const INTRODUCTION = `# What a lab is described with

<!-- Written by npm run docs from course/config. Change it there. -->

Everything that may stand under \`classlab:lab\` in a stack file. All of it has a default: an empty mapping (\`{}\`) is the course's own lab. A key that is
not here is an error that names it. Editors with the YAML language server check it as you type: \`.vscode/settings.json\` says so to VS Code, and this first line
to any of them:

\`\`\`yaml
# yaml-language-server: $schema=docs/lab.schema.json
\`\`\`

\`[]\` stands for each entry of a list. Text that YAML might take for something else (\`"2019"\`, \`"no"\`) belongs in quotes.`;

/** The page of all keys of a lab (docs/configuration.md), from the schema itself. */
export function renderConfiguration(): string {
  const rows = new Map<string, Row>();
  const lab = [labJsonSchema(), "properties", "config", "properties", "classlab:lab"].reduce((node, key) =>
    Reflect.get(Object(node), String(key)),
  );
  collect(lab, "", rows);
  const lines = [...rows.values()].map(
    (row) => `| \`${row.place}\` | ${row.description} | ${cell(row.values)} | ${cell(row.defaults)} |`,
  );
  return `${INTRODUCTION}\n\n| key | what it means | what it takes | by default |\n| --- | --- | --- | --- |\n${lines.join("\n")}\n`;
}
