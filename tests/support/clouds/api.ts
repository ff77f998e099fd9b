import { z } from "zod";
import { imageParameter } from "../../../course/clouds/images";
import { type CloudAccount, shortType } from "./account";
import { ACCOUNT } from "./amazon";
import { type CloudObject, field } from "./kinds";

// Two of Amazon's own APIs, in their protocol (AWS JSON), over what the stand-in has. Rules: Resource Groups Tagging API Reference, Cloud
// Control API User Guide, and the registry schemas of the types (their primary identifiers).

/** Names of a type of the stand-in: in ARNs, and in the Cloud Control API. */
const NAMES: Readonly<Record<string, readonly [arn: string, type: string]>> = {
  Vpc: ["ec2:vpc", "AWS::EC2::VPC"],
  Subnet: ["ec2:subnet", "AWS::EC2::Subnet"],
  SecurityGroup: ["ec2:security-group", "AWS::EC2::SecurityGroup"],
  DefaultSecurityGroup: ["ec2:security-group", "AWS::EC2::SecurityGroup"],
  SecurityGroupIngressRule: ["ec2:security-group-rule", ""],
  SecurityGroupEgressRule: ["ec2:security-group-rule", ""],
  RouteTable: ["ec2:route-table", "AWS::EC2::RouteTable"],
  InternetGateway: ["ec2:internet-gateway", "AWS::EC2::InternetGateway"],
  Instance: ["ec2:instance", "AWS::EC2::Instance"],
  Eip: ["ec2:elastic-ip", "AWS::EC2::EIP"],
  NetworkInterface: ["ec2:network-interface", "AWS::EC2::NetworkInterface"],
  InstanceProfile: ["iam:instance-profile", "AWS::IAM::InstanceProfile"],
  // No tag of a role is told by the tagging API (its list of services).
  Role: ["", "AWS::IAM::Role"],
  RolePolicy: ["", "AWS::IAM::RolePolicy"],
  ScheduleGroup: ["scheduler:schedule-group", "AWS::Scheduler::ScheduleGroup"],
};

const ATTACHMENT = "AWS::EC2::VPCGatewayAttachment";

const namesOf = ({ type }: CloudObject): readonly [arn: string, type: string] =>
  NAMES[shortType(type)] ?? ["", ""];

/** Where an object is asked for: what is the account's own is in one region. */
const regionOf = (object: CloudObject): string =>
  namesOf(object)[0].startsWith("iam:") ? "us-east-1" : object.region;

function arnOf(object: CloudObject): string {
  const [service = "", kind = ""] = namesOf(object)[0].split(":");
  const region = service === "iam" ? "" : object.region;
  return `arn:aws:${service}:${region}:${ACCOUNT}:${kind}/${object.id}`;
}

function identifierOf({ type, id, props }: CloudObject): string {
  if (shortType(type) === "Eip") return `${props.publicIp}|${id}`;
  return shortType(type) === "RolePolicy" ? `${props.name ?? id}|${props.role}` : id;
}

const entriesOf = (tags: unknown) => Object.entries(Object(tags)).map(([Key, Value]) => ({ Key, Value }));

/** What the API refuses. */
class Refused extends Error {
  constructor(
    readonly type: string,
    message: string,
  ) {
    super(message);
  }
}

const requestSchema = z.looseObject({
  TagFilters: z.array(z.object({ Key: z.string(), Values: z.array(z.string()).optional() })).default([]),
  TypeName: z.string().default(""),
  Identifier: z.string().default(""),
  QuotaCode: z.string().default(""),
  Name: z.string().default(""),
  BudgetName: z.string().default(""),
});

/** Amazon's two APIs over an account. */
export class AmazonApis {
  /** Requests, in order: operation and type. */
  readonly asked: string[] = [];
  /** What the account may have, by code. */
  quotas: Readonly<Record<string, number>> = { "L-1216C47A": 64, "L-0263D0A3": 5, "L-F678F1CE": 5 };
  /** What whoever asks may not do. */
  refusedTo: string | undefined;
  /** Parameters that Amazon and others publish. */
  parameters: Readonly<Record<string, string>> = {
    [imageParameter({ os: "linux" })]: "ami-0123456789abcdef0",
  };

  /** @param ended told of a machine that was removed */
  constructor(
    private readonly account: CloudAccount,
    private readonly ended: () => Promise<void>,
  ) {}

  /**
   * Answers a request.
   * @param target header `x-amz-target`
   * @param region from the request's signature
   */
  async answer(target: string, region: string, text: string): Promise<{ status: number; body: object }> {
    const operation = target.split(".").at(-1) ?? "";
    const request = requestSchema.parse(JSON.parse(text));
    const { TypeName, Identifier } = request;
    this.asked.push(`${operation} ${TypeName}`.trim());
    try {
      if (operation === this.refusedTo)
        throw new Refused("AccessDeniedException", `not authorized to perform: ${operation}`);
      switch (operation) {
        case "GetResources":
          return { status: 200, body: { ResourceTagMappingList: this.tagged(region, request.TagFilters) } };
        case "ListResources": {
          const found = this.described(TypeName, region);
          return {
            status: 200,
            body: {
              TypeName,
              ResourceDescriptions: found.map(([id]) => ({ Identifier: id, Properties: "{}" })),
            },
          };
        }
        case "GetResource": {
          const [, properties] = this.described(TypeName, region).find(([id]) => id === Identifier) ?? [];
          if (!properties) throw new Refused("ResourceNotFoundException", `${Identifier} was not found`);
          const description = { Identifier, Properties: JSON.stringify(properties) };
          return { status: 200, body: { TypeName, ResourceDescription: description } };
        }
        // Service Quotas API Reference, GetServiceQuota; Systems Manager API Reference, GetParameter.
        case "GetServiceQuota": {
          const Value = this.quotas[request.QuotaCode];
          if (Value === undefined)
            throw new Refused("NoSuchResourceException", `no quota ${request.QuotaCode}`);
          return { status: 200, body: { Quota: { QuotaCode: request.QuotaCode, Value } } };
        }
        case "GetParameter": {
          const Value = this.parameters[request.Name];
          if (Value === undefined) throw new Refused("ParameterNotFound", "");
          return { status: 200, body: { Parameter: { Name: request.Name, Value } } };
        }
        // AWS Cost Management API Reference, DescribeBudgets and DeleteBudget.
        case "DescribeBudgets":
          return {
            status: 200,
            body: {
              Budgets: this.budgets().map(({ props }) => ({ BudgetName: props.name, BudgetType: "COST" })),
            },
          };
        case "DeleteBudget": {
          const found = this.budgets().find(({ props }) => props.name === request.BudgetName);
          if (!found) throw new Refused("NotFoundException", "the budget doesn't exist");
          this.account.forget(found);
          return { status: 200, body: {} };
        }
        case "DeleteResource":
          return { status: 200, body: { ProgressEvent: await this.remove(TypeName, Identifier, region) } };
        default:
          throw new Refused("UnknownOperationException", `the stand-in was not taught ${operation}`);
      }
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return { status: 400, body: { __type: error.type, message: error.message } };
    }
  }

  private budgets(): CloudObject[] {
    return this.account.all.filter(({ type }) => type === "aws:budgets/budget:Budget");
  }

  private tagged(region: string, filters: z.output<typeof requestSchema>["TagFilters"]): object[] {
    return this.account.all
      .filter((object) => namesOf(object)[0] !== "" && regionOf(object) === region)
      .filter(({ props }) =>
        filters.every(({ Key, Values }) => {
          const value = field(props.tags, Key);
          return value !== undefined && (Values === undefined || Values.includes(String(value)));
        }),
      )
      .map((object) => ({ ResourceARN: arnOf(object), Tags: entriesOf(object.props.tags) }));
  }

  /** Objects of a type: identifier and properties. */
  private described(type: string, region: string): [id: string, properties: object][] {
    if (type === ATTACHMENT)
      return this.gateways(region).map(({ id, props }) => [
        `IGW|${props.vpcId}`,
        { VpcId: props.vpcId, InternetGatewayId: id },
      ]);
    return this.account.all
      .filter((object) => namesOf(object)[1] === type)
      .filter((object) => type.startsWith("AWS::IAM::") || object.region === region)
      .map((object) => [identifierOf(object), this.properties(object)]);
  }

  private gateways(region: string): CloudObject[] {
    return this.account.all.filter(
      ({ type, region: own, props }) =>
        shortType(type) === "InternetGateway" && own === region && props.vpcId !== undefined,
    );
  }

  private properties(object: CloudObject): object {
    const { type, id, props } = object;
    const policies = this.account.all.filter(
      (other) => shortType(other.type) === "RolePolicy" && other.props.role === id,
    );
    return {
      Tags: entriesOf(props.tags),
      ...(shortType(type) === "DefaultSecurityGroup" ? { GroupName: "default" } : {}),
      ...(shortType(type) === "SecurityGroup" ? { GroupName: `group of ${id}` } : {}),
      ...(shortType(type) === "Role"
        ? { Policies: policies.map((policy) => ({ PolicyName: policy.props.name ?? policy.id })) }
        : {}),
    };
  }

  /** Whether a machine in a network has a public address. */
  private hasAddress(vpc: string): boolean {
    const named = (id: unknown) => this.account.all.find((object) => object.id === id);
    return this.account.all.some(
      ({ type, props }) =>
        shortType(type) === "Eip" && named(named(props.instance)?.props.subnetId)?.props.vpcId === vpc,
    );
  }

  private async remove(type: string, identifier: string, region: string): Promise<object> {
    const done = {
      TypeName: type,
      Identifier: identifier,
      RequestToken: "token",
      OperationStatus: "SUCCESS",
    };
    const failed = (ErrorCode: string, StatusMessage: string) => ({
      ...done,
      OperationStatus: "FAILED",
      ErrorCode,
      StatusMessage,
    });
    if (type === ATTACHMENT) {
      const [gateway] = this.gateways(region).filter(({ props }) => `IGW|${props.vpcId}` === identifier);
      const vpc = String(gateway?.props.vpcId);
      // Amazon EC2 API Reference, DetachInternetGateway: not while addresses are mapped.
      if (this.hasAddress(vpc))
        return failed("GeneralServiceException", `Network ${vpc} has some mapped public address(es).`);
      if (gateway) this.account.release(gateway.type, "vpcId", vpc);
      return done;
    }
    const object = this.account.all.find(
      (entry) => namesOf(entry)[1] === type && identifierOf(entry) === identifier,
    );
    if (!object) return failed("NotFound", `${identifier} does not exist`);
    if (shortType(object.type) === "DefaultSecurityGroup")
      return failed("InvalidRequest", "the specified group: default cannot be deleted by a user");
    if (shortType(object.type) === "InternetGateway" && object.props.vpcId !== undefined)
      return failed(
        "ResourceConflict",
        `The internetGateway '${identifier}' has dependencies and cannot be deleted.`,
      );
    try {
      this.account.delete(object.type, object.id);
    } catch (error) {
      return failed("ResourceConflict", error instanceof Error ? error.message : String(error));
    }
    if (shortType(object.type) === "Instance") await this.ended();
    return done;
  }
}
