import { knownValue, type Node, ofKind } from "./parser";
import { type Cmdlet, EVERY_SET, type Parameter } from "./tables";

/** A function of the repository as one may call it. */
export interface OwnFunction extends Cmdlet {
  readonly name: string;
  readonly node: Node;
  readonly shouldProcess: boolean;
}

const NET_NAMES: Readonly<Record<string, string>> = {
  switch: "SwitchParameter",
  bool: "Boolean",
  string: "String",
  "string[]": "String[]",
  int: "Int32",
  long: "Int64",
};

const isTrue = (argument: Node | undefined): boolean =>
  argument !== undefined && !/=\s*\$false$/i.test(argument.text);

function named(attribute: Node, name: string): Node | undefined {
  return ofKind(attribute, "attribute_argument").find(
    (argument) => argument.namedChildren[0]?.text.toLowerCase() === name.toLowerCase(),
  );
}

/** Name of an attribute such as `Parameter`; of a type such as `[string]` there is none. */
const attributeName = (attribute: Node): string =>
  attribute.namedChildren.find((child) => child.type === "attribute_name")?.text ?? "";

function accepted(attributes: readonly Node[]): readonly string[] | undefined {
  const set = attributes.find((attribute) => attributeName(attribute) === "ValidateSet");
  if (!set) return undefined;
  return ofKind(set, "attribute_argument").flatMap((argument) => {
    const value = argument.namedChildren[0] && knownValue(argument.namedChildren[0]);
    return value?.kind === "text" ? [value.text] : [];
  });
}

function parameterOf(node: Node): [string, Parameter] {
  const attributes = ofKind(node, "attribute");
  const name = node.namedChildren.find((child) => child.type === "variable")?.text.slice(1) ?? "";
  const written = attributes
    .filter((attribute) => attributeName(attribute) === "")
    .map((attribute) => attribute.text.slice(1, -1));
  const settings = attributes.filter((attribute) => attributeName(attribute) === "Parameter");
  const sets = settings.flatMap((attribute) => {
    const argument = named(attribute, "ParameterSetName")?.namedChildren[1];
    const value = argument && knownValue(argument);
    return value?.kind === "text" ? [value.text] : [];
  });
  const values = accepted(attributes);
  const type = written[0] ?? "object";
  return [
    name,
    {
      type: NET_NAMES[type.toLowerCase()] ?? type,
      sets: sets.length > 0 ? sets : [EVERY_SET],
      required: settings.some((attribute) => isTrue(named(attribute, "Mandatory"))),
      aliases: [],
      ...(values ? { accepted: [...values] } : {}),
    },
  ];
}

/** The functions that a file declares. */
export function functionsIn(root: Node, module: string): OwnFunction[] {
  return ofKind(root, "function_statement").map((node) => {
    const name = node.namedChildren.find((child) => child.type === "function_name")?.text ?? "";
    const block = ofKind(node, "param_block")[0];
    const binding = block
      ? ofKind(block, "attribute").find((attribute) => attributeName(attribute) === "CmdletBinding")
      : undefined;
    const shouldProcess = binding !== undefined && isTrue(named(binding, "SupportsShouldProcess"));
    const common: Parameter = { type: "SwitchParameter", sets: [EVERY_SET], required: false, aliases: [] };
    return {
      name,
      node,
      module,
      shouldProcess,
      commonParameters: binding !== undefined,
      parameters: {
        ...Object.fromEntries(block ? ofKind(block, "script_parameter").map(parameterOf) : []),
        ...(shouldProcess ? { WhatIf: common, Confirm: common } : {}),
      },
    };
  });
}
