import { type CloudAccount, refersTo, shortType } from "./account";
import type { Machines } from "./index";
import { type CloudObject, field } from "./kinds";

// Azure Resource Manager over what the stand-in has. Rules, each with its page:
// - who may ask: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
// - lists: https://learn.microsoft.com/rest/api/resources/resources/list (by a tag's name and value no tags are told), …/resource-groups/list
// - machines: https://learn.microsoft.com/rest/api/compute/virtual-machines/instance-view, …/deallocate, …/start
// - before anything is made: https://learn.microsoft.com/rest/api/compute/usage/list, …/resource-skus/list,
//   …/virtual-machine-images/list, …/rest/api/virtualnetwork/usages/list, …/virtual-networks/list-all
// - power: https://learn.microsoft.com/azure/virtual-machines/states-billing
// - what goes on: https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations

/** Id of the subscription: the one of Azure's own examples. */
export const SUBSCRIPTION = "00000000-0000-0000-0000-000000000000";

const PREFIX = `/subscriptions/${SUBSCRIPTION}`;
/** Paths of what is asked before anything is made. */
const USAGES = /^\/providers\/Microsoft\.(Compute|Network)\/locations\/japaneast\/usages$/;
const IMAGE =
  "/japaneast/publishers/Canonical/artifacttypes/vmimage/offers/ubuntu-24_04-lts/skus/server/versions";

const TENANT = "11111111-1111-1111-1111-111111111111";
const TOKEN = "a-token-of-nobody";

/** Versions that were taught, by the provider that is asked. */
const VERSIONS: Readonly<Record<string, string>> = {
  "Microsoft.Compute": "2024-07-01",
  "Microsoft.Network": "2024-05-01",
  "Microsoft.Authorization": "2022-04-01",
  "Microsoft.DevTestLab": "2018-09-15",
  "Microsoft.Consumption": "2024-08-01",
  "Microsoft.Logic": "2019-05-01",
  "Microsoft.ManagedIdentity": "2023-01-31",
  "": "2021-04-01",
};

/** What the API refuses. */
class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** An answer of the API. */
export interface AzureAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** The environment in which a stand-in is asked, as a service principal. */
export function azureEnvironment({ url }: { readonly url: string }): Record<string, string> {
  return {
    CLASSLAB_AZURE_ENDPOINT: url,
    ARM_CLIENT_ID: "22222222-2222-2222-2222-222222222222",
    ARM_CLIENT_SECRET: "no-secret-of-anybody",
    ARM_TENANT_ID: TENANT,
    ARM_SUBSCRIPTION_ID: SUBSCRIPTION,
  };
}

/** Whether a request is for Azure, by its path. */
export const isForAzure = (path: string): boolean =>
  /^\/(?:subscriptions|[0-9a-f-]{36}\/oauth2)\//.test(path);

/** Azure Resource Manager over an account. */
export class AzureApi {
  /** Requests, in order: method and path, but for signing in. */
  readonly asked: string[] = [];
  /** What a start ends with: a code and words. */
  refusal: readonly [code: string, words: string] | undefined;
  /** Sizes that the location has. */
  skus: readonly object[] = [
    {
      name: "Standard_D4s_v5",
      resourceType: "virtualMachines",
      family: "standardDSv5Family",
      restrictions: [],
    },
    {
      name: "Standard_E4s_v5",
      resourceType: "virtualMachines",
      family: "standardESv5Family",
      restrictions: [{ type: "Location", reasonCode: "NotAvailableForSubscription" }],
    },
  ];
  /** What the subscription may have there, and has. */
  usages: Readonly<Record<string, readonly object[]>> = {
    Compute: [
      { name: { value: "cores", localizedValue: "Total Regional vCPUs" }, limit: 20, currentValue: 4 },
      {
        name: { value: "standardDSv5Family", localizedValue: "Standard DSv5 Family vCPUs" },
        limit: 10,
        currentValue: 4,
      },
    ],
    Network: [
      { name: { value: "StandardSkuPublicIpAddresses" }, limit: 20, currentValue: 3 },
      { name: { value: "VirtualNetworks", localizedValue: "Virtual Networks" }, limit: 3, currentValue: 1 },
    ],
  };
  /** What whoever asks may do: an owner by default. */
  permissions: readonly object[] = [{ actions: ["*"], notActions: [] }];
  /** Versions of Ubuntu's image. */
  versions: readonly string[] = ["24.04.202611010"];
  private readonly operations = new Map<string, object>();

  constructor(
    private readonly account: CloudAccount,
    private readonly machines: Pick<Machines, "end" | "resume">,
    private readonly url: () => string,
  ) {}

  /** Answers a request. @param path with its query */
  async answer(
    method: string,
    path: string,
    authorization: string | undefined,
    text: string,
  ): Promise<AzureAnswer> {
    const url = new URL(path, "http://azure");
    try {
      if (url.pathname.includes("/oauth2/")) return signedIn(url.pathname, new URLSearchParams(text));
      if (authorization !== `Bearer ${TOKEN}`)
        throw new Refused(401, "InvalidAuthenticationToken", "The access token is invalid.");
      this.asked.push(`${method} ${url.pathname}`);
      this.refuseVersion(url);
      return await this.work(method, decodeURIComponent(url.pathname), url.searchParams);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return { status: error.status, body: { error: { code: error.code, message: error.message } } };
    }
  }

  private refuseVersion({ pathname, searchParams }: URL): void {
    const provider = /.*\/providers\/([^/]+)\//.exec(pathname)?.[1] ?? "";
    const version = searchParams.get("api-version");
    const own = pathname.endsWith("/skus")
      ? "2021-07-01"
      : pathname === PREFIX
        ? "2022-12-01"
        : VERSIONS[provider];
    if (version !== own)
      throw new Refused(400, "InvalidApiVersionParameter", `${provider} was not taught version ${version}`);
  }

  private async work(method: string, path: string, query: URLSearchParams): Promise<AzureAnswer> {
    const own = path.slice(PREFIX.length);
    if (method === "GET" && own.startsWith("/operations/"))
      return { status: 200, body: this.operations.get(own) ?? {} };
    if (own === "/providers/Microsoft.Compute/skus" && query.get("$filter") === "location eq 'japaneast'")
      return { status: 200, body: { value: this.skus } };
    const strange = [...query.keys()].find((key) => key !== "api-version");
    if (strange !== undefined)
      throw new Refused(400, "InvalidQuery", `the stand-in was not taught ${strange}`);
    if (method === "GET") return this.read(path, own);
    if (method === "DELETE") return this.remove(path);
    const [, id = "", action = ""] = /^(.+)\/(deallocate|start)$/.exec(path) ?? [];
    if (method === "POST" && id !== "") return this.change(id, action);
    throw new Refused(404, "NotFound", `the stand-in was not taught ${method} ${path}`);
  }

  private read(path: string, own: string): AzureAnswer {
    const list = (found: readonly CloudObject[]): AzureAnswer => ({
      status: 200,
      body: { value: found.map((object) => shown(object)) },
    });
    const of = (name: string) =>
      this.account.all.filter(({ type }) => type.startsWith("azure-native:") && shortType(type) === name);
    if (own === "") return { status: 200, body: { subscriptionId: SUBSCRIPTION, displayName: "Class" } };
    if (own === "/providers/Microsoft.Consumption/budgets") return list(of("Budget"));
    if (own === "/providers/Microsoft.Authorization/permissions")
      return { status: 200, body: { value: this.permissions } };
    const [, provider] = USAGES.exec(own) ?? [];
    if (provider !== undefined) return { status: 200, body: { value: this.usages[provider] ?? [] } };
    if (own.endsWith(IMAGE)) return { status: 200, body: this.versions.map((name) => ({ name })) };
    if (own === "/resourcegroups") return list(of("ResourceGroup"));
    if (own === "/resources") return list(this.tracked());
    if (own === "/providers/Microsoft.Compute/virtualMachines") return list(of("VirtualMachine"));
    if (own === "/providers/Microsoft.Network/publicIPAddresses") return list(of("PublicIPAddress"));
    if (own === "/providers/Microsoft.Network/virtualNetworks") return list(of("VirtualNetwork"));
    const [, group] = /^\/resourceGroups\/([^/]+)\/resources$/.exec(own) ?? [];
    if (group !== undefined)
      return list(this.tracked().filter(({ props }) => props.resourceGroupName === group));
    if (path.endsWith("/instanceView")) {
      const machine = this.named(path.slice(0, -"/instanceView".length));
      const power = String(machine.props.powerState ?? "running");
      this.settle(machine, power);
      return {
        status: 200,
        body: { statuses: [{ code: "ProvisioningState/succeeded" }, { code: `PowerState/${power}` }] },
      };
    }
    return { status: 200, body: shown(this.named(path)) };
  }

  /** What a list of resources has: no groups, and nothing that is a part of another. */
  private tracked(): CloudObject[] {
    return this.account.all.filter(
      ({ type }) =>
        type.startsWith("azure-native:") &&
        !["Budget", "ResourceGroup", "RoleAssignment", "Subnet"].includes(shortType(type)),
    );
  }

  private find(id: string): CloudObject | undefined {
    // Ids are the same however they are written.
    return this.account.all.find((object) => object.id.toLowerCase() === id.toLowerCase());
  }

  private named(id: string): CloudObject {
    const found = this.find(id);
    if (!found) throw new Refused(404, "ResourceNotFound", `The Resource '${id}' was not found.`);
    return found;
  }

  /** Time goes by between two looks. */
  private settle(machine: CloudObject, power: string): void {
    const next = { deallocating: "deallocated", starting: "running" }[power];
    if (next !== undefined) this.account.become(machine, { powerState: next });
  }

  private async change(id: string, action: string): Promise<AzureAnswer> {
    const machine = this.named(id);
    const { refusal } = this;
    this.refusal = undefined;
    const off = action === "deallocate";
    if (!refusal) {
      this.account.become(machine, { powerState: off ? "deallocating" : "starting" });
      await (off ? this.machines.end() : this.machines.resume());
    }
    return this.begun(
      refusal
        ? { status: "Failed", error: { code: refusal[0], message: refusal[1] } }
        : { status: "Succeeded" },
    );
  }

  /** What goes on, and how it ends when it is asked after. */
  private begun(end: object): AzureAnswer {
    const own = `/operations/${this.operations.size + 1}`;
    this.operations.set(own, end);
    const address = `${this.url()}${PREFIX}${own}?api-version=${VERSIONS[""]}`;
    return { status: 202, headers: { "azure-asyncoperation": address, "retry-after": "0" } };
  }

  private async remove(id: string): Promise<AzureAnswer> {
    const object = this.find(id);
    if (!object) return { status: 204 };
    const parts = this.account.all.filter(({ id: other }) => other.startsWith(`${object.id}/`));
    const user = [object, ...parts]
      .flatMap((part) => this.account.all.filter((other) => refersTo(other, part)))
      .find((other) => other !== object && !parts.includes(other));
    if (user)
      throw new Refused(409, "InUseCannotBeDeleted", `${object.id} cannot be deleted: ${user.id} uses it.`);
    for (const part of [...parts.reverse(), object]) this.account.delete(part.type, part.id);
    if (shortType(object.type) === "VirtualMachine") await this.machines.end();
    return this.begun({ status: "Succeeded" });
  }
}

/** A resource as lists show it. */
function shown({ id, type, props }: CloudObject): object {
  const [, provider] = /\/providers\/([^/]+\/[^/]+)\//.exec(id) ?? [];
  const inner = shortType(type) === "VirtualMachine" ? { hardwareProfile: props.hardwareProfile } : {};
  const address = field(props, "ipAddress");
  const { addressSpace } = props;
  return {
    id,
    name: id.split("/").at(-1),
    type: provider ?? "Microsoft.Resources/resourceGroups",
    location: props.location,
    tags: props.tags,
    properties: {
      ...inner,
      ...(address === undefined ? {} : { ipAddress: address }),
      ...(addressSpace === undefined ? {} : { addressSpace }),
    },
  };
}

function signedIn(path: string, form: URLSearchParams): AzureAnswer {
  const expected = azureEnvironment({ url: "" });
  const right =
    path === `/${TENANT}/oauth2/v2.0/token` &&
    form.get("grant_type") === "client_credentials" &&
    form.get("scope") === "https://management.azure.com/.default" &&
    form.get("client_id") === expected.ARM_CLIENT_ID &&
    form.get("client_secret") === expected.ARM_CLIENT_SECRET;
  if (right) return { status: 200, body: { token_type: "Bearer", expires_in: 3599, access_token: TOKEN } };
  const words =
    "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent is the client secret value.";
  return { status: 401, body: { error: "invalid_client", error_description: `${words}\r\nTrace ID: 0` } };
}
