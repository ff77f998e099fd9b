import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { AMAZON } from "./amazon";
import { AZURE } from "./azure";
import { type Account, type CloudObject, field, type Kind, type Props, UNKNOWN } from "./kinds";

/** Key and value by which the engine passes a secret (pulumi/pulumi, sdk/nodejs/runtime/rpc.ts). */
const SECRET = ["4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"] as const;

/** A value of which no part is wrapped as a secret. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if (Reflect.get(value, SECRET[0]) === SECRET[1]) return plain(Reflect.get(value, "value"));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

/** Inputs of which no part is wrapped. */
export function plainProps(props: Props): Props {
  return Object.fromEntries(Object.entries(props).map(([key, value]) => [key, plain(value)]));
}

/** What the stand-in was taught of a type. @throws when it was taught nothing */
export function kindOf(type: string): Kind {
  const kind = AMAZON[type] ?? AZURE[type];
  if (!kind) throw new Error(`the stand-in was not taught ${type}`);
  return kind;
}

/** Last word of a type: `Vpc`. */
export const shortType = (type: string): string => type.split(":").at(-1) ?? "";

/** What stands at a path of inputs, in every entry of a list on the way. */
function valuesAt(value: unknown, path: readonly string[]): unknown[] {
  const [name, ...rest] = path;
  if (Array.isArray(value)) return value.flatMap((entry) => valuesAt(entry, path));
  return name === undefined ? [value] : valuesAt(field(value, name), rest);
}

/** Values of an input that names others; what a preview does not know names nobody. */
function named(props: Props, path: string): string[] {
  return valuesAt(plain(props), path.split("."))
    .flat()
    .flatMap((entry) => (typeof entry === "string" && entry !== UNKNOWN ? [entry] : []));
}

/** Whether a name of Azure's can mean the object: names are unique in a resource group. */
function inOneGroup({ props: a }: CloudObject, { props: b }: CloudObject): boolean {
  return a.resourceGroupName === b.resourceGroupName;
}

/** Whether one object names another. */
export function refersTo(user: CloudObject, object: CloudObject): boolean {
  return Object.entries(kindOf(user.type).refers ?? {}).some(
    ([input, { type, by }]) =>
      type === object.type &&
      named(user.props, input).includes(by ? String(object.props[by]) : object.id) &&
      (!by || inOneGroup(user, object)),
  );
}

const known = ({ required, optional = [] }: Kind): readonly string[] => [...required, ...optional];

/** A value without what the cloud added within it. */
function without(value: unknown, added: string): unknown {
  if (Array.isArray(value)) return value.map((entry) => without(entry, added));
  if (typeof value !== "object" || value === null) return value;
  const own = Object.entries(value).filter(([name]) => name !== added);
  return Object.fromEntries(own.map(([name, inner]) => [name, without(inner, added)]));
}

/** Those of an object's properties that are inputs. */
export function inputsOf(type: string, from: Props): Props {
  const kind = kindOf(type);
  const names = known(kind);
  const { adds } = kind;
  return Object.fromEntries(
    Object.entries(from).flatMap(([name, value]): [string, unknown][] =>
      names.includes(name) ? [[name, adds === undefined ? value : without(value, adds)]] : [],
    ),
  );
}

/** Looks at inputs as the engine asks for it: properties that were not taught are refused, also in a preview. */
export function check(type: string, news: Props): object {
  const kind = kindOf(type);
  const given = Object.entries(news).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  const failures = [
    ...given
      .filter((name) => !known(kind).includes(name) && !name.startsWith("__"))
      .map((property) => ({ property, reason: `the stand-in was not taught ${property} of ${type}` })),
    ...kind.required
      .filter((name) => !given.includes(name))
      .map((property) => ({ property, reason: `${property} is required` })),
  ];
  return { inputs: news, failures };
}

/** Compares what stands with what is asked for. */
export function diff(type: string, olds: Props, news: Props): object {
  const kind = kindOf(type);
  const before = inputsOf(type, olds);
  const changed = known(kind).filter((name) => !isDeepStrictEqual(before[name] ?? null, news[name] ?? null));
  return {
    changes: changed.length > 0,
    replaces: changed.filter((name) => kind.replaces.includes(name)),
    deleteBeforeReplace: true,
  };
}

/** What a cloud's account holds, and its rules about it. */
export class CloudAccount {
  private objects: CloudObject[] = [];

  /** Everything that stands, in the order in which it was made. */
  get all(): Account {
    return this.objects;
  }

  /** An object, if it stands. */
  find(type: string, id: string): CloudObject | undefined {
    return this.objects.find((object) => object.type === type && object.id === id);
  }

  /** Makes an object. @throws with the cloud's words */
  create(type: string, inputs: Props, region: string, more: Props = {}): CloudObject {
    const kind = kindOf(type);
    refuse(kind, inputs, this.objects);
    const id = kind.id?.(plainProps(inputs)) ?? `${kind.prefix}-${randomBytes(8).toString("hex")}0`;
    if (this.find(type, id))
      throw new Error(`EntityAlreadyExists: ${shortType(type)} with name ${id} already exists.`);
    const object = { id, type, region, props: { ...inputs, ...more, ...kind.outputs?.(inputs, id, region) } };
    this.objects.push(object);
    return object;
  }

  /** Changes an object in place. @throws with the cloud's words */
  update(type: string, id: string, news: Props): CloudObject {
    const before = this.find(type, id);
    if (!before) throw new Error(`NotFound: ${id}`);
    const others = this.objects.filter((object) => object !== before);
    refuse(kindOf(type), news, others);
    const inputs = inputsOf(type, before.props);
    const outputs = Object.entries(before.props).filter(([name]) => !(name in inputs));
    const object = { ...before, props: { ...Object.fromEntries(outputs), ...news } };
    this.objects = this.objects.map((other) => (other === before ? object : other));
    return object;
  }

  /** Removes an object; one that is gone already is removed. @throws with the cloud's words while another needs it */
  delete(type: string, id: string): void {
    const object = this.find(type, id);
    if (!object) return;
    const { takes: goesWith = [], frees = {} } = kindOf(type);
    for (const [other, input] of Object.entries(frees)) this.release(other, input, id);
    const users = this.objects.filter((other) => refersTo(other, object));
    if (users.some((other) => !goesWith.includes(other.type)))
      throw new Error(
        `DependencyViolation: The ${shortType(type)} '${id}' has dependencies and cannot be deleted.`,
      );
    this.forget(object);
    for (const other of users) this.forget(other);
    for (const gone of kindOf(type).drags?.(plainProps(object.props)) ?? [])
      this.objects = this.objects.filter((other) => other.id !== gone);
  }

  /** Lets an object no more name another, as an address does whose machine is gone. */
  release(type: string, input: string, id: string): void {
    this.objects = this.objects.map((object) => {
      if (object.type !== type || object.props[input] !== id) return object;
      const { [input]: _gone, ...props } = object.props;
      return { ...object, props };
    });
  }

  /** Changes what is told of an object beside its inputs, as time does. */
  become({ type, id }: CloudObject, outputs: Props): void {
    this.objects = this.objects.map((object) =>
      object.type === type && object.id === id
        ? { ...object, props: { ...object.props, ...outputs } }
        : object,
    );
  }

  /** Takes an object away whoever needs it, as an accident does. */
  forget(object: CloudObject): void {
    this.objects = this.objects.filter((other) => other !== object);
  }
}

/** Refuses inputs that the cloud would. */
function refuse(kind: Kind, inputs: Props, account: Account): void {
  for (const [input, { type, by }] of Object.entries(kind.refers ?? {}))
    for (const name of named(inputs, input)) {
      const stands = account.some(
        (object) => object.type === type && (by ? object.props[by] : object.id) === name,
      );
      if (!stands) throw new Error(`${input}: there is no ${shortType(type)} ${name}`);
    }
  const wrong = kind.wrong?.(plainProps(inputs), account);
  if (wrong !== undefined) throw new Error(wrong);
}
