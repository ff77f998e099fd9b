import type { Value } from "./parser";
import type { Parameter } from "./tables";

/** Ranges of the types that hold whole numbers. */
const INTEGERS: Readonly<Record<string, readonly [bigint, bigint]>> = {
  byte: [0n, 255n],
  uint16: [0n, 65535n],
  int16: [-32768n, 32767n],
  int32: [-2147483648n, 2147483647n],
  uint32: [0n, 4294967295n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
};

const UNITS: Readonly<Record<string, bigint>> = {
  "": 1n,
  kb: 2n ** 10n,
  mb: 2n ** 20n,
  gb: 2n ** 30n,
  tb: 2n ** 40n,
  pb: 2n ** 50n,
};

function bytesOf(text: string): bigint {
  const match = /^(-?)(0x[0-9a-f]+|[0-9]+)(kb|mb|gb|tb|pb)?$/i.exec(text);
  const [, sign, digits, unit] = match ?? [];
  const size = BigInt(digits ?? "0") * (UNITS[(unit ?? "").toLowerCase()] ?? 1n);
  return sign === "-" ? -size : size;
}

const shortType = (type: string): string => (type.split(".").at(-1) ?? type).toLowerCase();

function ofList(parameter: Parameter, items: readonly Value[], known: Known): string | undefined {
  if (!parameter.type.endsWith("[]")) return `takes one ${parameter.type}, not a list`;
  const found = items.map((item) => problemOf(parameter, item, known));
  return found.find((problem) => problem !== undefined);
}

/** The values that a variable may have, by its name in lower case; absent where that is not known. */
export type Known = ReadonlyMap<string, readonly string[]>;

const isIn = (accepted: readonly string[], text: string) =>
  accepted.some((each) => each.toLowerCase() === text.toLowerCase());

/** What is wrong with a value for a parameter, in words; undefined where nothing is, or where only a run tells. */
export function problemOf(parameter: Parameter, value: Value, known: Known): string | undefined {
  if (value.kind === "list") return ofList(parameter, value.items, known);
  if (value.kind === "unknown") return undefined;
  const { accepted } = parameter;
  const type = shortType(parameter.type).replace("[]", "");
  const truth = value.kind === "variable" && ["true", "false"].includes(value.name);
  if (type === "boolean" || type === "switchparameter")
    return value.kind === "variable" ? undefined : `takes $true or $false, not ${value.text}`;
  if (accepted) {
    const among = `one of ${accepted.join(", ")}`;
    if (truth) return `takes ${among}, not $${value.name}`;
    if (value.kind === "variable") {
      const wrong = known.get(value.name)?.find((each) => !isIn(accepted, each));
      return wrong === undefined ? undefined : `takes ${among}, and $${value.name} may be ${wrong}`;
    }
    return isIn(accepted, value.text) ? undefined : `takes ${among}, not ${value.text}`;
  }
  const range = INTEGERS[type];
  if (!range || value.kind === "variable") return undefined;
  if (value.kind === "text") return `takes a number, not ${value.text}`;
  const number = bytesOf(value.text);
  return number < range[0] || number > range[1]
    ? `takes no ${value.text}: it is ${parameter.type}`
    : undefined;
}
