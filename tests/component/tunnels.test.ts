import { deployAzure } from "../../components/hosts/azure";
import { deployEc2 } from "../../components/hosts/ec2";
import { resourcesOf } from "../../course/resources";
import { deployHosts } from "../../stacks/hosts";
import { AZURE, amazonAnswers, cloudLab, EC2, LAB_ID, marked, waitedFor } from "../support/cloudLabs";
import { useHostsKey } from "../support/hostsKey";
import { Checks } from "../support/inputMutants";
import { MockEngine, type Registration, unsecret } from "../support/mocks";
import { planOf } from "../unit/labs";

// Hosts that staff alone come to, by a tunnel of their cloud. What these tests do not prove: that the clouds take it, and that a tunnel leads there;
// tests/integration has stand-ins of both.
const plan = planOf(
  "lab",
  cloudLab(
    [
      { ...EC2, sessionManager: true, allowedCidrs: [] },
      { ...AZURE, bastion: true, allowedCidrs: [] },
    ],
    ["team-01", { id: "team-02", host: "az" }],
  ),
);
const [unit] = plan.units;
const LOCATION = "azure-japaneast";
const HOST = "az-team-02";
const shared = { resourceGroupName: `classlab-${LAB_ID}-japaneast`, location: "japaneast" };
const FIXED = {
  sku: { name: "Standard" },
  publicIPAllocationMethod: "Static",
  publicIPAddressVersion: "IPv4",
};
/** What the SDK says of a subnet itself. */
const SAID = { privateEndpointNetworkPolicies: "Disabled", privateLinkServiceNetworkPolicies: "Enabled" };

useHostsKey();
let engine: MockEngine;
beforeAll(async () => {
  engine = await MockEngine.start({ preview: false, images: {}, answer: amazonAnswers });
  if (!unit) throw new Error("the plan has no unit");
  deployHosts({ plan, unit, labId: LAB_ID }, [deployEc2, deployAzure]);
  await engine.settle();
}, 120_000);

const checks = new Checks();
const { check } = checks;
const found = (type: string, name: string): Registration => engine.find(`:${type}`, name);

test("it registers what the plan lists, and nothing else", () => {
  const planned = (unit ? resourcesOf(plan, unit) : []).map(({ type, name }) => `${type} ${name}`);
  expect(engine.registrations.map(({ type, name }) => `${type} ${name}`).sort()).toEqual(
    planned.filter((title) => !/^pulumi:pulumi:Stack|^pulumi:providers:pulumi default$/.test(title)).sort(),
  );
});

test("on EC2 no rule lets anything in, and the host is waited for by a session for its machine", () => {
  const rules = engine.registrations.filter(({ type }) => /IngressRule/.test(type));
  expect(rules).toEqual([]);
  const { config } = waitedFor(String(unsecret(found("Command", "aws-team-01-ready").inputs.stdin)));
  expect(config).toContain(
    "ProxyCommand aws ssm start-session --region ap-northeast-1 --target aws-team-01-machine-id --document-name AWS-StartSSHSession --parameters portNumber=22",
  );
  // Its way out stays: an address of its own, which nothing comes in by.
  expect(found("Eip", "aws-team-01-address").inputs).toMatchObject({ instance: "aws-team-01-machine-id" });
});

check("on Azure the host gets out by a gateway, and has no address that is public", () => {
  expect(found("PublicIPAddress", `${LOCATION}-nat-address`).inputs).toEqual({
    ...shared,
    ...FIXED,
    publicIpAddressName: "nat-address",
    tags: marked("nat-address"),
  });
  expect(found("NatGateway", `${LOCATION}-nat`).inputs).toEqual({
    ...shared,
    natGatewayName: "nat",
    sku: { name: "Standard" },
    publicIpAddresses: [{ id: `${LOCATION}-nat-address-id` }],
    tags: marked("nat"),
  });
  expect(found("Subnet", `${HOST}-subnet`).inputs).toEqual({
    resourceGroupName: shared.resourceGroupName,
    virtualNetworkName: "network",
    subnetName: HOST,
    addressPrefix: "10.200.0.64/26",
    defaultOutboundAccess: false,
    networkSecurityGroup: { id: `${HOST}-firewall-id` },
    natGateway: { id: `${LOCATION}-nat-id` },
    ...SAID,
  });
  expect(found("NetworkInterface", `${HOST}-adapter`).inputs.ipConfigurations).toEqual([
    { name: "primary", privateIPAllocationMethod: "Dynamic", subnet: { id: `${HOST}-subnet-id` } },
  ]);
});

check(
  "Bastion: of the cheapest tier that takes a client of one's own, in the subnet that it asks for",
  () => {
    expect(found("Subnet", `${LOCATION}-bastion-subnet`).inputs).toEqual({
      resourceGroupName: shared.resourceGroupName,
      virtualNetworkName: "network",
      subnetName: "AzureBastionSubnet",
      // The last of the network: the first are teams'.
      addressPrefix: "10.200.255.192/26",
      defaultOutboundAccess: false,
      ...SAID,
    });
    expect(found("PublicIPAddress", `${LOCATION}-bastion-address`).inputs).toEqual({
      ...shared,
      ...FIXED,
      publicIpAddressName: "bastion-address",
      tags: marked("bastion-address"),
    });
    expect(found("BastionHost", `${LOCATION}-bastion`).inputs).toEqual({
      ...shared,
      bastionHostName: "bastion",
      sku: { name: "Standard" },
      enableTunneling: true,
      // What the SDK says of it itself.
      disableCopyPaste: false,
      enableFileCopy: false,
      enableIpConnect: false,
      enableKerberos: false,
      enablePrivateOnlyBastion: false,
      enableSessionRecording: false,
      enableShareableLink: false,
      ipConfigurations: [
        {
          name: "primary",
          privateIPAllocationMethod: "Dynamic",
          subnet: { id: `${LOCATION}-bastion-subnet-id` },
          publicIPAddress: { id: `${LOCATION}-bastion-address-id` },
        },
      ],
      tags: marked("bastion"),
    });
    for (const { type, name, provider } of engine.registrations.filter(({ type }) =>
      type.includes(":network:"),
    ))
      expect([type, name, provider]).toEqual([type, name, `${LOCATION}-api`]);
  },
);

check("nothing comes in but SSH from Bastion", () => {
  const any = { sourcePortRange: "*", destinationAddressPrefix: "*", direction: "Inbound" };
  expect(found("NetworkSecurityGroup", `${HOST}-firewall`).inputs.securityRules).toEqual([
    {
      ...any,
      name: "bastion",
      priority: 110,
      access: "Allow",
      protocol: "Tcp",
      sourceAddressPrefixes: ["10.200.255.192/26"],
      destinationPortRange: "22",
    },
    {
      ...any,
      name: "nothing-else",
      priority: 4096,
      access: "Deny",
      protocol: "*",
      sourceAddressPrefix: "*",
      destinationPortRange: "*",
    },
  ]);
});

test("the host is waited for through Bastion, once that stands", () => {
  const ready = found("Command", `${HOST}-ready`);
  const { config } = waitedFor(String(unsecret(ready.inputs.stdin)));
  const way = config.find((line) => line.startsWith("ProxyCommand"));
  expect(way).toMatch(
    /^ProxyCommand node "\$\{CLASSLAB_HOME\}\/bastion-stream\.mjs" az network bastion tunnel /,
  );
  expect(way).toContain(` --resource-group ${shared.resourceGroupName} --name bastion `);
  expect(way).toContain(` --target-resource-id ${HOST}-machine-id --resource-port 22`);
  expect(ready.dependsOn).toContain(`${LOCATION}-bastion`);
});

test("each input of what this adds, dropped or altered once, is found by one of these", () => {
  const own = /:(?:PublicIPAddress|NatGateway|BastionHost)$|AzureBastionSubnet/;
  const others = [`${HOST}-subnet`, `${HOST}-firewall`, `${HOST}-adapter`];
  const added = engine.registrations
    .filter(
      ({ type, name, inputs }) =>
        own.test(`${type}${inputs.subnetName}`) || own.test(type) || others.includes(name),
    )
    // What all hosts have of these is asserted of those that are reached directly (azure.test.ts).
    .map((entry) => {
      if (!others.includes(entry.name) || entry.name.endsWith("-subnet")) return entry;
      const { ipConfigurations, securityRules } = entry.inputs;
      return { ...entry, inputs: { ...(ipConfigurations ? { ipConfigurations } : { securityRules }) } };
    });
  const show = (other: MockEngine) => {
    engine = other;
  };
  const whole = engine;
  checks.expectEachFound(engine.showing(added), "Bastion and its surroundings", show, 100);
  engine = whole;
}, 60_000);
