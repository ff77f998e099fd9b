import { createHash, createHmac } from "node:crypto";
import { defaultProvider } from "@aws-sdk/credential-provider-node";
import { SignatureV4 } from "@smithy/signature-v4";
import { create } from "xmlbuilder2";
import { FaultError } from "../../../course/faults";
import { refusal } from "../faults";
import { asked, type HttpAnswer, parsed } from "../http";

// Four services are asked some ten questions: each SDK of its own would be megabytes to install and to load, and signing is the same for all.

/** A service of Amazon's as it is addressed. */
export type AmazonService = "budgets" | "ec2" | "pricing" | "servicequotas" | "ssm" | "sts";

/**
 * Where Amazon is asked about what belongs to the whole account, such as roles and budgets, and about prices of all regions (Resource Groups Tagging API Reference; AWS General
 * Reference, "AWS Budgets endpoints"; AWS Billing User Guide, "Using the AWS Price List Query API").
 */
export const GLOBAL_REGION = "us-east-1";

/** Version of a query API (Amazon EC2 API Reference; AWS STS API Reference). */
const QUERY_VERSIONS = { ec2: "2016-11-15", sts: "2011-06-15" } as const;

/** SHA-256 as the signer wants it, by Node's own. */
class Sha256 {
  private readonly hash;
  constructor(secret?: unknown) {
    this.hash = secret === undefined ? createHash("sha256") : createHmac("sha256", bytes(secret));
  }
  update(data: unknown): void {
    this.hash.update(bytes(data));
  }
  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }
  reset(): void {
    throw new Error("each hash is made once");
  }
}

function bytes(data: unknown): Uint8Array {
  if (typeof data === "string") return Buffer.from(data);
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  throw new Error("there is nothing to hash");
}

/** Address of a service: what Amazon's tools take from the environment, else its own (AWS SDKs and Tools Reference Guide, "Service-specific endpoints"). */
function endpointOf(service: AmazonService, region: string): URL {
  const named = process.env[`AWS_ENDPOINT_URL_${SERVICE_KEYS[service]}`] ?? process.env.AWS_ENDPOINT_URL;
  const suffix = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  // The price list is called otherwise than it signs, and budgets are in no region.
  const host =
    { budgets: "budgets", pricing: `api.pricing.${region}` }[String(service)] ?? `${service}.${region}`;
  return new URL(named ?? `https://${host}.${suffix}`);
}

const SERVICE_KEYS: Readonly<Record<AmazonService, string>> = {
  budgets: "BUDGETS",
  ec2: "EC2",
  pricing: "PRICING",
  servicequotas: "SERVICE_QUOTAS",
  ssm: "SSM",
  sts: "STS",
};

/** Signs with the credentials that Amazon's tools use; they are looked for once. */
export class AmazonQueries {
  private readonly credentials = defaultProvider();

  /** @param signal ends what is under way */
  constructor(private readonly signal?: AbortSignal) {}

  /**
   * Asks EC2 or STS, whose answers are XML.
   * @param parameters lists as the query API numbers them: `InstanceId.1`
   * @returns the answer as plain data, without its outermost element
   * @throws FaultError with Amazon's words
   */
  async query(
    service: keyof typeof QUERY_VERSIONS,
    region: string,
    action: string,
    parameters: Readonly<Record<string, string>> = {},
  ): Promise<Readonly<Record<string, unknown>>> {
    const body = new URLSearchParams({ Action: action, Version: QUERY_VERSIONS[service], ...parameters });
    const { ok, text } = await this.send(service, region, body.toString(), {
      "content-type": "application/x-www-form-urlencoded; charset=utf-8",
    });
    const document = rooted(text);
    if (ok) return document;
    const error = Object(Object(document.Errors).Error ?? document.Error);
    throw denied(region, String(error.Code ?? "NotUnderstood"), String(error.Message ?? text.slice(0, 200)));
  }

  /**
   * Asks a service whose protocol is AWS JSON 1.1.
   * @param target such as `AmazonSSM.GetParameter`
   * @throws FaultError with Amazon's words
   */
  async json(service: AmazonService, region: string, target: string, input: object): Promise<unknown> {
    const { ok, text } = await this.send(service, region, JSON.stringify(input), {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": target,
    });
    const document = parsed(text);
    if (ok) return document;
    const code =
      String(document.__type ?? "NotUnderstood")
        .split("#")
        .at(-1) ?? "";
    throw denied(region, code, String(document.message ?? document.Message ?? text.slice(0, 200)));
  }

  private async send(
    service: AmazonService,
    region: string,
    body: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<HttpAnswer> {
    const { protocol, hostname, port, pathname, host, href } = endpointOf(service, region);
    const signer = new SignatureV4({ service, region, credentials: this.identity(region), sha256: Sha256 });
    const request = { method: "POST", protocol, hostname, path: pathname, query: {}, body };
    const common = { ...request, ...(port === "" ? {} : { port: Number(port) }) };
    const { signal } = this;
    return asked(`Amazon in ${region}`, {
      signal,
      // A signature is good for some minutes: each attempt has its own.
      attempt: async () => {
        const signed = await signer.sign({ ...common, headers: { ...headers, host } });
        return { url: href, init: { method: "POST", headers: signed.headers, body } };
      },
    });
  }

  /** Credentials; without any that is the one thing told. */
  private identity(region: string): () => ReturnType<ReturnType<typeof defaultProvider>> {
    return async () => {
      try {
        return await this.credentials();
      } catch (error) {
        const words = error instanceof Error ? error.message : String(error);
        throw denied(region, "CredentialsProviderError", words);
      }
    };
  }
}

function denied(region: string, code: string, words: string): FaultError {
  return new FaultError([refusal(`Amazon in ${region}`, code, words)]);
}

/** What is in the outermost element of XML. */
function rooted(text: string): Readonly<Record<string, unknown>> {
  try {
    const [root] = Object.values(Object(create(text).end({ format: "object" })));
    return Object(root);
  } catch {
    return {};
  }
}

/** The entries of a list in EC2's answers, `<set><item>…</item></set>`: one of them alone is no list in XML. */
export function itemsOf(set: unknown): unknown[] {
  const { item } = Object(set);
  if (item === undefined) return [];
  return Array.isArray(item) ? item : [item];
}
