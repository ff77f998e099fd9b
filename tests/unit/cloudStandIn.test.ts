import { CloudAccount, check, diff } from "../support/clouds/account";
import { AMAZON } from "../support/clouds/amazon";
import { AZURE } from "../support/clouds/azure";

// A stand-in that takes everything would prove nothing: what it was not taught it refuses.
const REGION = "ap-northeast-1";
const VPC = "aws:ec2/vpc:Vpc";
const SUBNET = "aws:ec2/subnet:Subnet";

test("every type names the pages that its rules are taken from", () => {
  const kinds = Object.entries({ ...AMAZON, ...AZURE });
  expect(kinds).toHaveLength(33);
  for (const [type, { sources }] of kinds)
    expect({ type, pages: sources.filter((page) => /^https:\/\/\S+$/.test(page)).length }).toEqual({
      type,
      pages: Math.max(1, sources.length),
    });
});

test("types and properties that were not taught are refused, and required ones are missed", () => {
  expect(() => check("aws:s3/bucket:Bucket", {})).toThrow("the stand-in was not taught aws:s3/bucket:Bucket");
  expect(check(VPC, { instanceTenancy: "dedicated" })).toMatchObject({
    failures: [
      { property: "instanceTenancy", reason: `the stand-in was not taught instanceTenancy of ${VPC}` },
      { property: "cidrBlock", reason: "cidrBlock is required" },
    ],
  });
  const identity = {
    ...Object.fromEntries(
      (AZURE["azure-native:compute:VirtualMachine"]?.required ?? []).map((name) => [name, "x"]),
    ),
    identity: {},
  };
  expect(check("azure-native:compute:VirtualMachine", identity)).toMatchObject({
    failures: [{ property: "identity" }],
  });
});

test("what is named has to stand, and stays as long as it is named", () => {
  const account = new CloudAccount();
  expect(() => account.create(SUBNET, { vpcId: "vpc-1", cidrBlock: "10.0.0.0/24" }, REGION)).toThrow(
    "vpcId: there is no Vpc vpc-1",
  );
  const vpc = account.create(VPC, { cidrBlock: "10.0.0.0/16" }, REGION);
  const subnet = account.create(SUBNET, { vpcId: vpc.id, cidrBlock: "10.0.0.0/24" }, REGION);
  expect(() => account.create(SUBNET, { vpcId: vpc.id, cidrBlock: "10.0.0.128/25" }, REGION)).toThrow(
    `InvalidSubnet.Conflict: 10.0.0.128/25 conflicts with ${subnet.id}`,
  );
  expect(() => account.delete(VPC, vpc.id)).toThrow("DependencyViolation");
  account.delete(SUBNET, subnet.id);
  account.delete(VPC, vpc.id);
  expect(account.all).toEqual([]);
});

test.each([
  [
    "another type than one that nests",
    { instanceType: "t3.large", cpuOptions: { nestedVirtualization: "enabled" } },
    "UnsupportedOperation: t3.large does not support nested virtualization",
  ],
  [
    "a spot machine",
    { instanceMarketOptions: {}, cpuOptions: { nestedVirtualization: "enabled" } },
    "UnsupportedOperation: nested virtualization is not available on spot instances",
  ],
  [
    "too much user data",
    { userData: "x".repeat(16_385) },
    "InvalidParameterValue: User data is limited to 16384 bytes",
  ],
  [
    "a key of Amazon's own",
    { tags: { "aws:name": "x" } },
    "InvalidParameterValue: tag keys starting with 'aws:' are reserved: aws:name",
  ],
])("of a machine on EC2 it refuses %s", (_what, more, words) => {
  const account = new CloudAccount();
  const vpc = account.create(VPC, { cidrBlock: "10.0.0.0/16" }, REGION);
  const subnet = account.create(SUBNET, { vpcId: vpc.id, cidrBlock: "10.0.0.0/24" }, REGION);
  const group = account.create(
    "aws:ec2/securityGroup:SecurityGroup",
    { vpcId: vpc.id, description: "host" },
    REGION,
  );
  const machine = {
    ami: "ami-1",
    instanceType: "m8i.xlarge",
    subnetId: subnet.id,
    vpcSecurityGroupIds: [group.id],
  };
  const create = (inputs: object) =>
    account.create("aws:ec2/instance:Instance", { ...machine, ...inputs }, REGION);
  expect(() => create(more)).toThrow(words);
  expect(() => create({})).not.toThrow();
});

test("a change of what cannot change makes another object", () => {
  const olds = { vpcId: "vpc-1", cidrBlock: "10.0.0.0/24", tags: { Name: "a" }, id: "subnet-1" };
  const changed = (more: object) =>
    diff(SUBNET, olds, { vpcId: "vpc-1", cidrBlock: "10.0.0.0/24", tags: { Name: "a" }, ...more });
  expect(changed({})).toMatchObject({ changes: false, replaces: [] });
  expect(changed({ tags: { Name: "b" } })).toMatchObject({ changes: true, replaces: [] });
  expect(changed({ cidrBlock: "10.0.1.0/24" })).toMatchObject({ changes: true, replaces: ["cidrBlock"] });
});
