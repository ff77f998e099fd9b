import { machinesGone } from "../../operations/clouds/hosts";
import { engineFault } from "../../operations/engineFault";

/** What the engine says around an error of Amazon's. */
const amazon = (error: string, words: string, count = "") => `code: 255
 stdout: Updating (lab-hosts):
+  aws:ec2:Instance aws-team-01-machine **creating failed** error: 1 error occurred:
Diagnostics:
  aws:ec2:Instance (aws-team-01-machine):
    error: 1 error occurred:
    \t* creating EC2 Instance: operation error EC2: RunInstances, ${count}https response error StatusCode: 400, RequestID: 1b2c, api error ${error}: ${words}
  pulumi:pulumi:Stack (classlab-lab-hosts):
    error: update failed
Resources:
    + 3 created`;

const azure = (error: string, words: string) => `Diagnostics:
  azure-native:compute:VirtualMachine (az-team-01-machine):
    error: Code="${error}" Message="${words}"`;

const told = (text: string) => engineFault("lab-hosts", new Error(text)).faults;

test.each([
  [
    amazon("RequestLimitExceeded", "Request limit exceeded.", "exceeded maximum number of attempts, 10, "),
    "cloud-busy",
  ],
  [amazon("InternalError", "An internal error has occurred"), "cloud-busy"],
  [
    amazon(
      "VcpuLimitExceeded",
      "You have requested more vCPU capacity than your current vCPU limit of 16 allows",
    ),
    "cloud-quota",
  ],
  [amazon("VpcLimitExceeded", "The maximum number of VPCs has been reached."), "cloud-quota"],
  [
    amazon("InsufficientInstanceCapacity", "We currently do not have sufficient m8i.xlarge capacity"),
    "cloud-type-unfit",
  ],
  [
    amazon(
      "Unsupported",
      "Your requested instance type is not supported in your requested Availability Zone",
    ),
    "cloud-type-unfit",
  ],
  [amazon("ExpiredToken", "The security token included in the request is expired"), "cloud-denied"],
  [amazon("UnauthorizedOperation", "You are not authorized to perform this operation."), "cloud-denied"],
  [amazon("DependencyViolation", "The vpc 'vpc-1' has dependencies and cannot be deleted."), "cloud-in-use"],
  [amazon("InvalidAMIID.NotFound", "The image id '[ami-1]' does not exist"), "engine-failed"],
  [
    azure(
      "OperationNotAllowed",
      "Operation could not be completed as it results in exceeding approved Total Regional Cores quota.",
    ),
    "cloud-quota",
  ],
  [
    azure(
      "SkuNotAvailable",
      "The requested size for resource is currently not available in location 'japaneast'.",
    ),
    "cloud-type-unfit",
  ],
  [azure("InUseSubnetCannotBeDeleted", "Subnet is in use"), "cloud-in-use"],
  [azure("AuthorizationFailed", "The client does not have authorization to perform action"), "cloud-denied"],
  [
    azure(
      "MissingSubscriptionRegistration",
      "The subscription is not registered to use namespace 'Microsoft.Logic'.",
    ),
    "cloud-denied",
  ],
])("what a cloud refuses is told by its cause: %#", (text, code) => {
  expect(told(text).map((fault) => fault.code)).toEqual([code]);
});

test("a provider that is not registered in Azure's subscription is told with the command that does it", () => {
  const [fault] = told(
    azure("MissingSubscriptionRegistration", "It is not registered to use 'Microsoft.Logic'."),
  );
  expect(fault?.fix).toContain("az provider register --wait --namespace NAME");
});

test("the cloud's own words are told with the resource's name and the API's code", () => {
  expect(told(amazon("VcpuLimitExceeded", "Your vCPU limit is 16."))).toEqual([
    {
      code: "cloud-quota",
      where: "stack lab-hosts",
      what: "aws-team-01-machine: Your vCPU limit is 16 (VcpuLimitExceeded)",
      fix: "Ask the cloud for more (Amazon: Service Quotas; Azure: Quotas), or give the lab fewer teams or smaller hosts, and run the command again",
    },
  ]);
  expect(told(azure("InUseSubnetCannotBeDeleted", "Subnet is in use."))[0].what).toBe(
    "az-team-01-machine: Subnet is in use (InUseSubnetCannotBeDeleted)",
  );
});

test("without any credentials nobody was asked", () => {
  const [fault] = told(
    "error: unable to validate AWS credentials.\nDetails: No valid credential sources found.",
  );
  expect(fault).toMatchObject({
    code: "cloud-denied",
    what: "there are no credentials for the cloud on this machine",
  });
});

test("machines that are gone are those that a state had, and nothing else of it", () => {
  const entry = (type: string, name: string) => ({
    type,
    urn: `urn:pulumi:lab-hosts::classlab::${type}::${name}`,
  });
  const machine = entry("aws:ec2/instance:Instance", "aws-team-01-machine");
  const other = entry("azure-native:compute:VirtualMachine", "az-team-02-machine");
  const subnet = entry("aws:ec2/subnet:Subnet", "aws-team-01-subnet");
  expect(machinesGone([machine, other, subnet], [other])).toEqual(["aws-team-01-machine"]);
  expect(machinesGone([machine, other, subnet], [machine, other])).toEqual([]);
});
