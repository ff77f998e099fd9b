/** An object in the account of the stand-in. */
export interface CloudObject {
  readonly id: string;
  readonly type: string;
  readonly region: string;
  /** As the engine passes them: secrets are wrapped. */
  readonly props: Props;
}

/** Inputs or outputs of an object. */
export type Props = Readonly<Record<string, unknown>>;

/** What stands in the account, but the object in question. */
export type Account = readonly CloudObject[];

/** Text of what a preview does not know yet (pulumi/pulumi, sdk/nodejs/runtime/rpc.ts, `unknownValue`). */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Says what is wrong with inputs, in the vendor's words where those are known; undefined where nothing is. */
export type Wrong = (props: Props, account: Account) => string | undefined;

/** What the stand-in was taught of a type of resource; what it was not taught it refuses. */
export interface Kind {
  readonly required: readonly string[];
  readonly optional?: readonly string[];
  /** Inputs whose change makes another object. */
  readonly replaces: readonly string[];
  /** Inputs that name another object, by its id or one of its outputs: it has to stand, and stays as long as it is named. Inputs within inputs by a dot. */
  readonly refers?: Readonly<Record<string, { readonly type: string; readonly by?: string }>>;
  /** Types that refer to this one and go with it, instead of keeping it. */
  readonly takes?: readonly string[];
  /** Types whose input names this one and is empty once it is gone, instead of keeping it. */
  readonly frees?: Readonly<Record<string, string>>;
  /** Ids of others that go with this one. */
  readonly drags?: (props: Props) => string[];
  /** What is wrong with inputs that are known. */
  readonly wrong?: Wrong;
  /** Its id; a random one of Amazon's form by default. */
  readonly id?: (props: Props) => string;
  readonly prefix?: string;
  /** Name of what the cloud adds within inputs, and nobody asks for. */
  readonly adds?: string;
  /** Outputs beside the inputs. */
  readonly outputs?: (props: Props, id: string, region: string) => Props;
  /** Pages that the rules are taken from. */
  readonly sources: readonly string[];
}

/** A field of something that may be anything. */
export function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

/** The objects of a type. */
export function ofType(account: Account, type: string): CloudObject[] {
  return account.filter((object) => object.type === type);
}

/** The object of an id; kinds have name spaces of their own. */
export function withId(account: Account, type: string, id: unknown): CloudObject | undefined {
  return account.find((object) => object.type === type && object.id === id);
}
