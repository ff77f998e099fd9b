import * as pulumi from "@pulumi/pulumi";
import * as runtime from "@pulumi/pulumi/runtime";
import * as debuggable from "@pulumi/pulumi/runtime/debuggable";

/** One registration as the engine would get it. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  /** Logical name of the parent; the stack's own name for top-level resources. */
  readonly parent: string | undefined;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Logical names. */
  readonly deletedWith: string | undefined;
  readonly replaceWith: readonly string[];
  readonly dependsOn: readonly string[];
  readonly ignoreChanges: readonly string[];
  readonly deleteBeforeReplace: boolean;
  readonly protect: boolean;
  readonly provider: string | undefined;
  readonly createTimeout: string;
}

const SECRET_KEY = "4dabf18193072939515e22adb298388d";
const SECRET_MARK = "1b47061264138c4ac30d75fd1eb44270";

/** True when an input reached the engine marked secret. */
export function isSecretInput(value: unknown): boolean {
  return typeof value === "object" && value !== null && Reflect.get(value, SECRET_KEY) === SECRET_MARK;
}

/** An input without its secret mark. */
export function unsecret(value: unknown): unknown {
  return isSecretInput(value) && typeof value === "object" && value !== null
    ? Reflect.get(value, "value")
    : value;
}

interface RegisterRequest {
  getType(): string;
  getName(): string;
  getParent(): string;
  getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
  getDeletedwith(): string;
  getReplaceWithList(): string[];
  getDependenciesList(): string[];
  getIgnorechangesList(): string[];
  getDeletebeforereplace(): boolean;
  getProtect(): boolean;
  getProvider(): string;
  getCustomtimeouts(): { getCreate(): string } | undefined;
}

const nameOf = (urn: string): string | undefined => (urn === "" ? undefined : urn.split("::").at(-1));

let stacksLeftOut = false;

/**
 * The SDK keeps the stack of an error with each promise that it makes, in case one is left over. Jest looks every place in such a stack up in its
 * source maps, which took half of all that these tests take. Stacks of real errors are as they were.
 */
function leaveStacksOut(): void {
  if (stacksLeftOut) return;
  stacksLeftOut = true;
  const original: unknown = Reflect.get(debuggable, "debuggablePromise");
  if (typeof original !== "function") throw new Error("Pulumi's SDK has no debuggablePromise any more");
  Reflect.set(debuggable, "debuggablePromise", (...args: unknown[]): unknown => {
    Error.prepareStackTrace = () => "left out";
    try {
      return Reflect.apply(original, undefined, args);
    } finally {
      Reflect.deleteProperty(Error, "prepareStackTrace");
    }
  });
}

/** Records what a program registers. Providers answer as the real ones do, as far as the components read them. */
export class MockEngine {
  private constructor(readonly registrations: Registration[] = []) {}

  /** An engine that shows other registrations. */
  showing(registrations: readonly Registration[]): MockEngine {
    return new MockEngine([...registrations]);
  }

  /** Sets the mocks up; once a test file, as they are global. */
  static async start(options: {
    readonly preview: boolean;
    readonly images: Readonly<Record<string, string>>;
    /** What clouds answer to a question; none is to be asked by default. */
    readonly answer?: (token: string, inputs: Readonly<Record<string, unknown>>) => Record<string, unknown>;
  }): Promise<MockEngine> {
    leaveStacksOut();
    const engine = new MockEngine();
    await pulumi.runtime.setMocks(
      {
        newResource: (args) => ({
          id: `${args.name}-id`,
          state: { ...args.inputs, ...outputsOf(args, options.images) },
        }),
        call: ({ token, inputs }) => {
          if (!options.answer) throw new Error("no function is to be called");
          return options.answer(token, inputs);
        },
      },
      "classlab",
      "dev",
      options.preview,
    );
    // Mocks see inputs only: options are read off the requests themselves.
    const monitor: { registerResource(request: RegisterRequest, callback: unknown): unknown } =
      runtime.getMonitor() as never;
    const original = monitor.registerResource.bind(monitor);
    monitor.registerResource = (request, callback) => {
      engine.registrations.push({
        type: request.getType(),
        name: request.getName(),
        parent: nameOf(request.getParent()),
        inputs: request.getObject()?.toJavaScript() ?? {},
        deletedWith: nameOf(request.getDeletedwith()),
        replaceWith: request
          .getReplaceWithList()
          .flatMap((urn) => nameOf(urn) ?? [])
          .sort(),
        dependsOn: request
          .getDependenciesList()
          .flatMap((urn) => nameOf(urn) ?? [])
          .sort(),
        ignoreChanges: request.getIgnorechangesList(),
        deleteBeforeReplace: request.getDeletebeforereplace(),
        protect: request.getProtect(),
        provider: nameOf(request.getProvider().split("::").slice(0, -1).join("::")),
        createTimeout: request.getCustomtimeouts()?.getCreate() ?? "",
      });
      return original(request, callback);
    };
    return engine;
  }

  /** Waits until nothing more is registered: a resource made after another's output comes late. */
  async settle(): Promise<void> {
    for (let round = 0; round < 10; round += 1) {
      await runtime.disconnect();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** The one registration of a name and type suffix. */
  find(type: string, name: string): Registration {
    const found = this.registrations.filter((entry) => entry.type.endsWith(type) && entry.name === name);
    if (found.length !== 1 || !found[0]) throw new Error(`${found.length} registrations of ${type} ${name}`);
    return found[0];
  }
}

function outputsOf(
  args: pulumi.runtime.MockResourceArgs,
  images: Readonly<Record<string, string>>,
): Record<string, unknown> {
  switch (args.type) {
    case "random:index/randomPassword:RandomPassword":
      return { result: pulumi.secret(`secret of ${args.name}`) };
    case "command:local:Command":
      return { stdout: args.name.endsWith("-images") ? JSON.stringify(images) : "{}" };
    // The engine's own: it keeps what it was first given.
    case "pulumi:index:Stash":
      return { output: args.inputs.input };
    case "aws:ec2/eip:Eip":
      return { publicIp: `198.51.100.${args.name.length}` };
    case "azure-native:network:PublicIPAddress":
      return { ipAddress: `198.51.100.${args.name.length}` };
    case "azure-native:compute:VirtualMachine":
      return { vmId: `unique id of ${args.name}` };
    case "azure-native:managedidentity:UserAssignedIdentity":
      return { principalId: `principal of ${args.name}` };
    case "azure-native:resources:ResourceGroup":
      return { name: args.inputs.resourceGroupName };
    case "azure-native:network:VirtualNetwork":
      return { name: args.inputs.virtualNetworkName };
    case "aws:iam/role:Role":
    case "aws:scheduler/scheduleGroup:ScheduleGroup":
      return { arn: `arn of ${args.name}` };
    default:
      return {};
  }
}
