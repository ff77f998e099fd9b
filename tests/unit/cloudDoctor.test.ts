import { FaultError, formatFaults } from "../../course/faults";
import { amazonQuestions } from "../../operations/clouds/amazon/questions";
import { azureQuestions } from "../../operations/clouds/azure/questions";
import type { CloudQuestions } from "../../operations/clouds/questions";
import type { Finding } from "../../operations/doctor/check";
import { CLOUD_CHECKS } from "../../operations/doctor/cloudChecks";
import { AZURE, cloudLab, EC2 } from "../support/cloudLabs";
import type { StandInCloud } from "../support/clouds";
import { useCloud } from "../support/clouds/inEnvironment";
import { addHost, buildAzureHost, buildLab, REGION } from "../support/clouds/standing";
import { planOf } from "./labs";

// What doctor asks of both clouds, as it is signed and sent to their stand-ins. What this does not prove: that they answer so.
const theCloud = useCloud();
let cloud: StandInCloud;
beforeEach(() => {
  cloud = theCloud();
});

/** The findings of all checks, by id. */
async function findings(
  lab: object,
  questions: readonly CloudQuestions[],
  programs: readonly string[] = [],
): Promise<Record<string, Finding>> {
  const subject: object = {
    machine: {
      run: async (program: string, words: readonly string[]) => ({
        code: programs.includes([program, ...words].join(" ")) ? 0 : 127,
        stdout: "",
        stderr: "",
      }),
    },
    plan: planOf("lab", lab),
    clouds: async () => questions,
    cloudIdentities: async () => Promise.all(questions.map((entry) => entry.identity())),
  };
  const found = await Promise.all(
    CLOUD_CHECKS.map(
      async ({ id, look }) => [id, await look(subject as Parameters<typeof look>[0])] as const,
    ),
  );
  return Object.fromEntries(found);
}
const ofAmazon = (host: object = EC2, teams = 2) =>
  findings(cloudLab([host], teams), [amazonQuestions(REGION)]);
const ofAzure = (host: object = AZURE, teams = 1) => findings(cloudLab([host], teams), [azureQuestions()]);
const words = (found: Record<string, Finding>) =>
  Object.fromEntries(
    Object.entries(found).map(([id, { status, found: text }]) => [id, `${status}: ${text}`]),
  );

test("a lab that fits into Amazon's account", async () => {
  expect(words(await ofAmazon())).toEqual({
    "cloud-access": "ok: known as arn:aws:iam::123456789012:user/staff",
    "cloud-tunnel": "not-needed: no host is reached by Session Manager or Bastion",
    "cloud-rights": "ok: Amazon asks for none",
    "cloud-types": "ok: ap-northeast-1 has m8i.xlarge",
    "cloud-image": "ok: ap-northeast-1 has ami-0123456789abcdef0",
    "cloud-cpus": "ok: ap-northeast-1: room for 8 vCPUs in Running On-Demand Standard instances (L-1216C47A)",
    "cloud-addresses": "ok: ap-northeast-1: room for 2 addresses in EC2-VPC Elastic IPs (L-0263D0A3)",
    "cloud-networks":
      "ok: ap-northeast-1: room for 1 network in VPCs per Region (L-F678F1CE); its range 10.200.0.0/16 is free",
  });
});

test("what lacks in Amazon's account is told with the command that mends it; what the lab has already is no obstacle", async () => {
  buildLab(cloud, "lab");
  addHost(cloud, "lab", "team-01");
  buildLab(cloud, "other", "fedcba9876543210");
  cloud.apis.quotas = { "L-1216C47A": 11, "L-0263D0A3": 2 };
  cloud.apis.parameters = {};
  cloud.ec2.offered = [];
  const found = await ofAmazon();
  expect(found["cloud-types"]).toEqual({
    status: "blocking",
    found: "no zone of ap-northeast-1 has m8i.xlarge",
    expected: "a type in which guests run",
    fix: "See those that nest: aws ec2 describe-instance-types --region ap-northeast-1 --filters Name=processor-info.supported-features,Values=nested-virtualization",
    code: "cloud-type-unfit",
  });
  expect(found["cloud-image"]).toMatchObject({
    status: "blocking",
    code: "image-missing",
    fix: expect.stringContaining("aws ssm"),
  });
  expect(found["cloud-cpus"]).toEqual({
    status: "blocking",
    found:
      "ap-northeast-1: the lab needs 8 vCPUs, and of 11 (Running On-Demand Standard instances (L-1216C47A)) others have 4",
    expected: "12 or more",
    fix: "Ask for more, which may take days: aws service-quotas request-service-quota-increase --region ap-northeast-1 --service-code ec2 --quota-code L-1216C47A --desired-value 12",
    code: "cloud-quota",
  });
  expect(found["cloud-addresses"]).toMatchObject({
    status: "blocking",
    code: "cloud-quota",
    expected: "3 or more",
  });
});

test("networks of others: a range that meets the lab's is told, and a region that is full of them stops it", async () => {
  buildLab(cloud, "lab");
  buildLab(cloud, "other", "fedcba9876543210");
  const [, other] = cloud.of("Vpc");
  expect(words(await ofAmazon())["cloud-networks"]).toBe(
    `ok: ap-northeast-1: room for 1 network in VPCs per Region (L-F678F1CE); its range 10.200.0.0/16 is also that of ${other?.id}: the two cannot be joined, which no lab needs`,
  );
  cloud.apis.quotas = { ...cloud.apis.quotas, "L-F678F1CE": 1 };
  expect((await ofAmazon())["cloud-networks"]).toEqual({
    status: "blocking",
    found: "ap-northeast-1: the lab needs 1 network, and of 1 (VPCs per Region (L-F678F1CE)) others have 1",
    expected: "2 or more",
    fix: "Ask for more, which may take days: aws service-quotas request-service-quota-increase --region ap-northeast-1 --service-code vpc --quota-code L-F678F1CE --desired-value 2",
    code: "cloud-quota",
  });
  // Azure's count has the lab's own in it, and that of other locations.
  buildAzureHost(cloud, "lab", "team-01");
  buildAzureHost(cloud, "other", "team-01", "fedcba9876543210");
  expect(words(await ofAzure())["cloud-networks"]).toBe(
    "ok: japaneast: room for 1 network in Virtual Networks; its range 10.200.0.0/16 is also that of network: the two cannot be joined, which no lab needs",
  );
});

test("a type in which no guests run, though the zones have it", async () => {
  const questions = amazonQuestions(REGION);
  expect(await questions.offers(REGION, "t3.xlarge")).toEqual({
    refused: "Amazon says of t3.xlarge in ap-northeast-1 that no guests run in it",
  });
});

test("a lab that fits into Azure's subscription, and what lacks there", async () => {
  buildAzureHost(cloud, "lab", "team-01");
  expect(words(await ofAzure())).toEqual({
    "cloud-access": "ok: known as subscription Class",
    "cloud-tunnel": "not-needed: no host is reached by Session Manager or Bastion",
    "cloud-rights": "ok: whoever asks may assign roles",
    "cloud-types": "ok: japaneast has Standard_D4s_v5",
    "cloud-image": "ok: japaneast has Canonical:ubuntu-24_04-lts:server",
    "cloud-cpus": "ok: japaneast: room for 4 vCPUs in Standard DSv5 Family vCPUs",
    "cloud-addresses": "ok: japaneast: room for 1 addresses in StandardSkuPublicIpAddresses",
    "cloud-networks":
      "ok: japaneast: room for 1 network in Virtual Networks; its range 10.200.0.0/16 is free",
  });
  cloud.azure.versions = [];
  const found = await ofAzure({ ...AZURE, vmSize: "Standard_E4s_v5" }, 5);
  expect(found["cloud-types"]).toMatchObject({
    status: "blocking",
    found: "Standard_E4s_v5 is not for this subscription in japaneast (NotAvailableForSubscription)",
    fix: expect.stringContaining("az vm list-skus --location japaneast"),
  });
  expect(found["cloud-image"]).toMatchObject({
    status: "blocking",
    found: "japaneast has no image of Ubuntu 24.04",
  });
  // 20 in all, of which the lab's own machine has 4.
  expect(found["cloud-cpus"]).toMatchObject({ status: "ok" });
  const many = await ofAzure(AZURE, 3);
  expect(many["cloud-cpus"]).toMatchObject({
    status: "blocking",
    found: "japaneast: the lab needs 12 vCPUs, and of 10 (Standard DSv5 Family vCPUs) others have 0",
    fix: expect.stringContaining("az vm list-usage --location japaneast"),
  });
});

test.each([
  ["an owner", [{ actions: ["*"], notActions: [] }], "ok"],
  ["a contributor", [{ actions: ["*"], notActions: ["Microsoft.Authorization/*/Write"] }], "blocking"],
  [
    "a contributor who may assign roles",
    [
      { actions: ["*"], notActions: ["Microsoft.Authorization/*/Write"] },
      { actions: ["Microsoft.Authorization/roleAssignments/write", "*/read"], notActions: [] },
    ],
    "ok",
  ],
  ["a reader", [{ actions: ["*/read"], notActions: [] }], "blocking"],
] as const)("whether a clock can be given its role: %s", async (_who, permissions, status) => {
  cloud.azure.permissions = permissions;
  const { "cloud-rights": found } = await ofAzure();
  expect(found?.status).toBe(status);
  if (status === "blocking") expect(found?.code).toBe("cloud-denied");
});

const MANAGER = { ...EC2, sessionManager: true };
const BEHIND = { ...AZURE, bastion: true };

test.each([
  [MANAGER, [], "the AWS CLI (aws) is not on this machine, or does not run"],
  [
    MANAGER,
    ["aws --version"],
    "the Session Manager plugin (session-manager-plugin) is not on this machine, or does not run",
  ],
  [BEHIND, ["az version"], "the Azure CLI's extension for Bastion is not on this machine, or does not run"],
])("what a tunnel needs and this machine lacks is told", async (host, programs, told) => {
  const found = await findings(cloudLab([host], 1), [amazonQuestions(REGION), azureQuestions()], programs);
  expect(found["cloud-tunnel"]).toMatchObject({
    status: "blocking",
    found: told,
    code: "environment-missing",
    fix: expect.stringMatching(/^(?:Install it: https|Run: az)/),
  });
});

test("a host behind Bastion needs no public address of its own; what all of them share needs two", async () => {
  const found = await findings(
    cloudLab([{ ...BEHIND, allowedCidrs: [] }], 2),
    [azureQuestions()],
    ["az version", "az extension show --name bastion"],
  );
  expect(found["cloud-tunnel"]?.status).toBe("ok");
  expect(found["cloud-addresses"]).toMatchObject({
    status: "ok",
    found: "japaneast: room for 2 addresses in StandardSkuPublicIpAddresses",
  });
});

test("without credentials there is one finding with its cause", async () => {
  delete process.env.AWS_ACCESS_KEY_ID;
  Object.assign(process.env, {
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_SHARED_CREDENTIALS_FILE: "/nonexistent",
    AWS_CONFIG_FILE: "/nonexistent",
  });
  const identity = amazonQuestions(REGION).identity();
  await expect(identity).rejects.toMatchObject({
    faults: [{ code: "cloud-denied", fix: expect.stringContaining("Log in") }],
  });
});

test("a cloud that does not answer is a cause, and no defect", async () => {
  process.env.AWS_ENDPOINT_URL = "http://127.0.0.1:1";
  const told = await amazonQuestions(REGION)
    .identity()
    .catch((error: unknown) => (error instanceof FaultError ? formatFaults(error.faults) : String(error)));
  expect(told).toMatch(/^Amazon in ap-northeast-1: it does not answer \(.+\)\. .* \[cloud-busy\]$/);
});
