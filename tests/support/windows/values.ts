/** A hash table of PowerShell: keys in any case, in the order in which they came. */
export class Table {
  private readonly entries = new Map<string, { readonly key: string; value: unknown }>();

  get(key: string): unknown {
    return this.entries.get(key.toLowerCase())?.value;
  }

  has(key: string): boolean {
    return this.entries.has(key.toLowerCase());
  }

  set(key: string, value: unknown): void {
    const known = this.entries.get(key.toLowerCase());
    if (known) known.value = value;
    else this.entries.set(key.toLowerCase(), { key, value });
  }

  /** Keys as they were written, with their values. */
  pairs(): [string, unknown][] {
    return [...this.entries.values()].map(({ key, value }) => [key, value]);
  }
}

/** An error that a `catch` sees: what PowerShell has as an exception. */
export class PowerShellError extends Error {
  readonly Data = new Table();
  readonly Message: string;

  constructor(message: string) {
    super(message);
    this.Message = message;
  }
}

/** A moment, as `[DateTime]` is. */
export class Moment {
  /** @param time milliseconds since 1970 */
  constructor(readonly time: number) {}

  AddSeconds(seconds: unknown): Moment {
    return new Moment(this.time + toNumber(seconds) * 1000);
  }

  ToUniversalTime(): Moment {
    return this;
  }

  ToString(): string {
    return new Date(this.time).toISOString();
  }
}

/** Whether a value is an object with properties. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Names of all that an object has, from whatever class it inherits. */
function namesOf(value: object): string[] {
  const names: string[] = [];
  for (let each: object | null = value; each && each !== Object.prototype; each = Object.getPrototypeOf(each))
    names.push(...Object.getOwnPropertyNames(each));
  return names;
}

/** A property by its name in any case. @returns undefined where there is none */
export function propertyOf(value: object, name: string): { readonly value: unknown } | undefined {
  if (value instanceof Table) return value.has(name) ? { value: value.get(name) } : undefined;
  const found = namesOf(value).find((each) => each.toLowerCase() === name.toLowerCase());
  return found === undefined || found === "constructor" ? undefined : { value: Reflect.get(value, found) };
}

/** Text of a value between quotes. */
export function toText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return value.map(toText).join(" ");
  if (value instanceof Moment) return value.ToString();
  return String(value);
}

/** @throws PowerShellError where a text is no number */
export function toNumber(value: unknown): number {
  if (value === null || value === undefined || value === "") return 0;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value instanceof Moment) return value.time;
  const number = Number(value);
  if (Number.isNaN(number)) throw new PowerShellError(`Cannot convert value "${toText(value)}" to a number`);
  return number;
}

/** Whether a condition holds. */
export function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 1 || (value.length === 1 && isTrue(value[0]));
  return value !== null && value !== undefined && value !== false && value !== 0 && value !== "";
}

/** To even, as .NET rounds. */
function rounded(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/**
 * A value as a type of PowerShell.
 * @throws PowerShellError where it cannot be one, or the type was not taught
 */
export function castTo(type: string, value: unknown): unknown {
  switch (type.toLowerCase()) {
    case "int":
    case "long": {
      const number = rounded(toNumber(value));
      if (type.toLowerCase() === "int" && Math.abs(number) >= 2 ** 31)
        throw new PowerShellError(`Value was either too large or too small for an Int32: ${number}`);
      return number;
    }
    case "double":
      return toNumber(value);
    case "bool":
      return isTrue(value);
    case "string":
      return toText(value);
    case "object":
    case "ordered":
    case "psobject":
    case "pscustomobject":
      return value;
    case "string[]":
      return (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]).map(
        toText,
      );
    case "object[]":
    case "psobject[]":
      return value === null || value === undefined ? [] : Array.isArray(value) ? value : [value];
    case "int[]":
      return (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]).map(
        (each: unknown) => castTo("int", each),
      );
    default:
      throw new Error(`the stand-in was not taught the type ${type}`);
  }
}

/** What a value is as JSON, as `ConvertTo-Json` makes it. */
export function toJson(value: unknown): unknown {
  if (value === undefined) return null;
  if (Array.isArray(value)) return value.map(toJson);
  if (value instanceof Table)
    return Object.fromEntries(value.pairs().map(([key, each]) => [key, toJson(each)]));
  if (value instanceof Moment) return value.ToString();
  if (isObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, toJson(each)]));
  return value;
}
