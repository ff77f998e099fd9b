import { setTimeout as pause } from "node:timers/promises";
import { FaultError } from "../../../course/faults";
import { run } from "../../process";
import { refusal } from "../faults";
import { asked, type HttpAnswer, parsed } from "../http";

// Four providers are asked a dozen questions: each of Azure's SDKs would be another package, and all of them speak this one protocol
// (github.com/microsoft/api-guidelines, "Long running operations"; learn.microsoft.com, "Azure REST API reference").

/** Azure Resource Manager of the public cloud; another one's, or a test's, by `CLASSLAB_AZURE_ENDPOINT`, which then signs in as well. */
const RESOURCE = "https://management.azure.com";
const SIGN_IN = "https://login.microsoftonline.com";

/** Milliseconds that an operation of Azure's may take. */
const PATIENCE = 15 * 60_000;

/** Seconds until an operation is asked after, where Azure does not say, and the longest. */
const PAUSES = { usual: 5, longest: 30 } as const;

/** Who asks, and about whose resources. */
interface Identity {
  /** A secret. */
  readonly token: string;
  readonly subscription: string;
}

const WHERE = "Azure";

const denied = (error: string, words: string): FaultError => new FaultError([refusal(WHERE, error, words)]);

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

/** Whoever the engine's provider would be: a service principal of the environment, else who is logged in with Azure's own program. */
async function identify(endpoint: string | undefined, signal: AbortSignal | undefined): Promise<Identity> {
  const { ARM_CLIENT_ID: id, ARM_CLIENT_SECRET: secret, ARM_TENANT_ID: tenant } = process.env;
  const { ARM_SUBSCRIPTION_ID: named } = process.env;
  if (id && secret && tenant) {
    if (!named) throw denied("InvalidCredentials", "ARM_SUBSCRIPTION_ID is not set beside ARM_CLIENT_ID");
    const body = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: id,
      client_secret: secret,
      scope: `${RESOURCE}/.default`,
    });
    const url = `${endpoint ?? SIGN_IN}/${tenant}/oauth2/v2.0/token`;
    const answer = await asked(WHERE, {
      signal,
      attempt: async () => ({ url, init: { method: "POST", body } }),
    });
    const { access_token: token, error_description: words } = parsed(answer.text);
    if (answer.ok && text(token)) return { token: String(token), subscription: named };
    throw denied(
      "InvalidCredentials",
      text(words)?.split(/\r?\n/)[0] ?? `signing in was answered with ${answer.status}`,
    );
  }
  const words = ["account", "get-access-token", "--resource", `${RESOURCE}/`, "--output", "json"];
  const answer = await run("az", words, { deadline: 60_000 });
  const { accessToken: token, subscription } = parsed(answer.stdout);
  const whose = named ?? text(subscription);
  if (answer.code === 0 && text(token) && whose) return { token: String(token), subscription: whose };
  const said = answer.stderr.trim().split("\n")[0];
  throw denied(
    "InvalidCredentials",
    `there are no credentials for Azure on this machine (az: ${said || "it cannot be run"})`,
  );
}

/** Azure Resource Manager, with the credentials that the engine's provider takes. */
export class AzureRest {
  private readonly endpoint = process.env.CLASSLAB_AZURE_ENDPOINT?.replace(/\/$/, "");
  private identity: Promise<Identity> | undefined;

  /** @param signal ends what is under way */
  constructor(private readonly signal?: AbortSignal) {}

  /** Path of the subscription. @throws FaultError `cloud-denied` without credentials */
  async subscription(): Promise<string> {
    return `/subscriptions/${(await this.identify()).subscription}`;
  }

  /** A resource, or an answer of a provider; undefined where there is none. @param path from the first slash */
  async get(
    path: string,
    version: string,
    query = "",
  ): Promise<Readonly<Record<string, unknown>> | undefined> {
    const answer = await this.ask("GET", this.url(path, version, query));
    return answer.status === 404 ? undefined : this.good(answer);
  }

  /** All entries of a list, page by page. */
  async list(path: string, version: string, query = ""): Promise<unknown[]> {
    const found: unknown[] = [];
    let next: string | undefined = this.url(path, version, query);
    while (next !== undefined) {
      const page = this.good(await this.ask("GET", next));
      if (Array.isArray(page.value)) found.push(...page.value);
      next = text(page.nextLink);
    }
    return found;
  }

  /** Has something done with a resource, and waits until it is. @throws FaultError with Azure's words */
  async act(path: string, action: string, version: string): Promise<void> {
    await this.finish(await this.ask("POST", this.url(`${path}/${action}`, version)));
  }

  /** Removes a resource, and waits until it is gone; one that is gone already is no error. @throws FaultError with Azure's words */
  async remove(path: string, version: string): Promise<void> {
    const answer = await this.ask("DELETE", this.url(path, version));
    if (answer.status !== 404) await this.finish(answer);
  }

  private identify(): Promise<Identity> {
    this.identity ??= identify(this.endpoint, this.signal);
    return this.identity;
  }

  private url(path: string, version: string, query = ""): string {
    return `${this.endpoint ?? RESOURCE}${path}?api-version=${version}${query === "" ? "" : `&${query}`}`;
  }

  private async ask(method: string, url: string): Promise<HttpAnswer> {
    // An address that an answer names gets the token where it is Azure's own.
    if (new URL(url).origin !== new URL(this.endpoint ?? RESOURCE).origin)
      throw denied("NotUnderstood", "an answer leads to another server");
    const { token } = await this.identify();
    const init = {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    };
    return asked(WHERE, { signal: this.signal, attempt: async () => ({ url, init }) });
  }

  private good(answer: HttpAnswer): Readonly<Record<string, unknown>> {
    const body = parsed(answer.text);
    if (answer.ok) return body;
    throw refused(body.error, answer.status);
  }

  /** Waits for what goes on (learn.microsoft.com, "Track asynchronous Azure operations"). */
  private async finish(begun: HttpAnswer): Promise<void> {
    this.good(begun);
    const operation = begun.headers.get("azure-asyncoperation");
    const url = operation ?? (begun.status === 202 ? begun.headers.get("location") : null);
    if (url === null) return;
    const end = performance.now() + PATIENCE;
    let last = begun;
    while (performance.now() < end) {
      const seconds = Number(last.headers.get("retry-after") ?? PAUSES.usual);
      const { signal } = this;
      await pause(1000 * Math.min(seconds, PAUSES.longest), undefined, signal ? { signal } : {});
      last = await this.ask("GET", url);
      const { status, error } = this.good(last);
      if (status === "Failed" || status === "Canceled") throw refused(error, last.status);
      if (operation === null ? last.status !== 202 : status === "Succeeded") return;
    }
    throw refused({ code: "OperationTimedOut", message: "it was not done after a quarter of an hour" }, 0);
  }
}

function refused(error: unknown, status: number): FaultError {
  const { code, message } = Object(error);
  return denied(text(code) ?? `HTTP ${status}`, text(message) ?? "no reason was given");
}
