import { z } from "zod";
import { DESCRIPTIONS } from "./descriptions";
import { labSchema } from "./schema";

type Node = Record<string, unknown>;

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Puts its description beside every key, found by where it stands: `guests[].disk.size`. */
function describe(node: unknown, path: string): unknown {
  if (!isNode(node)) return node;
  const below: Node = {};
  for (const [key, value] of Object.entries(node)) {
    if (key === "properties" && isNode(value)) {
      below[key] = Object.fromEntries(
        Object.entries(value).map(([name, child]) => {
          const place = path === "" ? name : `${path}.${name}`;
          const described = describe(child, place);
          const description = DESCRIPTIONS[place];
          return [name, isNode(described) && description ? { description, ...described } : described];
        }),
      );
    } else if (key === "items") below[key] = describe(value, `${path}[]`);
    else if ((key === "anyOf" || key === "oneOf") && Array.isArray(value))
      below[key] = value.map((option) => describe(option, path));
    else below[key] = value;
  }
  return below;
}

/**
 * The JSON Schema of a lab's stack file, for editors (docs/lab.schema.json): `classlab:lab` strictly, and whatever else the
 * engine or other packages keep in such a file.
 */
export function labJsonSchema(): object {
  const { $schema, ...lab } = z.toJSONSchema(labSchema, {
    io: "input",
    reused: "inline",
    target: "draft-2020-12",
  });
  const described = describe(lab, "");
  return {
    $schema,
    title: "A lab in a Pulumi stack file",
    type: "object",
    properties: {
      config: {
        type: "object",
        properties: {
          "classlab:lab": {
            description:
              "The lab: an empty mapping is the course's own, one team in containers on this machine.",
            ...(isNode(described) ? described : {}),
          },
        },
      },
    },
  };
}
