import { once } from "node:events";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { join } from "node:path";
import { z } from "zod";
import { ROOT } from "../cli";
import { amazonAnswers } from "../cloudLabs";
import { CloudAccount, check, diff, inputsOf, plainProps, shortType } from "./account";
import { AmazonApis } from "./api";
import { AzureApi, azureEnvironment, isForAzure } from "./azureApi";
import { Ec2Api } from "./ec2";
import { type CloudObject, field, type Props } from "./kinds";
import { amazonProducts, azureItems, type Listed } from "./priceLists";
import { amazonEnvironment } from "./standing";
import { openTunnel } from "./tunnels";

const props = z.record(z.string(), z.unknown());
const requestSchema = z.looseObject({
  urn: z.string().optional(),
  id: z.string().default(""),
  region: z.string().default(""),
  olds: props.nullish(),
  news: props.nullish(),
  inputs: props.nullish(),
  token: z.string().default(""),
});
type Request = z.output<typeof requestSchema>;

/** What is to go wrong, as long as `times` is above 0. */
interface Trouble {
  readonly operation: string;
  readonly type: string;
  /** Words with which it fails; without them it is only slow. */
  readonly message?: string;
  readonly delay?: number;
  times: number;
}

/** What a machine begins with. */
export interface Boot {
  readonly userData: string;
  /** Whether guests can run in it. */
  readonly nested: boolean;
}

/** What the inputs of a machine of either cloud ask for. */
export function bootOf(inputs: Props): Boot {
  const { userData, cpuOptions, osProfile } = plainProps(inputs);
  if (userData !== undefined)
    return { userData: String(userData), nested: field(cpuOptions, "nestedVirtualization") === "enabled" };
  // Of Azure's sizes that the plan lets through, all nest.
  const data = String(field(osProfile, "customData"));
  return { userData: Buffer.from(data, "base64").toString(), nested: true };
}

/** Types of machines, and of addresses with the output that tells one. */
const MACHINES = ["Instance", "VirtualMachine"];
const ADDRESSES: Readonly<Record<string, string>> = { Eip: "publicIp", PublicIPAddress: "ipAddress" };

/** Programs of clouds by which their tunnels are begun. */
const PROGRAMS = ["aws", "az", "session-manager-plugin"];

/** The plugins that the engine finds, with the versions that the SDKs ask for. */
const PLUGINS = { aws: "7.48.0", "azure-native": "3.28.0" } as const;

/** What is told of machines of the stand-in: they can be something on this machine. */
export interface Machines {
  /** A machine begins. */
  readonly begin: (boot: Boot) => Promise<void>;
  /** A machine is gone. */
  readonly end: () => Promise<void>;
  /** A machine that was ended begins again with what it has. */
  readonly resume: () => Promise<void>;
  /** Public address of all of them. */
  readonly address: string;
}

const NO_MACHINES: Machines = {
  begin: async () => {},
  end: async () => {},
  resume: async () => {},
  address: "198.18.255.254",
};

/** Region of a request, by its signature, Version 4: Credential=KEY/DATE/REGION/SERVICE/aws4_request. */
function regionOf({ headers }: IncomingMessage): string {
  return /Credential=[^/]+\/\d+\/([^/]+)\//.exec(headers.authorization ?? "")?.[1] ?? "";
}

const typeOf = (urn: string): string => urn.split("::")[2]?.split("$").at(-1) ?? "";

/** Words of the cloud as the real plugin passes them on (pulumi/pulumi-terraform-bridge; aws-sdk-go-v2, `smithy.OperationError`). */
function asPlugin(operation: string, type: string, words: string): string {
  const [, code, message] = /^([A-Z][\w.]+): (.*)/s.exec(words) ?? [];
  if (code === undefined) return words;
  if (type.startsWith("azure-native:")) return `Code="${code}" Message="${message}"`;
  return `1 error occurred:
\t* ${operation} ${shortType(type)}: operation error, https response error StatusCode: 400, RequestID: 00000000-0000-0000-0000-000000000000, api error ${words}

`;
}

/** Answers of the cloud to questions, by token. */
type Answers = (token: string, inputs: Props) => Record<string, unknown>;

/**
 * An account of Amazon's, behind a resource plugin of the engine's own kind: it refuses types, properties and orders that it was not taught,
 * gives ids and addresses, and fails or is slow where it is told to.
 */
export class StandInCloud {
  /** What stands. */
  readonly account = new CloudAccount();
  /** What Amazon's own APIs are asked, without the engine. */
  readonly apis: AmazonApis;
  /** What its query API is asked. */
  readonly ec2: Ec2Api;
  /** What Azure Resource Manager is asked, without the engine. */
  readonly azure: AzureApi;
  private troubles: Trouble[] = [];
  /** What was asked, in order: operation and type, `create Vpc`. */
  readonly asked: string[] = [];
  /** What types of hosts cost by both clouds' price lists. */
  listed: readonly Listed[] = [];
  /** Commands of clouds' own programs, in order. */
  readonly programs: string[] = [];
  /** What is answered to questions about types and images. */
  answers: Answers = amazonAnswers;

  private constructor(
    private readonly server: Server,
    private readonly machines: Machines,
  ) {
    this.apis = new AmazonApis(this.account, () => machines.end());
    this.ec2 = new Ec2Api(this.account, machines);
    this.azure = new AzureApi(this.account, machines, () => this.url);
  }

  /** Starts one. @param machines what its machines are; nothing by default */
  static async start(machines: Machines = NO_MACHINES): Promise<StandInCloud> {
    const server = createServer();
    const cloud = new StandInCloud(server, machines);
    server.on("request", async (request: IncomingMessage, response) => {
      let text = "";
      for await (const chunk of request) text += chunk;
      const target = request.headers["x-amz-target"];
      const list =
        target === "AWSPriceListService.GetProducts"
          ? amazonProducts(cloud.listed, text)
          : request.url?.startsWith("/api/retail/prices?")
            ? azureItems(cloud.listed, new URL(request.url, cloud.url).searchParams)
            : undefined;
      if (list) {
        response.writeHead(list.status, { "content-type": "application/json" });
        response.end(JSON.stringify(list.body));
        return;
      }
      if (typeof target === "string") {
        const { status, body } = await cloud.apis.answer(target, regionOf(request), text);
        response.writeHead(status, { "content-type": "application/x-amz-json-1.0" });
        response.end(JSON.stringify(body));
        return;
      }
      if (isForAzure(request.url ?? "")) {
        const { method = "", url = "", headers: given } = request;
        const { status, headers, body } = await cloud.azure.answer(method, url, given.authorization, text);
        response.writeHead(status, { "content-type": "application/json", ...headers });
        response.end(body === undefined ? "" : JSON.stringify(body));
        return;
      }
      if (request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded")) {
        const { status, body } = await cloud.ec2.answer(regionOf(request), new URLSearchParams(text));
        response.writeHead(status, { "content-type": "text/xml;charset=UTF-8" });
        response.end(body);
        return;
      }
      const operation = (request.url ?? "").slice(1);
      if (operation === "program") {
        const words = z.array(z.string()).parse(JSON.parse(text));
        cloud.programs.push(words.join(" "));
        response.end(JSON.stringify(openTunnel(cloud.account, machines.address, words)));
        return;
      }
      const asked = requestSchema.parse(JSON.parse(text));
      try {
        response.end(JSON.stringify(await cloud.answer(operation, asked)));
      } catch (error) {
        response.statusCode = 500;
        const words = error instanceof Error ? error.message : String(error);
        response.end(JSON.stringify({ message: asPlugin(operation, typeOf(asked.urn ?? ""), words) }));
      }
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return cloud;
  }

  /** Address of its server. */
  get url(): string {
    const listening = this.server.address();
    return `http://127.0.0.1:${typeof listening === "object" && listening ? listening.port : 0}`;
  }

  /** The environment in which the engine finds the plugin instead of Amazon's. @param folder for the program */
  environment(folder: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
    const bin = join(folder, "stand-in-cloud");
    mkdirSync(bin, { recursive: true });
    const plugin = join(ROOT, "tests", "support", "clouds", "plugin.cjs");
    for (const [name, version] of Object.entries(PLUGINS)) {
      const program = join(bin, `pulumi-resource-${name}`);
      const told = `CLASSLAB_STAND_IN_VERSION=${version}`;
      writeFileSync(program, `#!/bin/sh\n${told} exec "${process.execPath}" "${plugin}" "$@"\n`);
      chmodSync(program, 0o755);
    }
    const tunnel = join(ROOT, "tests", "support", "clouds", "program.cjs");
    for (const name of PROGRAMS) {
      const program = join(bin, name);
      writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" "${tunnel}" ${name} "$@"\n`);
      chmodSync(program, 0o755);
    }
    return {
      ...env,
      PATH: `${bin}:${env.PATH}`,
      CLASSLAB_STAND_IN_CLOUD: this.url,
      // Amazon's tools and SDKs take all of these from the environment.
      ...amazonEnvironment(this),
      ...azureEnvironment(this),
    };
  }

  /** What stands in the account, by type and name tag. */
  get standing(): string[] {
    return this.account.all.map(
      ({ type, id, props: { tags } }) => `${shortType(type)} ${field(tags, "Name") ?? id}`,
    );
  }

  /** The objects of a type, by its last word. */
  of(type: string): CloudObject[] {
    return this.account.all.filter((object) => shortType(object.type) === type);
  }

  /** Lets an operation on a type fail. @param times how often; once by default */
  fail(operation: string, type: string, message: string, times = 1): void {
    this.troubles.push({ operation, type, message, times });
  }

  /** Lets an operation on a type take that long, once. @param delay milliseconds, after the cloud did it and before it answers */
  slow(operation: string, type: string, delay: number): void {
    this.troubles.push({ operation, type, delay, times: 1 });
  }

  /** Nothing goes wrong any more. */
  mend(): void {
    this.troubles = [];
  }

  /** Takes a machine away, as somebody's hand in the cloud's own pages does. */
  async terminate(machine: CloudObject): Promise<void> {
    this.account.forget(machine);
    this.account.release("aws:ec2/eip:Eip", "instance", machine.id);
    for (const right of this.of("RoleAssignment"))
      if (right.props.scope === machine.id) this.account.forget(right);
    await this.machines.end();
  }

  /** Ends it. */
  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }

  private async answer(operation: string, request: Request): Promise<unknown> {
    const type = operation === "invoke" ? request.token : typeOf(request.urn ?? "");
    this.asked.push(`${operation} ${shortType(type)}`);
    const trouble = this.troubles.find(
      (entry) => entry.times > 0 && entry.operation === operation && shortType(type) === entry.type,
    );
    if (trouble) trouble.times -= 1;
    if (trouble?.message !== undefined) throw new Error(trouble.message);
    const answer = await this.work(operation, type, request);
    // Whoever asked may be gone by then.
    if (trouble?.delay !== undefined)
      await new Promise((resolve) => setTimeout(resolve, trouble.delay).unref());
    return answer;
  }

  private async work(operation: string, type: string, request: Request): Promise<unknown> {
    const { id, region } = request;
    switch (operation) {
      case "invoke":
        return { outputs: this.answers(request.token, request.inputs ?? {}) };
      case "check":
        return check(type, request.news ?? {});
      case "diff":
        return diff(type, request.olds ?? {}, request.news ?? {});
      case "create":
        return this.create(type, request.inputs ?? {}, region);
      case "update":
        return { outs: this.account.update(type, id, request.news ?? {}).props };
      case "read": {
        const found = this.account.find(type, id);
        return found
          ? { id, props: found.props, inputs: inputsOf(type, found.props) }
          : { id: "", props: {} };
      }
      case "delete": {
        const stood = this.account.find(type, id) !== undefined;
        this.account.delete(type, id);
        if (stood && MACHINES.includes(shortType(type))) await this.machines.end();
        return {};
      }
      default:
        throw new Error(`the stand-in was not taught ${operation}`);
    }
  }

  private async create(type: string, inputs: Props, region: string): Promise<{ id: string; outs: Props }> {
    const told = ADDRESSES[shortType(type)];
    const address = told === undefined ? {} : { [told]: this.machines.address };
    const { id, props: outs } = this.account.create(type, inputs, region, address);
    if (MACHINES.includes(shortType(type))) await this.machines.begin(bootOf(inputs));
    return { id, outs };
  }
}
