import type { StandInCloud } from "./index";
import type { CloudObject } from "./kinds";

/** Region of the labs here. */
export const REGION = "ap-northeast-1";

/** Id of a lab. */
export const ID = "0123456789abcdef";

const tags = (lab: string, id: string) => ({
  classlab: lab,
  "classlab.id": id,
  "classlab.stack": `${lab}-hosts`,
  "classlab.expires": "2027-01-20T15:00:00.000Z",
});

/** A lab's objects on Amazon as a run makes them, with one machine that is no team's. */
export function buildLab(cloud: StandInCloud, lab: string, id = ID, region = REGION): void {
  const make = (type: string, props: object) =>
    cloud.account.create(
      `aws:${type}`,
      { ...props },
      region,
      type.endsWith("Eip") ? { publicIp: "198.18.0.1" } : {},
    );
  const own = (name: string) => ({ tags: { ...tags(lab, id), Name: `${lab}-${name}` } });
  const policy = JSON.stringify({ Version: "2012-10-17", Statement: [] });
  const vpc = make("ec2/vpc:Vpc", { cidrBlock: "10.200.0.0/16", ...own("network") });
  make("ec2/defaultSecurityGroup:DefaultSecurityGroup", { vpcId: vpc.id, ...own("closed") });
  const gateway = make("ec2/internetGateway:InternetGateway", { vpcId: vpc.id, ...own("gateway") });
  const routes = make("ec2/routeTable:RouteTable", { vpcId: vpc.id, ...own("routes") });
  make("ec2/route:Route", {
    routeTableId: routes.id,
    destinationCidrBlock: "0.0.0.0/0",
    gatewayId: gateway.id,
  });
  const role = make("iam/role:Role", {
    name: `classlab-${id}-${region}-hosts`,
    assumeRolePolicy: policy,
    ...own("hosts"),
  });
  make("iam/rolePolicy:RolePolicy", { role: role.id, policy });
  make("iam/instanceProfile:InstanceProfile", { name: role.id, role: role.id, ...own("hosts") });
  const subnet = make("ec2/subnet:Subnet", { vpcId: vpc.id, cidrBlock: "10.200.0.0/26", ...own("subnet") });
  make("ec2/routeTableAssociation:RouteTableAssociation", { subnetId: subnet.id, routeTableId: routes.id });
  const group = make("ec2/securityGroup:SecurityGroup", {
    vpcId: vpc.id,
    description: "host",
    ...own("firewall"),
  });
  make("vpc/securityGroupEgressRule:SecurityGroupEgressRule", {
    securityGroupId: group.id,
    ipProtocol: "-1",
    ...own("out"),
  });
  const machine = make("ec2/instance:Instance", {
    ami: "ami-1",
    instanceType: "m8i.xlarge",
    subnetId: subnet.id,
    vpcSecurityGroupIds: [group.id],
    iamInstanceProfile: role.id,
    ...own("machine"),
  });
  make("ec2/eip:Eip", { domain: "vpc", instance: machine.id, ...own("address") });
  make("scheduler/scheduleGroup:ScheduleGroup", { name: `classlab-${id}-${region}`, ...own("clock") });
}

/** A team's host in a lab that was built, as a run makes it: a machine with an address. */
export function addHost(cloud: StandInCloud, lab: string, team: string, id = ID): CloudObject {
  const own = { ...tags(lab, id), Name: `${lab}-aws-${team}`, "classlab.team": team };
  const [first] = cloud.of("Instance").filter(({ props }) => JSON.stringify(props.tags).includes(id));
  if (!first) throw new Error(`lab ${lab} was not built`);
  const { ami, instanceType, subnetId, vpcSecurityGroupIds } = first.props;
  const inputs = { ami, instanceType, subnetId, vpcSecurityGroupIds, tags: own };
  const machine = cloud.account.create("aws:ec2/instance:Instance", inputs, first.region);
  const address = { domain: "vpc", instance: machine.id, tags: own };
  cloud.account.create("aws:ec2/eip:Eip", address, first.region, {
    publicIp: `198.18.1.${cloud.of("Eip").length}`,
  });
  return machine;
}

/** The environment in which Amazon's tools and SDKs ask a stand-in. */
export function amazonEnvironment(cloud: StandInCloud): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: cloud.url,
    AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
    AWS_SECRET_ACCESS_KEY: "no-secret-of-anybody",
  };
}

/** Location of the labs on Azure here. */
export const LOCATION = "japaneast";

/** A team's host on Azure as a run makes it, with what its location shares where that is not there yet. */
export function buildAzureHost(cloud: StandInCloud, lab: string, team: string, id = ID): CloudObject {
  const host = `az-${team}`;
  const make = (type: string, inputs: object, outputs: object = {}) =>
    cloud.account.create(`azure-native:${type}`, { ...inputs }, LOCATION, { ...outputs });
  const shared = `classlab-${id}-${LOCATION}`;
  const network = { resourceGroupName: shared, virtualNetworkName: "network" };
  if (!cloud.of("ResourceGroup").some(({ props }) => props.resourceGroupName === shared)) {
    const own = { location: LOCATION, tags: { ...tags(lab, id), Name: `${lab}-${LOCATION}` } };
    make("resources:ResourceGroup", { resourceGroupName: shared, ...own });
    make("network:VirtualNetwork", {
      ...network,
      addressSpace: { addressPrefixes: ["10.200.0.0/16"] },
      ...own,
    });
  }
  const own = {
    location: LOCATION,
    tags: { ...tags(lab, id), Name: `${lab}-${host}`, "classlab.team": team },
    resourceGroupName: `classlab-${id}-${host}`,
  };
  make("resources:ResourceGroup", own);
  const firewall = make("network:NetworkSecurityGroup", {
    ...own,
    networkSecurityGroupName: `${host}-firewall`,
    securityRules: [{ direction: "Inbound", priority: 100 }],
  });
  const subnet = make("network:Subnet", {
    ...network,
    subnetName: host,
    addressPrefix: `10.200.0.${64 * cloud.of("Subnet").length}/26`,
    defaultOutboundAccess: false,
    networkSecurityGroup: { id: firewall.id },
  });
  const address = make(
    "network:PublicIPAddress",
    {
      ...own,
      publicIpAddressName: `${host}-address`,
      sku: { name: "Standard" },
      publicIPAllocationMethod: "Static",
    },
    { ipAddress: `198.18.2.${cloud.of("PublicIPAddress").length + 1}` },
  );
  const adapter = make("network:NetworkInterface", {
    ...own,
    networkInterfaceName: `${host}-adapter`,
    ipConfigurations: [{ subnet: { id: subnet.id }, publicIPAddress: { id: address.id } }],
  });
  const machine = make("compute:VirtualMachine", {
    ...own,
    vmName: host,
    hardwareProfile: { vmSize: "Standard_D4s_v5" },
    storageProfile: { osDisk: { deleteOption: "Delete", diskSizeGB: 64 } },
    networkProfile: { networkInterfaces: [{ id: adapter.id, deleteOption: "Delete" }] },
    osProfile: { adminUsername: "classlab", customData: "" },
  });
  make("devtestlab:GlobalSchedule", {
    ...own,
    name: `shutdown-computevm-${host}`,
    status: "Enabled",
    taskType: "ComputeVmShutdownTask",
    dailyRecurrence: { time: "0330" },
    timeZoneId: "UTC",
    targetResourceId: machine.id,
  });
  return machine;
}
