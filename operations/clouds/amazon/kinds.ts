/** A kind of object that a lab has on Amazon, as it is found and removed. */
export interface AmazonKind {
  /** As people read it. */
  readonly kind: string;
  /** Service and kind in an ARN: `ec2:instance` (Service Authorization Reference, "Resource types defined by Amazon EC2"). */
  readonly arn: string;
  /** Type name of the Cloud Control API (AWS CloudFormation Template Reference, "AWS resource and property types reference"). */
  readonly type: string;
}

/** All kinds, in the order in which they can be removed: what is needed goes after what needs it. The clock first, so that nothing starts what goes. */
export const AMAZON_KINDS: readonly AmazonKind[] = [
  { kind: "clock", arn: "scheduler:schedule-group", type: "AWS::Scheduler::ScheduleGroup" },
  { kind: "machine", arn: "ec2:instance", type: "AWS::EC2::Instance" },
  { kind: "address", arn: "ec2:elastic-ip", type: "AWS::EC2::EIP" },
  { kind: "disk", arn: "ec2:volume", type: "AWS::EC2::Volume" },
  { kind: "network interface", arn: "ec2:network-interface", type: "AWS::EC2::NetworkInterface" },
  { kind: "subnet", arn: "ec2:subnet", type: "AWS::EC2::Subnet" },
  { kind: "route table", arn: "ec2:route-table", type: "AWS::EC2::RouteTable" },
  { kind: "firewall", arn: "ec2:security-group", type: "AWS::EC2::SecurityGroup" },
  { kind: "gateway", arn: "ec2:internet-gateway", type: "AWS::EC2::InternetGateway" },
  { kind: "network", arn: "ec2:vpc", type: "AWS::EC2::VPC" },
  { kind: "profile", arn: "iam:instance-profile", type: "AWS::IAM::InstanceProfile" },
  { kind: "role", arn: "iam:role", type: "AWS::IAM::Role" },
];

/** The kind of a word; throws for one that there is not. */
export function amazonKind(kind: string): AmazonKind {
  const found = AMAZON_KINDS.find((entry) => entry.kind === kind);
  if (!found) throw new Error(`Amazon has no ${kind}`);
  return found;
}

/** Kind and id of what an ARN names; undefined for what goes with another object, as a firewall's rules do, and for what no lab has. */
export function namedBy(arn: string): { readonly kind: AmazonKind; readonly id: string } | undefined {
  // arn:aws:ec2:ap-northeast-1:123456789012:instance/i-0123, arn:aws:scheduler:…:schedule-group/NAME
  const [, service = "", type = "", id = ""] =
    /^arn:[^:]*:([^:]*):[^:]*:[^:]*:([^/:]+)[/:](.+)$/.exec(arn) ?? [];
  const kind = AMAZON_KINDS.find((entry) => entry.arn === `${service}:${type}`);
  return kind && { kind, id: id.split("/").at(-1) ?? id };
}
