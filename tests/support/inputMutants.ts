import { parse, stringify } from "yaml";
import { isSecretInput, type MockEngine, type Registration, unsecret } from "./mocks";

/** One change of what a program registers, as a fault in the program would make it. */
interface InputMutant {
  /** What was changed, for its reader. */
  readonly what: string;
  readonly registrations: readonly Registration[];
}

type Change = (value: unknown) => unknown;

const GONE = Symbol("gone");

/** A value with what a path leads to changed. */
function changed(value: unknown, path: readonly (string | number)[], change: Change): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return change(value);
  if (isSecretInput(value)) return { ...Object(value), value: changed(unsecret(value), path, change) };
  const text = readText(value);
  if (text) return text.write(changed(text.content, path, change));
  if (Array.isArray(value))
    return value
      .map((entry, index) => (index === key ? changed(entry, rest, change) : entry))
      .filter((entry) => entry !== GONE);
  const entries = Object.entries(Object(value)).map(
    ([name, entry]) => [name, name === key ? changed(entry, rest, change) : entry] as const,
  );
  return Object.fromEntries(entries.filter(([, entry]) => entry !== GONE));
}

/** Documents that are inputs as text: a policy in JSON, user data in YAML, either of them in base64. */
function readText(value: unknown): { content: unknown; write: (content: unknown) => string } | undefined {
  if (typeof value !== "string") return undefined;
  if (value.startsWith("{"))
    return { content: JSON.parse(value), write: (content) => JSON.stringify(content) };
  const plain = Buffer.from(value, "base64").toString();
  const encoded = plain.startsWith("#cloud-config\n");
  if (!encoded && !value.startsWith("#cloud-config\n")) return undefined;
  const write = (content: unknown) => `#cloud-config\n${stringify(content)}`;
  return {
    content: parse(encoded ? plain : value),
    write: (content) => (encoded ? Buffer.from(write(content)).toString("base64") : write(content)),
  };
}

/** Every place in a value, documents in text looked into. */
function* pathsIn(
  value: unknown,
  path: readonly (string | number)[] = [],
): Generator<readonly (string | number)[]> {
  if (path.length > 0) yield path;
  const bare = unsecret(value);
  const content = readText(bare)?.content ?? bare;
  if (typeof content !== "object" || content === null) return;
  for (const [key, entry] of Object.entries(content))
    yield* pathsIn(entry, [...path, Array.isArray(content) ? Number(key) : key]);
}

function at(value: unknown, path: readonly (string | number)[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const bare = unsecret(value);
  const content = readText(bare)?.content ?? bare;
  return at(Reflect.get(Object(content), key), rest);
}

/** How a value may come out wrong: it is not there, or another one. */
function changesOf(value: unknown): readonly (readonly [string, Change])[] {
  const drop = ["dropped", () => GONE] as const;
  if (isSecretInput(value)) return [drop, ["no secret", unsecret]];
  switch (typeof value) {
    case "boolean":
      return [drop, ["altered", () => !value]];
    case "number":
      return [drop, ["altered", () => value + 1]];
    case "string":
      return readText(value) ? [drop] : [drop, ["altered", () => `${value}x`]];
    default:
      return [drop];
  }
}

const OPTIONS: Partial<Record<keyof Registration, Change>> = {
  protect: (value) => !value,
  deletedWith: () => undefined,
  ignoreChanges: () => [],
  provider: () => undefined,
};

/**
 * Every input of registrations, at any depth, dropped and altered once, and each option that is set. What is registered for several teams is
 * changed for all, as a fault in the program would.
 * @param alike the name by which registrations are of the same place in the program
 */
function* inputMutants(
  registrations: readonly Registration[],
  alike: (registration: Registration) => string,
): Generator<InputMutant> {
  const seen = new Set<string>();
  for (const one of registrations) {
    const place = `${one.type} ${alike(one)}`;
    if (seen.has(place)) continue;
    seen.add(place);
    const mutate = (what: string, change: (registration: Registration) => Registration): InputMutant => ({
      what: `${place}: ${what}`,
      registrations: registrations.map((entry) =>
        `${entry.type} ${alike(entry)}` === place ? change(entry) : entry,
      ),
    });
    for (const path of pathsIn(one.inputs))
      for (const [how, change] of changesOf(at(one.inputs, path)))
        yield mutate(`${path.join(".")} ${how}`, (entry) => ({
          ...entry,
          inputs: Object(changed(entry.inputs, path, change)),
        }));
    for (const [option, change] of Object.entries(OPTIONS)) {
      const value: unknown = Reflect.get(one, option);
      if (!value || (Array.isArray(value) && value.length === 0)) continue;
      yield mutate(`option ${option}`, (entry) => ({
        ...entry,
        [option]: change(Reflect.get(entry, option)),
      }));
    }
  }
}

/** What a test file says of registrations: each is a test of what was made, and all are asked of each mutant of it. */
export class Checks {
  private readonly bodies: (() => void)[] = [];

  /** A test that reads nothing but registrations. */
  readonly check = (name: string, body: () => void): void => {
    this.bodies.push(body);
    test(name, body);
  };

  /**
   * Each input and option of an engine's registrations, dropped or altered once, is found by a check.
   * @param whose for the line that tells how many there were
   * @param show has the checks read another engine
   * @param least how many mutants there are at least
   */
  expectEachFound(made: MockEngine, whose: string, show: (engine: MockEngine) => void, least: number): void {
    // What classlab's own components say of themselves is for people.
    const real = made.registrations.filter(({ type }) => !type.startsWith("classlab:"));
    const others = made.registrations.filter((entry) => !real.includes(entry));
    // Where a check fails anyway, every mutant would count as found.
    show(made);
    for (const body of this.bodies) body();
    const survivors: string[] = [];
    let count = 0;
    for (const { what, registrations } of inputMutants(real, ({ name }) =>
      name.replace(/team-\d+/, "team"),
    )) {
      count += 1;
      show(made.showing([...others, ...registrations]));
      if (!this.bodies.some((body) => fails(body))) survivors.push(what);
    }
    show(made);
    expect(survivors).toEqual([]);
    process.stdout.write(`mutants of what is asked of ${whose}, all found: ${count}\n`);
    expect(count).toBeGreaterThan(least);
  }
}

function fails(body: () => void): boolean {
  try {
    body();
    return false;
  } catch {
    return true;
  }
}
