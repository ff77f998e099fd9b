import { z } from "zod";
import { overlaps, parseSubnet } from "../../../course/network";
import { type Account, field, type Kind, ofType, type Props, type Wrong, withId } from "./kinds";

// Rules of Amazon's, each with its page. What stands here was read, not tried: no account was at hand.
const API = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference";
const TERRAFORM = "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources";
/** Number of the stand-in's account: the one of Amazon's own examples. */
export const ACCOUNT = "123456789012";

const VPC = "aws:ec2/vpc:Vpc";
const SUBNET = "aws:ec2/subnet:Subnet";
const GROUP = "aws:ec2/securityGroup:SecurityGroup";
const TABLE = "aws:ec2/routeTable:RouteTable";
const GATEWAY = "aws:ec2/internetGateway:InternetGateway";
const INSTANCE = "aws:ec2/instance:Instance";
const ROLE = "aws:iam/role:Role";
const PROFILE = "aws:iam/instanceProfile:InstanceProfile";
const RULES = [
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
];
const SCHEDULES = "aws:scheduler/scheduleGroup:ScheduleGroup";

/** Tags of any object (Amazon EC2 User Guide, "Tag your Amazon EC2 resources": restrictions). */
export function wrongTags(tags: unknown): string | undefined {
  const entries = Object.entries(tags ?? {});
  if (entries.length > 50) return "TagLimitExceeded: more than 50 tags";
  for (const [key, value] of entries) {
    if (key.toLowerCase().startsWith("aws:"))
      return `InvalidParameterValue: tag keys starting with 'aws:' are reserved: ${key}`;
    if (key.length > 128 || String(value).length > 256)
      return `InvalidParameterValue: tag ${key} is too long`;
    if (!/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(`${key}${value}`))
      return `InvalidParameterValue: tag ${key} has characters that are not allowed`;
  }
  return undefined;
}

const size = (cidr: unknown, from: number, to: number): string | undefined => {
  const prefix = Number(String(cidr).split("/")[1]);
  return prefix >= from && prefix <= to
    ? undefined
    : `InvalidVpc.Range: ${cidr} is not between /${from} and /${to}`;
};

function wrongSubnet(props: Props, account: Account): string | undefined {
  const vpc = withId(account, VPC, props.vpcId);
  const wanted = parseSubnet(String(props.cidrBlock));
  const whole = parseSubnet(String(vpc?.props.cidrBlock));
  if (wanted.first < whole.first || wanted.last > whole.last)
    return `InvalidSubnet.Range: ${props.cidrBlock} is not in the VPC`;
  const taken = ofType(account, SUBNET).find(
    (other) =>
      other.props.vpcId === props.vpcId && overlaps(parseSubnet(String(other.props.cidrBlock)), wanted),
  );
  return taken
    ? `InvalidSubnet.Conflict: ${props.cidrBlock} conflicts with ${taken.id}`
    : size(props.cidrBlock, 16, 28);
}

/** At most ten subscribers, and five notifications (AWS Cost Management User Guide, "Creating a budget"; quotas). */
function wrongBudget({ name, notifications, costFilters }: Props): string | undefined {
  if (/[:\\]/.test(String(name)) || String(name).length > 100) return "InvalidParameterException: BudgetName";
  const all = [notifications].flat();
  if (all.length > 5) return "CreationLimitExceededException: more than 5 notifications";
  for (const one of all) {
    const emails = [field(one, "subscriberEmailAddresses")].flat();
    if (emails.length < 1 || emails.length > 10) return "InvalidParameterException: subscribers";
    if (!["ACTUAL", "FORECASTED"].includes(String(field(one, "notificationType"))))
      return "InvalidParameterException: notificationType";
  }
  const [value] = [field([costFilters].flat()[0], "values")].flat();
  return /^user:[^$]+\$.+$/.test(String(value)) ? undefined : "InvalidParameterException: TagKeyValue";
}

function wrongInstance(props: Props): string | undefined {
  const nested = field(props.cpuOptions, "nestedVirtualization");
  if (nested !== undefined && nested !== "enabled" && nested !== "disabled")
    return "InvalidParameterValue: NestedVirtualization is enabled or disabled";
  if (nested === "enabled" && !/^[cmr]8i(-flex)?\./.test(String(props.instanceType)))
    return `UnsupportedOperation: ${props.instanceType} does not support nested virtualization`;
  if (nested === "enabled" && props.instanceMarketOptions !== undefined)
    return "UnsupportedOperation: nested virtualization is not available on spot instances";
  if (Buffer.byteLength(String(props.userData ?? "")) > 16 * 1024)
    return "InvalidParameterValue: User data is limited to 16384 bytes";
  if (field(props.rootBlockDevice, "tags") !== undefined && props.volumeTags !== undefined)
    return "ConflictsWith: volumeTags and rootBlockDevice.tags";
  // An address that is given later shows as a public one, and the next run would make the machine anew.
  if (props.associatePublicIpAddress === false)
    return "associatePublicIpAddress: false differs from what is read once an address is given";
  return wrongTags(props.volumeTags);
}

function wrongRule(props: Props): string | undefined {
  const { ipProtocol, fromPort, toPort } = props;
  if (ipProtocol === "-1")
    return fromPort === undefined && toPort === undefined
      ? undefined
      : "InvalidParameterCombination: ports with protocol -1";
  return typeof fromPort === "number" && typeof toPort === "number"
    ? undefined
    : "MissingParameter: fromPort and toPort";
}

function wrongPolicy(text: unknown): string | undefined {
  try {
    const { Version, Statement } = JSON.parse(String(text));
    return Version === "2012-10-17" && Array.isArray(Statement) ? undefined : "MalformedPolicyDocument";
  } catch {
    return "MalformedPolicyDocument: no JSON";
  }
}

function wrongSchedule(props: Props, account: Account): string | undefined {
  const { name, scheduleExpression: expression, startDate, target } = props;
  if (!/^[0-9a-zA-Z\-_.]{1,64}$/.test(String(name))) return "ValidationException: name";
  if (
    !/^(at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)|rate\(\d+ (minutes|hours|days)\)|cron\(.+\))$/.test(
      String(expression),
    )
  )
    return `ValidationException: Invalid Schedule Expression ${expression}`;
  if (startDate !== undefined && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(String(startDate)))
    return `ValidationException: startDate ${startDate} is not RFC 3339 in UTC`;
  if (!/^arn:aws:scheduler:::aws-sdk:[a-z0-9]+:[a-z][A-Za-z]+$/.test(String(field(target, "arn"))))
    return "ValidationException: target arn";
  const role = ofType(account, ROLE).find(({ props: { arn } }) => arn === field(target, "roleArn"));
  if (!String(role?.props.assumeRolePolicy).includes("scheduler.amazonaws.com"))
    return "ValidationException: The execution role you provide must allow AWS EventBridge Scheduler to assume the role";
  const { InstanceIds } = z
    .object({ InstanceIds: z.array(z.string()) })
    .parse(JSON.parse(String(field(target, "input"))));
  const stranger = InstanceIds.find((id) => withId(account, INSTANCE, id) === undefined);
  return stranger === undefined ? undefined : `ValidationException: ${stranger} is no instance`;
}

const tagged =
  (more: Wrong = () => undefined): Wrong =>
  (props, account) =>
    wrongTags(props.tags) ?? more(props, account);

const rule = (way: string): Kind => ({
  required: ["securityGroupId", "ipProtocol"],
  optional: ["cidrIpv4", "fromPort", "toPort", "tags", "description"],
  replaces: ["securityGroupId"],
  refers: { securityGroupId: { type: GROUP } },
  prefix: "sgr",
  wrong: tagged(wrongRule),
  sources: [`${API}/API_AuthorizeSecurityGroup${way}.html`],
});

/** Types of `@pulumi/aws` that the stand-in was taught. */
export const AMAZON: Readonly<Record<string, Kind>> = {
  [VPC]: {
    required: ["cidrBlock"],
    optional: ["enableDnsSupport", "enableDnsHostnames", "tags"],
    replaces: ["cidrBlock"],
    prefix: "vpc",
    takes: ["aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"],
    wrong: tagged(({ cidrBlock }) => size(cidrBlock, 16, 28)),
    sources: [`${API}/API_CreateVpc.html`],
  },
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": {
    required: ["vpcId"],
    optional: ["ingress", "egress", "tags"],
    replaces: ["vpcId"],
    refers: { vpcId: { type: VPC } },
    prefix: "sg",
    wrong: tagged(),
    sources: [`${TERRAFORM}/default_security_group`],
  },
  [GATEWAY]: {
    required: ["vpcId"],
    optional: ["tags"],
    replaces: [],
    refers: { vpcId: { type: VPC } },
    prefix: "igw",
    // A route to a gateway that is gone stays, and leads nowhere (Amazon VPC User Guide, "Route tables").
    frees: { "aws:ec2/route:Route": "gatewayId" },
    wrong: tagged((props, account) =>
      ofType(account, GATEWAY).some((other) => other.props.vpcId === props.vpcId)
        ? "InvalidParameterValue: Network is already attached to an internet gateway"
        : undefined,
    ),
    sources: [`${API}/API_AttachInternetGateway.html`],
  },
  [TABLE]: {
    required: ["vpcId"],
    optional: ["tags"],
    replaces: ["vpcId"],
    refers: { vpcId: { type: VPC } },
    prefix: "rtb",
    takes: ["aws:ec2/route:Route"],
    wrong: tagged(),
    sources: [`${API}/API_CreateRouteTable.html`],
  },
  "aws:ec2/route:Route": {
    required: ["routeTableId", "destinationCidrBlock", "gatewayId"],
    replaces: ["routeTableId", "destinationCidrBlock"],
    refers: { routeTableId: { type: TABLE }, gatewayId: { type: GATEWAY } },
    prefix: "r-rtb",
    sources: [`${API}/API_CreateRoute.html`],
  },
  [SUBNET]: {
    required: ["vpcId", "cidrBlock"],
    optional: ["availabilityZone", "mapPublicIpOnLaunch", "tags"],
    replaces: ["vpcId", "cidrBlock", "availabilityZone"],
    refers: { vpcId: { type: VPC } },
    prefix: "subnet",
    takes: ["aws:ec2/routeTableAssociation:RouteTableAssociation"],
    wrong: tagged(wrongSubnet),
    sources: [`${API}/API_CreateSubnet.html`],
  },
  "aws:ec2/routeTableAssociation:RouteTableAssociation": {
    required: ["subnetId", "routeTableId"],
    replaces: ["subnetId"],
    refers: { subnetId: { type: SUBNET }, routeTableId: { type: TABLE } },
    prefix: "rtbassoc",
    sources: [`${API}/API_AssociateRouteTable.html`],
  },
  [GROUP]: {
    required: ["vpcId", "description"],
    optional: ["name", "revokeRulesOnDelete", "tags"],
    replaces: ["vpcId", "description"],
    refers: { vpcId: { type: VPC } },
    prefix: "sg",
    takes: RULES,
    wrong: tagged(({ description }) =>
      /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{1,255}$/.test(String(description))
        ? undefined
        : "InvalidParameterValue: GroupDescription",
    ),
    sources: [`${API}/API_CreateSecurityGroup.html`],
  },
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": rule("Ingress"),
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": rule("Egress"),
  [INSTANCE]: {
    required: ["ami", "instanceType", "subnetId", "vpcSecurityGroupIds"],
    optional: [
      "associatePublicIpAddress",
      "cpuOptions",
      "iamInstanceProfile",
      "instanceInitiatedShutdownBehavior",
      "instanceMarketOptions",
      "metadataOptions",
      "rootBlockDevice",
      "tags",
      "userData",
      "volumeTags",
    ],
    replaces: ["ami", "subnetId"],
    refers: {
      subnetId: { type: SUBNET },
      vpcSecurityGroupIds: { type: GROUP },
      iamInstanceProfile: { type: PROFILE, by: "name" },
    },
    prefix: "i",
    // Terminating a machine takes its address off (Amazon EC2 User Guide, "Terminate Amazon EC2 instances").
    frees: { "aws:ec2/eip:Eip": "instance" },
    wrong: tagged(wrongInstance),
    outputs: () => ({ instanceState: "running" }),
    sources: [
      `${API}/API_RunInstances.html`,
      `${API}/API_CpuOptionsRequest.html`,
      `${TERRAFORM}/instance`,
      "https://docs.aws.eu/AWSEC2/latest/UserGuide/amazon-ec2-nested-virtualization.html",
    ],
  },
  // The lab makes none: whoever puts one into its network keeps that network.
  "aws:ec2/networkInterface:NetworkInterface": {
    required: ["subnetId"],
    optional: ["description", "tags"],
    replaces: ["subnetId"],
    refers: { subnetId: { type: SUBNET } },
    prefix: "eni",
    wrong: tagged(),
    sources: [`${API}/API_CreateNetworkInterface.html`],
  },
  "aws:ec2/eip:Eip": {
    required: ["domain"],
    optional: ["instance", "tags"],
    replaces: ["domain"],
    refers: { instance: { type: INSTANCE } },
    prefix: "eipalloc",
    wrong: tagged(({ instance }, account) => {
      const subnet = withId(account, SUBNET, withId(account, INSTANCE, instance)?.props.subnetId);
      return ofType(account, GATEWAY).some(({ props: { vpcId } }) => vpcId === subnet?.props.vpcId)
        ? undefined
        : "Gateway.NotAttached: Network is not attached to any internet gateway";
    }),
    sources: [`${API}/API_AssociateAddress.html`, `${TERRAFORM}/eip`],
  },
  [ROLE]: {
    required: ["name", "assumeRolePolicy"],
    optional: ["tags"],
    replaces: ["name"],
    id: ({ name }) => String(name),
    wrong: tagged(({ name, assumeRolePolicy }) =>
      /^[\w+=,.@-]{1,64}$/.test(String(name)) ? wrongPolicy(assumeRolePolicy) : "ValidationError: roleName",
    ),
    outputs: (_props, id) => ({ arn: `arn:aws:iam::${ACCOUNT}:role/${id}` }),
    sources: ["https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html"],
  },
  "aws:iam/rolePolicy:RolePolicy": {
    required: ["role", "policy"],
    optional: ["name"],
    replaces: ["role"],
    // A role is not deleted while it has a policy: DeleteConflict.
    refers: { role: { type: ROLE } },
    prefix: "policy",
    wrong: ({ policy }) => wrongPolicy(policy),
    sources: ["https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html"],
  },
  [PROFILE]: {
    required: ["name", "role"],
    optional: ["tags"],
    replaces: ["name"],
    refers: { role: { type: ROLE, by: "name" } },
    id: ({ name }) => String(name),
    wrong: tagged(),
    sources: ["https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddRoleToInstanceProfile.html"],
  },
  [SCHEDULES]: {
    required: ["name"],
    optional: ["tags"],
    replaces: ["name"],
    id: ({ name }) => String(name),
    wrong: tagged(({ name }) =>
      /^[0-9a-zA-Z\-_.]{1,64}$/.test(String(name)) ? undefined : "ValidationException: name",
    ),
    takes: ["aws:scheduler/schedule:Schedule"],
    outputs: (_props, id, region) => ({ arn: `arn:aws:scheduler:${region}:${ACCOUNT}:schedule-group/${id}` }),
    sources: ["https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateScheduleGroup.html"],
  },
  "aws:scheduler/schedule:Schedule": {
    required: ["name", "groupName", "scheduleExpression", "flexibleTimeWindow", "target"],
    optional: ["scheduleExpressionTimezone", "startDate"],
    replaces: ["name", "groupName"],
    refers: { groupName: { type: SCHEDULES, by: "name" } },
    id: ({ groupName, name }) => `${groupName}/${name}`,
    wrong: wrongSchedule,
    sources: [
      "https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html",
      "https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html",
    ],
  },
  "aws:budgets/budget:Budget": {
    required: ["name", "budgetType", "timeUnit", "limitAmount", "limitUnit", "costFilters", "notifications"],
    optional: ["tags"],
    replaces: ["name", "budgetType"],
    id: ({ name }) => `${ACCOUNT}:${name}`,
    wrong: tagged(wrongBudget),
    sources: [
      "https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_CreateBudget.html",
      "https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Notification.html",
    ],
  },
};
