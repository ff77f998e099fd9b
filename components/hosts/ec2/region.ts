import * as ec2 from "@pulumi/aws/ec2";
import * as iam from "@pulumi/aws/iam";
import { Provider } from "@pulumi/aws/provider";
import * as pulumi from "@pulumi/pulumi";
import type { Ec2RegionPlan } from "../../../course/clouds/ec2";
import { type CloudTags, cloudTags } from "../../../course/clouds/tags";
import { type Choice, keptChoice } from "./choice";
import { sessionsOnly, trusted } from "./policies";

/** How often a call is made again when Amazon is busy or fails: some minutes at the most, and then a cause. */
const RETRIES = 10;

/** Arguments of an {@link Ec2Region}. */
export interface Ec2RegionArgs {
  readonly plan: Ec2RegionPlan;
  /** Network of the lab's cloud hosts, in CIDR form. */
  readonly network: string;
  readonly tags: CloudTags;
}

/** What all hosts of a lab in one region of EC2 share: a network of their own with a way out, and the role that they have. */
export class Ec2Region extends pulumi.ComponentResource {
  /** The region's API. */
  readonly api: Provider;
  readonly vpc: ec2.Vpc;
  readonly routes: ec2.RouteTable;
  /** The way out: addresses need it before they are given, and new hosts before they boot. */
  readonly wayOut: readonly pulumi.Resource[];
  readonly profile: iam.InstanceProfile;
  /** What was decided for each pattern of hosts. */
  readonly choices: ReadonlyMap<string, pulumi.Output<Choice>>;

  /** @param name logical name; children are named after it */
  constructor(name: string, args: Ec2RegionArgs, opts?: pulumi.ComponentResourceOptions) {
    const { plan, network, tags } = args;
    const { region } = plan;
    super("classlab:index:Ec2Region", name, { region }, opts);
    const named = (what: string) => cloudTags(tags, `${tags.mark.lab}-${what}`);
    this.api = new Provider(
      `${name}-api`,
      { region, maxRetries: RETRIES, retryMode: "standard" },
      { parent: this },
    );
    const made = { parent: this, provider: this.api };
    this.vpc = new ec2.Vpc(
      `${name}-network`,
      { cidrBlock: network, enableDnsSupport: true, enableDnsHostnames: false, tags: named("network") },
      made,
    );
    // A group that an instance would have by mistake lets nothing in and nothing out.
    new ec2.DefaultSecurityGroup(
      `${name}-closed`,
      { vpcId: this.vpc.id, ingress: [], egress: [], tags: named("closed") },
      made,
    );
    const gateway = new ec2.InternetGateway(
      `${name}-gateway`,
      { vpcId: this.vpc.id, tags: named("gateway") },
      made,
    );
    this.routes = new ec2.RouteTable(`${name}-routes`, { vpcId: this.vpc.id, tags: named("routes") }, made);
    const outward = new ec2.Route(
      `${name}-outward`,
      { routeTableId: this.routes.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: gateway.id },
      made,
    );
    this.wayOut = [gateway, outward];
    // Roles are one name space for the account: the lab's random id keeps two labs of one name apart.
    const title = `classlab-${tags.mark.id}-${region}`;
    const role = new iam.Role(
      `${name}-role`,
      {
        name: `${title}-hosts`,
        assumeRolePolicy: trusted("ec2.amazonaws.com"),
        tags: named("hosts"),
      },
      made,
    );
    new iam.RolePolicy(`${name}-policy`, { role: role.id, policy: sessionsOnly() }, made);
    this.profile = new iam.InstanceProfile(
      `${name}-profile`,
      { name: `${title}-hosts`, role: role.name, tags: named("hosts") },
      made,
    );
    this.choices = new Map(
      [...plan.patterns].map(([pattern, config]) => [
        pattern,
        keptChoice(`${pattern}-choice`, config, this.api, { parent: this }),
      ]),
    );
    this.registerOutputs({});
  }
}
