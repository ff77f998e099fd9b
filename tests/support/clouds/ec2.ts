import { create } from "xmlbuilder2";
import { type CloudAccount, shortType } from "./account";
import { ACCOUNT } from "./amazon";
import type { Machines } from "./index";
import { type CloudObject, field } from "./kinds";

// EC2's query API over what the stand-in has. Rules, each with its page:
// - requests and answers: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html, _StopInstances, _StartInstances, _DescribeInstanceTypeOfferings,
//   _DescribeInstanceTypes, _DescribeAddresses, _DescribeVpcs; https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
// - states and what leads from one to another: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html
// - errors: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html

/** What the API refuses. */
class Refused extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Parameters of each action that were taught, by how they begin. */
const TAUGHT: Readonly<Record<string, readonly string[]>> = {
  DescribeInstances: ["Filter.1.Name", "Filter.1.Value.1", "MaxResults"],
  DescribeInstanceTypeOfferings: ["Filter.1.Name", "Filter.1.Value.1", "LocationType"],
  DescribeInstanceTypes: ["Filter.1.Name", "Filter.1.Value.1"],
  DescribeAddresses: [],
  DescribeVpcs: [],
  GetCallerIdentity: [],
  StopInstances: ["InstanceId.1"],
  StartInstances: ["InstanceId.1"],
};

/** What each change leads from and to, and the states in which it is under way or done already; in others it is refused. */
const CHANGES = {
  StopInstances: { from: "running", to: "stopping", fine: ["stopping", "stopped"], past: "stopped" },
  StartInstances: { from: "stopped", to: "pending", fine: ["pending", "running"], past: "started" },
} as const;

/** EC2's own API over an account. */
export class Ec2Api {
  /** Actions that were asked for, in order, with the machine where there is one. */
  readonly asked: string[] = [];
  /** Types that the zones have. */
  offered: readonly string[] = ["m8i.xlarge", "t3.xlarge"];
  /** What a change is refused with, once: a code and words. */
  refusal: readonly [code: string, words: string] | undefined;

  constructor(
    private readonly account: CloudAccount,
    private readonly machines: Pick<Machines, "end" | "resume">,
  ) {}

  /** Answers a request. @param region from its signature */
  async answer(region: string, request: URLSearchParams): Promise<{ status: number; body: string }> {
    const action = request.get("Action") ?? "";
    const given = [...request.keys()].filter((key) => key !== "Action" && key !== "Version");
    this.asked.push([action, request.get("InstanceId.1") ?? ""].join(" ").trim());
    try {
      const taught = TAUGHT[action];
      if (!taught) throw new Refused("InvalidAction", `the stand-in was not taught ${action}`);
      const strange = given.find((key) => !taught.includes(key));
      if (strange !== undefined)
        throw new Refused("UnknownParameter", `the stand-in was not taught ${strange}`);
      const result =
        action === "StopInstances" || action === "StartInstances"
          ? await this.changed(region, action, request.get("InstanceId.1") ?? "")
          : this.told(action, region, request);
      return { status: 200, body: xml(`${action}Response`, result) };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const Errors = { Error: { Code: error.code, Message: error.message } };
      return { status: 400, body: xml("Response", { Errors, RequestID: "0" }) };
    }
  }

  private told(action: string, region: string, request: URLSearchParams): object {
    const value = request.get("Filter.1.Value.1") ?? "";
    switch (action) {
      case "GetCallerIdentity":
        return { GetCallerIdentityResult: { Arn: `arn:aws:iam::${ACCOUNT}:user/staff`, Account: ACCOUNT } };
      case "DescribeInstanceTypeOfferings": {
        const zones = this.offered.includes(value) ? [`${region}a`, `${region}c`] : [];
        return {
          instanceTypeOfferingSet: list(zones.map((location) => ({ instanceType: value, location }))),
        };
      }
      case "DescribeInstanceTypes": {
        const nests = /^[cmr]8i\./.test(value);
        const supportedFeatures = list(nests ? ["amd-sev-snp", "nested-virtualization"] : []);
        return {
          instanceTypeSet: list([
            { instanceType: value, bareMetal: "false", processorInfo: { supportedFeatures } },
          ]),
        };
      }
      case "DescribeAddresses": {
        const found = this.account.all.filter(
          ({ type, region: own }) => shortType(type) === "Eip" && own === region,
        );
        return {
          addressesSet: list(
            found.map(({ id, props }) => ({ allocationId: id, tagSet: tagSet(props.tags) })),
          ),
        };
      }
      case "DescribeVpcs": {
        const found = this.account.all.filter(
          ({ type, region: own }) => shortType(type) === "Vpc" && own === region,
        );
        return {
          vpcSet: list(
            found.map(({ id, props: { cidrBlock, tags } }) => ({
              vpcId: id,
              cidrBlock,
              cidrBlockAssociationSet: list([{ cidrBlock }]),
              tagSet: tagSet(tags),
            })),
          ),
        };
      }
      default:
        return this.described(region, request);
    }
  }

  private instances(region: string): CloudObject[] {
    return this.account.all.filter(
      (object) => shortType(object.type) === "Instance" && object.region === region,
    );
  }

  private described(region: string, request: URLSearchParams): object {
    const name = request.get("Filter.1.Name") ?? "";
    const wanted = request.get("Filter.1.Value.1") ?? "";
    const found = this.instances(region).filter(({ props: { tags, instanceState } }) =>
      name === "instance-state-name"
        ? instanceState === wanted
        : name === "tag-key"
          ? field(tags, wanted) !== undefined
          : field(tags, name.replace(/^tag:/, "")) === wanted,
    );
    const answer = found.map((object) => ({
      reservationId: "r-1",
      instancesSet: { item: this.instance(object) },
    }));
    for (const object of found) this.settle(object);
    return { requestId: "0", reservationSet: list(answer) };
  }

  private instance({ id, props }: CloudObject): object {
    const address = this.account.all.find(
      (other) => shortType(other.type) === "Eip" && other.props.instance === id,
    );
    return {
      instanceId: id,
      instanceType: props.instanceType,
      instanceState: { code: 0, name: props.instanceState },
      ...(address ? { ipAddress: address.props.publicIp } : {}),
      tagSet: tagSet(props.tags),
      // Two threads a core; of these types an xlarge has four vCPUs.
      cpuOptions: { coreCount: 2, threadsPerCore: 2 },
    };
  }

  /** Time goes by between two looks. */
  private settle(object: CloudObject): void {
    const next = { stopping: "stopped", pending: "running" }[String(object.props.instanceState)];
    if (next !== undefined) this.account.become(object, { instanceState: next });
  }

  private async changed(region: string, action: keyof typeof CHANGES, id: string): Promise<object> {
    const { from, to, fine, past } = CHANGES[action];
    const found = this.instances(region).find((object) => object.id === id);
    if (!found) throw new Refused("InvalidInstanceID.NotFound", `The instance ID '${id}' does not exist`);
    const before = String(found.props.instanceState);
    const answer = {
      requestId: "0",
      instancesSet: { item: { instanceId: id, previousState: { name: before } } },
    };
    if (fine.some((state) => state === before)) return answer;
    if (before !== from)
      throw new Refused(
        "IncorrectInstanceState",
        `The instance '${id}' is not in a state from which it can be ${past}.`,
      );
    const { refusal } = this;
    this.refusal = undefined;
    if (refusal) throw new Refused(...refusal);
    this.account.become(found, { instanceState: to });
    await (action === "StopInstances" ? this.machines.end() : this.machines.resume());
    return answer;
  }
}

/** A list as the query API writes it. */
const list = (entries: readonly unknown[]): object => (entries.length > 0 ? { item: entries } : {});

const tagSet = (tags: unknown): object =>
  list(Object.entries(Object(tags)).map(([key, value]) => ({ key, value })));

const xml = (root: string, content: object): string =>
  create({ [root]: { "@xmlns": "http://ec2.amazonaws.com/doc/2016-11-15/", ...content } }).end();
