import { parse } from "yaml";
import { deployAzure } from "../../components/hosts/azure";
import { monthOf } from "../../components/hosts/azure/budget";
import { resourcesOf } from "../../course/resources";
import { deployHosts } from "../../stacks/hosts";
import {
  ALLOWED,
  AZURE,
  BUDGET,
  cloudLab,
  LAB_ID,
  marked,
  PRIVATE_KEY,
  READY,
  waitedFor,
} from "../support/cloudLabs";
import { useHostsKey } from "../support/hostsKey";
import { Checks } from "../support/inputMutants";
import { isSecretInput, MockEngine, type Registration, unsecret } from "../support/mocks";
import { planOf } from "../unit/labs";

// What these tests do not prove: that Azure takes it.
const plan = planOf("lab", { ...cloudLab([AZURE]), budget: BUDGET });
const [unit] = plan.units;
const HOST = "az-team-02";
const CLOCK = "azure-japaneast-clock";
const GROUP = `classlab-${LAB_ID}-${HOST}`;
const common = { resourceGroupName: GROUP, location: "japaneast", tags: marked(HOST, "team-02") };

/** Guests' packets to Azure's own services end at the host (learn.microsoft.com, "What is IP address 168.63.129.16?"). */
const HIDDEN = `table inet classlab_hidden {
  chain forward {
    type filter hook forward priority -10;
    ip daddr { 169.254.169.254, 168.63.129.16 } drop
  }
}
`;
const HIDING = `[Unit]
Before=network-pre.target libvirtd.service
Wants=network-pre.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/nft -f /etc/classlab/hidden.nft
[Install]
WantedBy=multi-user.target
`;

useHostsKey();
let engine: MockEngine;
beforeAll(async () => {
  engine = await MockEngine.start({ preview: false, images: {} });
  if (!unit) throw new Error("the plan has no unit");
  deployHosts({ plan, unit, labId: LAB_ID }, [deployAzure]);
  await engine.settle();
}, 120_000);

const checks = new Checks();
const { check } = checks;

/** Providers of what is not Azure's. */
const ELSE: Readonly<Record<string, string>> = {
  "random:index/randomPassword:RandomPassword": "secrets",
  "command:local:Command": "scripts",
};

const found = (type: string, name: string): Registration => engine.find(`:${type}`, name);

check("it registers what the plan lists, and nothing else", () => {
  const planned = (unit ? resourcesOf(plan, unit) : []).map(({ type, name }) => `${type} ${name}`);
  expect(engine.registrations.map(({ type, name }) => `${type} ${name}`).sort()).toEqual(
    planned.filter((title) => !/^pulumi:pulumi:Stack|^pulumi:providers:pulumi default$/.test(title)).sort(),
  );
  expect(planned).toHaveLength(39);
});

check("all of Azure goes by the one provider of its location", () => {
  for (const { type, name, provider } of engine.registrations) {
    const expected = type.startsWith("azure-native:") ? "azure-japaneast-api" : ELSE[type];
    expect([name, provider]).toEqual([name, expected]);
  }
  expect(found("azure-native", "azure-japaneast-api").inputs).toEqual({
    environment: "public",
    location: "japaneast",
  });
});

check("the location: a group and a network for the lab", () => {
  expect(found("ResourceGroup", "azure-japaneast-group").inputs).toEqual({
    resourceGroupName: `classlab-${LAB_ID}-japaneast`,
    location: "japaneast",
    tags: marked("japaneast"),
  });
  expect(found("VirtualNetwork", "azure-japaneast-network").inputs).toEqual({
    resourceGroupName: `classlab-${LAB_ID}-japaneast`,
    virtualNetworkName: "network",
    location: "japaneast",
    addressSpace: { addressPrefixes: ["10.200.0.0/16"] },
    // What the SDK says of itself.
    enableDdosProtection: false,
    enableVmProtection: false,
    tags: marked("network"),
  });
});

check("each team has a group of its own, and only the allowed networks come in, by SSH", () => {
  expect(found("ResourceGroup", `${HOST}-group`).inputs).toEqual(common);
  expect(found("NetworkSecurityGroup", `${HOST}-firewall`).inputs).toEqual({
    ...common,
    networkSecurityGroupName: `${HOST}-firewall`,
    securityRules: [
      {
        name: "ssh",
        priority: 100,
        direction: "Inbound",
        access: "Allow",
        protocol: "Tcp",
        sourceAddressPrefixes: ALLOWED,
        sourcePortRange: "*",
        destinationAddressPrefix: "*",
        destinationPortRange: "22",
      },
      // Azure's own rule after it lets in all of the lab's network.
      {
        name: "nothing-else",
        priority: 4096,
        direction: "Inbound",
        access: "Deny",
        protocol: "*",
        sourceAddressPrefix: "*",
        sourcePortRange: "*",
        destinationAddressPrefix: "*",
        destinationPortRange: "*",
      },
    ],
  });
  expect(found("Subnet", `${HOST}-subnet`).inputs).toEqual({
    resourceGroupName: `classlab-${LAB_ID}-japaneast`,
    virtualNetworkName: "network",
    subnetName: HOST,
    addressPrefix: "10.200.0.64/26",
    defaultOutboundAccess: false,
    networkSecurityGroup: { id: `${HOST}-firewall-id` },
    // What the SDK says of itself.
    privateEndpointNetworkPolicies: "Disabled",
    privateLinkServiceNetworkPolicies: "Enabled",
  });
  expect(found("PublicIPAddress", `${HOST}-address`).inputs).toEqual({
    ...common,
    publicIpAddressName: `${HOST}-address`,
    sku: { name: "Standard" },
    publicIPAllocationMethod: "Static",
    publicIPAddressVersion: "IPv4",
  });
  expect(found("NetworkInterface", `${HOST}-adapter`).inputs).toEqual({
    ...common,
    networkInterfaceName: `${HOST}-adapter`,
    ipConfigurations: [
      {
        name: "primary",
        privateIPAllocationMethod: "Dynamic",
        subnet: { id: `${HOST}-subnet-id` },
        publicIPAddress: { id: `${HOST}-address-id` },
      },
    ],
  });
});

check("a machine: no Trusted Launch, no identity, nothing stays behind, protected", () => {
  const machine = found("VirtualMachine", `${HOST}-machine`);
  const { osProfile, ...inputs } = machine.inputs;
  expect(inputs).toEqual({
    ...common,
    vmName: HOST,
    hardwareProfile: { vmSize: "Standard_D4s_v5" },
    storageProfile: {
      imageReference: {
        publisher: "Canonical",
        offer: "ubuntu-24_04-lts",
        sku: "server",
        version: "latest",
      },
      osDisk: {
        createOption: "FromImage",
        deleteOption: "Delete",
        diskSizeGB: 64,
        managedDisk: { storageAccountType: "StandardSSD_LRS" },
      },
    },
    networkProfile: {
      networkInterfaces: [{ id: `${HOST}-adapter-id`, deleteOption: "Delete", primary: true }],
    },
  });
  expect(machine.protect).toBe(true);
  expect(machine.ignoreChanges).toEqual(["storageProfile.imageReference", "osProfile.customData"]);
  expect(engine.registrations.filter(({ protect }) => protect)).toHaveLength(2);
});

check("its user data keeps guests from Azure's own services, and is a secret", () => {
  const { osProfile } = found("VirtualMachine", `${HOST}-machine`).inputs;
  // One secret in it makes all of it one.
  const profile = Object(unsecret(osProfile));
  expect(isSecretInput(osProfile) || isSecretInput(profile.customData)).toBe(true);
  const { customData, ...plain } = profile;
  expect(plain).toEqual({
    computerName: HOST,
    adminUsername: "classlab",
    linuxConfiguration: {
      disablePasswordAuthentication: true,
      ssh: {
        publicKeys: [
          {
            path: "/home/classlab/.ssh/authorized_keys",
            keyData: "ssh-ed25519 AAAA classlab:lab/hosts",
          },
        ],
      },
    },
  });
  const text = Buffer.from(String(unsecret(customData)), "base64").toString();
  const { ssh_keys: keys, write_files: files, ...config } = parse(text);
  expect(config).toEqual({
    hostname: HOST,
    preserve_hostname: false,
    manage_etc_hosts: "localhost",
    users: ["default", { name: "root", lock_passwd: true }],
    disable_root: false,
    ssh_authorized_keys: ["ssh-ed25519 AAAA classlab:lab/hosts"],
    ssh_pwauth: false,
    ssh_deletekeys: true,
    ssh: { emit_keys_to_console: false },
    no_ssh_fingerprints: true,
    runcmd: [["systemctl", "enable", "--now", "classlab-hidden.service"]],
  });
  expect(keys.ed25519_private).toMatch(PRIVATE_KEY);
  const { known } = waitedFor(String(unsecret(found("Command", `${HOST}-ready`).inputs.stdin)));
  expect(`${HOST} ${keys.ed25519_public}`).toBe(`${known.trim()} ${HOST}`);
  expect(found("RandomPassword", `${HOST}-host-key`).inputs).toEqual({ length: 48, special: false });
  expect(files).toEqual([
    {
      path: "/etc/ssh/sshd_config.d/40-classlab-logins.conf",
      permissions: "0644",
      content: "MaxStartups 100\n",
    },
    { path: "/etc/classlab/hidden.nft", permissions: "0644", content: HIDDEN },
    { path: "/etc/systemd/system/classlab-hidden.service", permissions: "0644", content: HIDING },
  ]);
});

check("Azure stops it each day when the latest lesson has ended", () => {
  expect(found("GlobalSchedule", `${HOST}-stop`).inputs).toEqual({
    ...common,
    name: `shutdown-computevm-${HOST}`,
    status: "Enabled",
    taskType: "ComputeVmShutdownTask",
    // 12:30 in Tokyo.
    dailyRecurrence: { time: "0330" },
    timeZoneId: "UTC",
    targetResourceId: `${HOST}-machine-id`,
    notificationSettings: { status: "Disabled", timeInMinutes: 30 },
  });
});

check("its clock has an identity that may start and stop these machines, and nothing else", () => {
  const clock = {
    resourceGroupName: `classlab-${LAB_ID}-japaneast`,
    location: "japaneast",
    tags: marked("clock"),
  };
  expect(found("UserAssignedIdentity", `${CLOCK}-identity`).inputs).toEqual({
    ...clock,
    resourceName: "clock",
  });
  const rights = engine.registrations.filter(({ type }) => type.endsWith(":RoleAssignment"));
  expect(rights.map(({ name, inputs: { roleAssignmentName: _own, ...inputs } }) => [name, inputs])).toEqual(
    ["az-team-01", "az-team-02"].map((host) => [
      `${CLOCK}-${host}`,
      {
        scope: `${host}-machine-id`,
        principalId: `principal of ${CLOCK}-identity`,
        principalType: "ServicePrincipal",
        roleDefinitionId: expect.stringMatching(
          /\/providers\/Microsoft\.Authorization\/roleDefinitions\/40c5ff49-9181-41f8-ae61-143b0e78555e$/,
        ),
      },
    ]),
  );
  const names = rights.map(({ inputs }) => inputs.roleAssignmentName);
  for (const name of names)
    expect(name).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(names).size).toBe(2);
});

/** What one workflow is, as far as another differs from it. */
const workflow = (name: string, action: string, recurrence: object) => ({
  resourceGroupName: `classlab-${LAB_ID}-japaneast`,
  location: "japaneast",
  workflowName: name,
  tags: marked("clock"),
  identity: { type: "UserAssigned", userAssignedIdentities: [`${CLOCK}-identity-id`] },
  definition: {
    $schema:
      "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#",
    contentVersion: "1.0.0.0",
    triggers: { at: { type: "Recurrence", recurrence } },
    actions: Object.fromEntries(
      ["az-team-01", "az-team-02"].map((host) => [
        host,
        {
          type: "Http",
          runAfter: {},
          operationOptions: "DisableAsyncPattern",
          inputs: {
            method: "POST",
            uri: `https://management.azure.com${host}-machine-id/${action}?api-version=2024-07-01`,
            authentication: {
              type: "ManagedServiceIdentity",
              identity: `${CLOCK}-identity-id`,
              audience: "https://management.azure.com/",
            },
            retryPolicy: { type: "exponential", count: 10, interval: "PT20S" },
          },
        },
      ]),
    ),
  },
});

check(
  "the clock stops hosts when lessons end, starts them before, and stops whatever runs after the end",
  () => {
    const once = (startTime: string) => ({ frequency: "Month", interval: 16, startTime });
    const workflows = engine.registrations.filter(({ type }) => type.endsWith(":Workflow"));
    expect(workflows.map(({ inputs }) => inputs)).toEqual([
      workflow("stop-20270118T033000Z", "deallocate", once("2027-01-18T03:30:00Z")),
      workflow("start-20270118T233000Z", "start", once("2027-01-18T23:30:00Z")),
      workflow("stop-20270119T033000Z", "deallocate", once("2027-01-19T03:30:00Z")),
      workflow("end", "deallocate", { frequency: "Minute", interval: 15, startTime: "2027-01-19T09:00:00Z" }),
    ]);
    for (const { dependsOn } of workflows) expect(dependsOn).toContain(`${CLOCK}-az-team-01`);
  },
);

check("it is waited for by the key that was made for it", () => {
  const ready = found("Command", `${HOST}-ready`);
  const { known, config } = waitedFor(String(unsecret(ready.inputs.stdin)));
  expect(known).toMatch(new RegExp(`^${HOST} ssh-ed25519 [A-Za-z0-9+/=]+\n$`));
  expect(config).toEqual(expect.arrayContaining(["HostName 198.51.100.18", "User root"]));
  expect(ready.inputs).toMatchObject(READY);
  // One that is made anew keeps its resource id.
  expect(ready.inputs.triggers).toEqual([`unique id of ${HOST}-machine`]);
  expect(ready.deletedWith).toBe(`${HOST}-machine`);
});

check("Azure tells by mail what the lab's objects cost in a month, and what it foresees", () => {
  const told = (thresholdType: string, threshold: number) => ({
    enabled: true,
    operator: "GreaterThan",
    threshold,
    thresholdType,
    contactEmails: BUDGET.emails,
  });
  const { scope, ...inputs } = found("Budget", "azure-budget").inputs;
  // The first three parts of the group's id, which is one word here.
  expect(scope).toBe("azure-japaneast-group-id");
  expect(inputs).toEqual({
    budgetName: `classlab-${LAB_ID}-lab`,
    category: "Cost",
    timeGrain: "Monthly",
    amount: 300,
    timePeriod: { startDate: monthOf(new Date()) },
    filter: { tags: { name: "classlab.id", operator: "In", values: [LAB_ID] } },
    notifications: {
      "spent-50": told("Actual", 50),
      "spent-80": told("Actual", 80),
      "spent-100": told("Actual", 100),
      "foreseen-100": told("Forecasted", 100),
    },
  });
  // The month in which it was made stays: Azure takes none that is over.
  const since = engine.find("pulumi:index:Stash", "azure-budget-since");
  expect([since.inputs, since.ignoreChanges]).toEqual([{ input: monthOf(new Date()) }, ["input"]]);
});

test("a budget begins with a month", () => {
  expect(monthOf(new Date("2027-01-31T23:59:59.999Z"))).toBe("2027-01-01T00:00:00Z");
});

check("everything of Azure's that takes tags carries the owner mark and when it should be gone", () => {
  const bare = engine.registrations
    .filter(({ type, inputs }) => type.startsWith("azure-native:") && inputs.tags === undefined)
    .map(({ name }) => name);
  expect(bare.sort()).toEqual([
    "az-team-01-subnet",
    "az-team-02-subnet",
    "azure-budget",
    `${CLOCK}-az-team-01`,
    `${CLOCK}-az-team-02`,
  ]);
});

test("each input and option of the cloud's, dropped or altered once, is found by one of these", () => {
  const show = (other: MockEngine) => {
    engine = other;
  };
  checks.expectEachFound(engine, "Azure", show, 200);
}, 120_000);
