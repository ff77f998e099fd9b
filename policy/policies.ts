import type { ReportViolation, ResourceValidationArgs, ResourceValidationPolicy } from "@pulumi/policy";
import { EXPIRES_KEY } from "../course/clouds/tags";
import { TYPE_SIZES } from "../course/instanceTypes";
import { MARK_KEYS } from "../course/mark";
import { NARROWEST_FOR_ALL } from "../course/validators/hosts";

/** Ports that people log in at: SSH, RDP. */
const LOGINS = [22, 3389];

const INSTANCE = "aws:ec2/instance:Instance";
const MACHINE = "azure-native:compute:VirtualMachine";

/** A field of something that may be anything. */
function field(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, name) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, name) : undefined),
    value,
  );
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Whether a source is everybody, in the words of either cloud. */
function everybody(source: unknown): boolean {
  const text = String(source);
  if (["*", "Internet", "Any", "::/0"].includes(text)) return true;
  const prefix = /^\d+\.\d+\.\d+\.\d+\/(\d+)$/.exec(text)?.[1];
  return prefix !== undefined && Number(prefix) < NARROWEST_FOR_ALL;
}

/** Whether ports from one to another have one that people log in at. */
const login = (from: number, to: number): boolean => LOGINS.some((port) => from <= port && port <= to);

/** Whether Amazon's rule is for a login; one for all protocols has no ports. */
function amazonLogin(rule: unknown): boolean {
  const protocol = String(field(rule, "ipProtocol") ?? field(rule, "protocol"));
  if (protocol === "-1") return true;
  return login(Number(field(rule, "fromPort")), Number(field(rule, "toPort")));
}

/** Whether Azure's rule is for a login: `22`, `20-30`, `*`. */
function azureLogin(rule: unknown): boolean {
  const ranges = [field(rule, "destinationPortRange"), ...list(field(rule, "destinationPortRanges"))];
  return ranges.some((range) => {
    if (range === "*") return true;
    const [from, to = from] = String(range ?? "")
      .split("-")
      .map(Number);
    return from !== undefined && to !== undefined && login(from, to);
  });
}

type Check = (args: ResourceValidationArgs, report: ReportViolation) => void;

const openLogin: Check = ({ type, props }, report) => {
  const open: unknown[] = [];
  if (type === "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule" && amazonLogin(props))
    open.push(...[props.cidrIpv4, props.cidrIpv6].filter(everybody));
  if (type === "aws:ec2/securityGroup:SecurityGroup")
    for (const rule of list(props.ingress).filter(amazonLogin))
      open.push(
        ...[...list(field(rule, "cidrBlocks")), ...list(field(rule, "ipv6CidrBlocks"))].filter(everybody),
      );
  if (type === "azure-native:network:NetworkSecurityGroup")
    for (const rule of list(props.securityRules)) {
      if (field(rule, "direction") !== "Inbound" || field(rule, "access") !== "Allow" || !azureLogin(rule))
        continue;
      const sources = [field(rule, "sourceAddressPrefix"), ...list(field(rule, "sourceAddressPrefixes"))];
      open.push(...sources.filter(everybody));
    }
  for (const source of open) report(`lets ${source} at SSH or RDP`);
};

const plainDisk: Check = ({ type, props }, report) => {
  if (type === INSTANCE) {
    const disks = [props.rootBlockDevice, ...list(props.ebsBlockDevices)];
    if (disks.some((disk) => field(disk, "encrypted") !== true)) report("has a disk that is not encrypted");
  }
  // A managed disk is encrypted; one that is a file in a storage account is as that account is.
  if (type === MACHINE && field(props, "storageProfile", "osDisk", "managedDisk") === undefined)
    report("has a disk that is not managed, and so perhaps not encrypted");
};

/** Types of both clouds that carry no tags (their reference pages have none). */
const UNTAGGED = [
  "aws:ec2/route:Route",
  "aws:ec2/routeTableAssociation:RouteTableAssociation",
  "aws:iam/rolePolicy:RolePolicy",
  "aws:scheduler/schedule:Schedule",
  "azure-native:network:Subnet",
  // Of what is at a machine, and of what has its lab's id in its name.
  "azure-native:authorization:RoleAssignment",
  "azure-native:consumption:Budget",
];

const unmarked: Check = ({ type, props }, report) => {
  if (!/^(aws|azure-native):/.test(type) || UNTAGGED.includes(type)) return;
  const missing = [MARK_KEYS.lab, MARK_KEYS.id, MARK_KEYS.stack, EXPIRES_KEY].filter(
    (key) => field(props.tags, key) === undefined,
  );
  if (missing.length > 0) report(`lacks the tags ${missing.join(", ")}`);
};

/** Sizes whose memory the plan knows are those that guests run in. */
const unknownSize: Check = ({ type, props }, report) => {
  if (type === INSTANCE) {
    const instanceType = String(props.instanceType);
    if (!TYPE_SIZES.ec2(instanceType))
      report(`has the type ${instanceType}, in which guests are not known to run`);
  }
  if (type === MACHINE) {
    const vmSize = String(field(props, "hardwareProfile", "vmSize"));
    if (!TYPE_SIZES.azure(vmSize)) report(`has the size ${vmSize}, in which guests are not known to run`);
  }
};

const looseImage: Check = ({ type, props, opts }, report) => {
  // An image is known by its content; a name is another one tomorrow.
  if (type === "docker:index/container:Container" && !/(?:^|@)sha256:/.test(String(props.image)))
    report(`begins with ${props.image}, which is another image tomorrow`);
  if (type === INSTANCE && !/^ami-[0-9a-f]+$/.test(String(props.ami)))
    report(`begins with ${props.ami}, which is another image tomorrow`);
  const version = field(props, "storageProfile", "imageReference", "version");
  const kept = opts.ignoreChanges.includes("storageProfile.imageReference");
  if (type === MACHINE && version === "latest" && !kept)
    report("begins with the latest image, and would be made anew with the next");
};

function policy(name: string, description: string, validateResource: Check): ResourceValidationPolicy {
  return { name, description, enforcementLevel: "mandatory", validateResource };
}

/** What no lab in a cloud may be, whoever wrote it: for `pulumi preview --policy-pack policy`. */
export const POLICIES: readonly ResourceValidationPolicy[] = [
  policy("no-open-login", "SSH and RDP are open to named networks only", openLogin),
  policy("disks-encrypted", "Disks are encrypted", plainDisk),
  policy("owner-marked", "Whatever takes tags says whose it is and when it should be gone", unmarked),
  policy("sizes-known", "Machines have a size in which guests run", unknownSize),
  policy("images-pinned", "Machines begin with an image that stays the same", looseImage),
];
