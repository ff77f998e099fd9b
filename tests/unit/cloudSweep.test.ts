import { amazonAccount } from "../../operations/clouds/amazon/account";
import { namedBy } from "../../operations/clouds/amazon/kinds";
import { amazonBySdk } from "../../operations/clouds/amazon/sdk";
import { removeFromCloud, unknownInCloud } from "../../operations/clouds/leftovers";
import { StandInCloud } from "../support/clouds";
import { amazonEnvironment, buildLab, ID, REGION } from "../support/clouds/standing";

// Amazon's own SDK against two of its APIs on loopback. What this does not prove: that Amazon answers so.
let cloud: StandInCloud;
const before = { ...process.env };
beforeEach(async () => {
  cloud = await StandInCloud.start();
  Object.assign(process.env, amazonEnvironment(cloud));
});
afterEach(async () => {
  process.env = { ...before };
  await cloud.stop();
});

const build = (lab: string, id = ID, region = REGION) => buildLab(cloud, lab, id, region);

const account = (...regions: string[]) =>
  amazonAccount(amazonBySdk(), regions.length > 0 ? regions : [REGION]);
const KINDS = [
  "clock",
  "machine",
  "address",
  "subnet",
  "route table",
  "firewall",
  "gateway",
  "network",
  "profile",
  "role",
];

test("all that carries the mark is found, in the order in which it can be removed, and what goes with another is not", async () => {
  build("lab");
  const found = await account().observe("lab");
  expect(found.map(({ kind }) => kind)).toEqual(KINDS);
  expect(found.find(({ kind }) => kind === "machine")).toEqual({
    cloud: "aws",
    region: REGION,
    kind: "machine",
    id: cloud.of("Instance")[0]?.id,
    name: "lab-machine",
    mark: { lab: "lab", id: ID, stack: "lab-hosts" },
    expires: "2027-01-20T15:00:00.000Z",
  });
});

test("it is removed whole, one after the other, and nothing of anybody else", async () => {
  build("lab");
  build("other", "fedcba9876543210");
  // Somebody's own: without a mark, and a role that is only called so.
  cloud.account.create(
    "aws:ec2/vpc:Vpc",
    { cidrBlock: "10.0.0.0/16", tags: { Name: "lab-network" } },
    REGION,
  );
  const policy = JSON.stringify({ Version: "2012-10-17", Statement: [] });
  cloud.account.create(
    "aws:iam/role:Role",
    { name: `classlab-${ID}-eu-west-1-hosts`, assumeRolePolicy: policy, tags: {} },
    REGION,
  );
  const others = cloud.account.all.filter(({ props }) => !JSON.stringify(props).includes(`"lab"`)).length;
  const port = account();
  const removed = await removeFromCloud(port, await port.observe("lab"));
  expect(removed.map(({ kind }) => kind)).toEqual(KINDS);
  expect(await port.observe("lab")).toEqual([]);
  expect((await port.observe("other")).map(({ kind }) => kind)).toEqual(KINDS);
  expect(cloud.of("Vpc")).toHaveLength(2);
  expect(
    cloud
      .of("Role")
      .map(({ id }) => id)
      .sort(),
  ).toEqual([`classlab-${ID}-eu-west-1-hosts`, `classlab-fedcba9876543210-${REGION}-hosts`]);
  expect(cloud.account.all.filter(({ props }) => JSON.stringify(props).includes(`"lab"`))).toEqual([]);
  expect(others).toBeGreaterThan(10);
});

test("every region of the lab is looked at, and no other", async () => {
  build("lab");
  build("lab", "fedcba9876543210", "us-east-1");
  const regions = async (...asked: string[]) => {
    const found = await account(...asked).observe();
    return [...new Set(found.filter(({ kind }) => kind === "network").map(({ region }) => region))].sort();
  };
  expect(await regions(REGION)).toEqual([REGION, "us-east-1"]);
  expect(await regions("us-east-1")).toEqual(["us-east-1"]);
  expect(await amazonAccount(amazonBySdk(), []).observe()).toEqual([]);
});

test("what somebody put into the lab's network keeps it, and that is told after the rest is gone", async () => {
  build("lab");
  const [subnet] = cloud.of("Subnet");
  cloud.account.create("aws:ec2/networkInterface:NetworkInterface", { subnetId: subnet?.id }, REGION);
  const port = account();
  const found = await port.observe("lab");
  await expect(removeFromCloud(port, found)).rejects.toMatchObject({
    faults: [
      { code: "cloud-in-use", where: "subnet lab-subnet" },
      { code: "cloud-in-use", where: "route table lab-routes" },
      { code: "cloud-in-use", where: "network lab-network" },
    ],
  });
  expect((await port.observe("lab")).map(({ kind }) => kind)).toEqual(["subnet", "route table", "network"]);
});

test("what changed its owner since it was shown stays", async () => {
  build("lab");
  const port = account();
  const shown = (await port.observe("lab")).map((object) => ({
    ...object,
    mark: { ...object.mark, id: "another" },
  }));
  expect(await removeFromCloud(port, shown)).toEqual([]);
  expect((await port.observe("lab")).map(({ kind }) => kind)).toEqual(KINDS);
});

test("without credentials that is told, and not that there is nothing", async () => {
  delete process.env.AWS_ACCESS_KEY_ID;
  delete process.env.AWS_SECRET_ACCESS_KEY;
  Object.assign(process.env, {
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_SHARED_CREDENTIALS_FILE: "/nonexistent",
    AWS_CONFIG_FILE: "/nonexistent",
  });
  await expect(account().observe()).rejects.toMatchObject({ faults: [{ code: "cloud-denied" }] });
});

test("of what is found that is unknown which carries the lab's id and no state has", async () => {
  build("lab");
  const found = await account().observe("lab");
  const [machine] = cloud.of("Instance");
  const resource = {
    urn: "urn:pulumi:lab-hosts::classlab::aws:ec2/instance:Instance::m",
    type: "i",
    id: machine?.id,
  };
  const kinds = (id: string) => unknownInCloud(found, id, [resource]).map(({ kind }) => kind);
  expect(kinds(ID)).toEqual(KINDS.filter((kind) => kind !== "machine"));
  expect(kinds("fedcba9876543210")).toEqual([]);
});

test.each([
  ["arn:aws:ec2:ap-northeast-1:123456789012:instance/i-0123", "machine", "i-0123"],
  ["arn:aws:scheduler:ap-northeast-1:123456789012:schedule-group/classlab-1", "clock", "classlab-1"],
  ["arn:aws:iam::123456789012:instance-profile/path/classlab-1", "profile", "classlab-1"],
  ["arn:aws:ec2:ap-northeast-1:123456789012:security-group-rule/sgr-1", undefined, undefined],
  ["arn:aws:s3:::bucket", undefined, undefined],
])("%s", (arn, kind, id) => {
  const named = namedBy(arn);
  expect([named?.kind.kind, named?.id]).toEqual([kind, id]);
});
