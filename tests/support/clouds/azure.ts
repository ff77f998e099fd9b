import { randomUUID } from "node:crypto";
import { overlaps, parseSubnet } from "../../../course/network";
import { type Account, field, type Kind, ofType, type Props, type Wrong } from "./kinds";

// Rules of Azure's, each with its page. What stands here was read, not tried: no subscription was at hand.
const REST = "https://learn.microsoft.com/rest/api";
const SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups";

const GROUP = "azure-native:resources:ResourceGroup";
const NETWORK = "azure-native:network:VirtualNetwork";
const SUBNET = "azure-native:network:Subnet";
const FIREWALL = "azure-native:network:NetworkSecurityGroup";
const ADDRESS = "azure-native:network:PublicIPAddress";
const ADAPTER = "azure-native:network:NetworkInterface";
const MACHINE = "azure-native:compute:VirtualMachine";
const NAT = "azure-native:network:NatGateway";
const BASTION = "azure-native:network:BastionHost";
const IDENTITY = "azure-native:managedidentity:UserAssignedIdentity";
const ASSIGNMENT = "azure-native:authorization:RoleAssignment";

/** Roles of Azure's own that may be assigned here (learn.microsoft.com, "Azure built-in roles for Compute"). */
const ROLES = ["40c5ff49-9181-41f8-ae61-143b0e78555e"];

/** Tags (learn.microsoft.com, "Use tags to organize your Azure resources": limitations). */
function wrongTags(tags: unknown): string | undefined {
  const entries = Object.entries(tags ?? {});
  if (entries.length > 50) return "InvalidTags: more than 50 tags";
  const bad = entries.find(
    ([key, value]) => key.length > 512 || String(value).length > 256 || /[<>%&\\?/]/.test(key),
  );
  return bad && `InvalidTagNameCharacters: tag ${bad[0]}`;
}

const tagged =
  (more: Wrong = () => undefined): Wrong =>
  (props, account) =>
    wrongTags(props.tags) ?? more(props, account);

/** Id of a resource in its group. @param named input with its name */
const idIn =
  (provider: string, named: string) =>
  (props: Props): string =>
    `${SUBSCRIPTION}/${props.resourceGroupName}/providers/${provider}/${props[named]}`;

const inGroup = { resourceGroupName: { type: GROUP, by: "resourceGroupName" } };

function wrongSubnet(props: Props, account: Account): string | undefined {
  const network = ofType(account, NETWORK).find(
    (entry) =>
      entry.props.virtualNetworkName === props.virtualNetworkName &&
      entry.props.resourceGroupName === props.resourceGroupName,
  );
  if (!network) return `NotFound: there is no network ${props.virtualNetworkName}`;
  const wanted = parseSubnet(String(props.addressPrefix));
  const [range] = [field(network.props.addressSpace, "addressPrefixes")].flat();
  const whole = parseSubnet(String(range));
  if (wanted.first < whole.first || wanted.last > whole.last)
    return `NetcfgInvalidSubnet: ${props.addressPrefix} is not in the network`;
  const taken = ofType(account, SUBNET).some((entry) =>
    overlaps(parseSubnet(String(entry.props.addressPrefix)), wanted),
  );
  return taken ? `NetcfgSubnetRangesOverlap: ${props.addressPrefix} overlaps` : undefined;
}

function wrongRules({ securityRules }: Props): string | undefined {
  const seen = new Set<string>();
  for (const rule of [securityRules].flat()) {
    const priority = Number(field(rule, "priority"));
    const place = `${field(rule, "direction")} ${priority}`;
    if (priority < 100 || priority > 4096) return `SecurityRuleInvalidPriority: ${priority}`;
    if (seen.has(place)) return `SecurityRuleConflict: two rules have ${place}`;
    seen.add(place);
  }
  return undefined;
}

/** Of which tier, and in which subnet, a Bastion may be (learn.microsoft.com, "About Azure Bastion configuration settings"). */
function wrongBastion(
  { sku, enableTunneling, ipConfigurations }: Props,
  account: Account,
): string | undefined {
  const tier = field(sku, "name");
  if (enableTunneling === true && tier !== "Standard" && tier !== "Premium")
    return `BastionHostSkuNotSupported: tunneling is not supported for sku ${tier}`;
  const [subnet] = [ipConfigurations].flat().map((own) => field(field(own, "subnet"), "id"));
  const found = ofType(account, SUBNET).find(({ id }) => id === subnet);
  if (!found) return undefined;
  if (found.props.subnetName !== "AzureBastionSubnet")
    return "BastionHostSubnetNameInvalid: the subnet must be AzureBastionSubnet";
  return parseSubnet(String(found.props.addressPrefix)).prefix <= 26
    ? undefined
    : "BastionHostSubnetTooSmall: AzureBastionSubnet must be /26 or larger";
}

function wrongAssignment({ roleAssignmentName, roleDefinitionId, principalType }: Props): string | undefined {
  if (!/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/.test(String(roleAssignmentName)))
    return "InvalidRoleAssignmentId: the role assignment ID must be a GUID";
  const role = String(roleDefinitionId).split("/").at(-1) ?? "";
  if (!ROLES.includes(role)) return `RoleDefinitionDoesNotExist: ${role}`;
  // Without it a new identity may not be found yet (learn.microsoft.com, "Troubleshoot Azure RBAC": new principal).
  return principalType === "ServicePrincipal" ? undefined : "PrincipalNotFound: the identity was not found";
}

/** Most months that a recurrence may have between two times (learn.microsoft.com, "Schedule and run recurring workflows"). */
const LONGEST = { Month: 16, Minute: 72_000 };

function wrongWorkflow({ definition, identity }: Props): string | undefined {
  const triggers = Object.values(Object(field(definition, "triggers")));
  if (triggers.length !== 1) return "InvalidTemplate: one trigger";
  const recurrence = field(triggers[0], "recurrence");
  const frequency = String(field(recurrence, "frequency"));
  const longest = Object.entries(LONGEST).find(([name]) => name === frequency)?.[1];
  const interval = Number(field(recurrence, "interval"));
  if (longest === undefined || !(interval >= 1 && interval <= longest))
    return `InvalidTriggerRecurrence: ${interval} ${frequency}`;
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(String(field(recurrence, "startTime"))))
    return "InvalidTriggerRecurrence: startTime";
  const own = [field(identity, "userAssignedIdentities")].flat();
  for (const action of Object.values(Object(field(definition, "actions")))) {
    const inputs = field(action, "inputs");
    const who = field(inputs, "authentication");
    if (!own.includes(field(who, "identity"))) return "InvalidManagedIdentity: it is not the workflow's";
    if (
      !/^https:\/\/management\.azure\.com\/subscriptions\/\S+\/(?:start|deallocate)\?api-version=/.test(
        String(field(inputs, "uri")),
      )
    )
      return "InvalidTemplate: uri";
  }
  return undefined;
}

/** Names, beginnings and notifications of budgets (Azure REST, "Budgets - Create Or Update"). */
function wrongBudget({ budgetName, notifications, timePeriod }: Props): string | undefined {
  if (!/^[A-Za-z0-9_-]{1,63}$/.test(String(budgetName))) return `BadRequest: budget name ${budgetName}`;
  const start = String(field(timePeriod, "startDate"));
  if (!/^\d{4}-\d\d-01T00:00:00Z$/.test(start)) return "BadRequest: start date must be the first of a month";
  if (start.slice(0, 7) < new Date().toISOString().slice(0, 7))
    return "BadRequest: start date is in the past";
  const all = Object.values(Object(notifications));
  if (all.length > 5) return "BadRequest: up to five notifications";
  return all.every((one) => [field(one, "contactEmails")].flat().length > 0)
    ? undefined
    : "BadRequest: no contact";
}

function wrongMachine({ osProfile, vmName, storageProfile }: Props): string | undefined {
  const user = String(field(osProfile, "adminUsername"));
  if (["root", "admin", "administrator", "user", "test"].includes(user))
    return `InvalidParameter: The Admin Username specified is not allowed: ${user}`;
  if (!/^[A-Za-z0-9-]{1,64}$/.test(String(vmName))) return `InvalidParameter: vmName ${vmName}`;
  const data = Buffer.from(String(field(osProfile, "customData")), "base64");
  if (data.length > 65_535) return "InvalidParameter: Custom data is longer than 65535 bytes";
  return field(field(storageProfile, "osDisk"), "deleteOption") === "Delete"
    ? undefined
    : "a disk would stay behind, and be paid for";
}

/** Types of `@pulumi/azure-native` that the stand-in was taught. */
export const AZURE: Readonly<Record<string, Kind>> = {
  [GROUP]: {
    required: ["resourceGroupName", "location"],
    optional: ["tags"],
    replaces: ["resourceGroupName", "location"],
    id: ({ resourceGroupName }) => `${SUBSCRIPTION}/${resourceGroupName}`,
    wrong: tagged(({ resourceGroupName }) =>
      /^[\w.()-]{0,89}[\w()-]$/.test(String(resourceGroupName))
        ? undefined
        : "InvalidResourceGroup: its name",
    ),
    outputs: ({ resourceGroupName }) => ({ name: resourceGroupName }),
    sources: [`${REST}/resources/resource-groups/create-or-update`],
  },
  [NETWORK]: {
    required: ["resourceGroupName", "virtualNetworkName", "location", "addressSpace"],
    optional: ["enableDdosProtection", "enableVmProtection", "tags"],
    replaces: ["resourceGroupName", "virtualNetworkName", "location"],
    refers: inGroup,
    id: idIn("Microsoft.Network/virtualNetworks", "virtualNetworkName"),
    wrong: tagged(),
    outputs: ({ virtualNetworkName }) => ({ name: virtualNetworkName }),
    sources: [`${REST}/virtualnetwork/virtual-networks/create-or-update`],
  },
  [FIREWALL]: {
    required: ["resourceGroupName", "networkSecurityGroupName", "location", "securityRules"],
    optional: ["tags"],
    replaces: ["resourceGroupName", "networkSecurityGroupName", "location"],
    refers: inGroup,
    id: idIn("Microsoft.Network/networkSecurityGroups", "networkSecurityGroupName"),
    wrong: tagged(wrongRules),
    sources: [`${REST}/virtualnetwork/network-security-groups/create-or-update`],
  },
  [SUBNET]: {
    required: [
      "resourceGroupName",
      "virtualNetworkName",
      "subnetName",
      "addressPrefix",
      "defaultOutboundAccess",
    ],
    optional: [
      "networkSecurityGroup",
      "natGateway",
      "privateEndpointNetworkPolicies",
      "privateLinkServiceNetworkPolicies",
    ],
    replaces: ["resourceGroupName", "virtualNetworkName", "subnetName"],
    refers: {
      ...inGroup,
      virtualNetworkName: { type: NETWORK, by: "virtualNetworkName" },
      "networkSecurityGroup.id": { type: FIREWALL },
      "natGateway.id": { type: NAT },
    },
    id: (props) =>
      `${idIn("Microsoft.Network/virtualNetworks", "virtualNetworkName")(props)}/subnets/${props.subnetName}`,
    wrong: wrongSubnet,
    sources: [`${REST}/virtualnetwork/subnets/create-or-update`],
  },
  [ADDRESS]: {
    required: ["resourceGroupName", "publicIpAddressName", "location", "sku", "publicIPAllocationMethod"],
    optional: ["publicIPAddressVersion", "tags"],
    replaces: ["resourceGroupName", "publicIpAddressName", "location"],
    refers: inGroup,
    id: idIn("Microsoft.Network/publicIPAddresses", "publicIpAddressName"),
    wrong: tagged(({ sku, publicIPAllocationMethod }) =>
      field(sku, "name") === "Standard" && publicIPAllocationMethod === "Static"
        ? undefined
        : "StandardSkuPublicIPAddressesMustBeStatic: Basic ones are no more",
    ),
    sources: [`${REST}/virtualnetwork/public-ip-addresses/create-or-update`],
  },
  [ADAPTER]: {
    required: ["resourceGroupName", "networkInterfaceName", "location", "ipConfigurations"],
    optional: ["tags"],
    replaces: ["resourceGroupName", "networkInterfaceName", "location"],
    refers: {
      ...inGroup,
      "ipConfigurations.subnet.id": { type: SUBNET },
      "ipConfigurations.publicIPAddress.id": { type: ADDRESS },
    },
    id: idIn("Microsoft.Network/networkInterfaces", "networkInterfaceName"),
    wrong: tagged(),
    adds: "privateIPAddress",
    // Azure gives it the first free address of its subnet (learn.microsoft.com, "Private IP addresses in Azure").
    outputs: ({ ipConfigurations }) => ({
      ipConfigurations: [ipConfigurations]
        .flat()
        .map((own) => ({ ...Object(own), privateIPAddress: "10.200.0.4" })),
    }),
    sources: [`${REST}/virtualnetwork/network-interfaces/create-or-update`],
  },
  [NAT]: {
    required: ["resourceGroupName", "natGatewayName", "location", "sku", "publicIpAddresses"],
    optional: ["tags"],
    replaces: ["resourceGroupName", "natGatewayName", "location"],
    refers: { ...inGroup, "publicIpAddresses.id": { type: ADDRESS } },
    id: idIn("Microsoft.Network/natGateways", "natGatewayName"),
    wrong: tagged(({ sku }) =>
      field(sku, "name") === "Standard"
        ? undefined
        : `InvalidParameter: NAT gateway of sku ${field(sku, "name")}`,
    ),
    sources: [`${REST}/virtualnetwork/nat-gateways/create-or-update`],
  },
  [BASTION]: {
    required: ["resourceGroupName", "bastionHostName", "location", "sku", "ipConfigurations"],
    // The SDK says the others of itself.
    optional: [
      "enableTunneling",
      "disableCopyPaste",
      "enableFileCopy",
      "enableIpConnect",
      "enableKerberos",
      "enablePrivateOnlyBastion",
      "enableSessionRecording",
      "enableShareableLink",
      "tags",
    ],
    replaces: ["resourceGroupName", "bastionHostName", "location"],
    refers: {
      ...inGroup,
      "ipConfigurations.subnet.id": { type: SUBNET },
      "ipConfigurations.publicIPAddress.id": { type: ADDRESS },
    },
    id: idIn("Microsoft.Network/bastionHosts", "bastionHostName"),
    wrong: tagged(wrongBastion),
    sources: [
      `${REST}/virtualnetwork/bastion-hosts/create-or-update`,
      "https://learn.microsoft.com/azure/bastion/configuration-settings",
    ],
  },
  [MACHINE]: {
    required: [
      "resourceGroupName",
      "vmName",
      "location",
      "hardwareProfile",
      "storageProfile",
      "networkProfile",
      "osProfile",
    ],
    // No security profile and no identity: neither was taught.
    optional: ["tags"],
    replaces: ["resourceGroupName", "vmName", "location"],
    refers: { ...inGroup, "networkProfile.networkInterfaces.id": { type: ADAPTER } },
    id: idIn("Microsoft.Compute/virtualMachines", "vmName"),
    // Another one of the name has another (learn.microsoft.com, "Virtual Machines - Get": properties.vmId).
    outputs: () => ({ vmId: randomUUID() }),
    // What is assigned at it goes with it (learn.microsoft.com, "Troubleshoot Azure RBAC").
    takes: [ASSIGNMENT],
    // What has the option Delete goes with the machine (learn.microsoft.com, "Delete a VM and attached resources").
    drags: ({ networkProfile }) =>
      [field(networkProfile, "networkInterfaces")]
        .flat()
        .filter((adapter) => field(adapter, "deleteOption") === "Delete")
        .map((adapter) => String(field(adapter, "id"))),
    wrong: tagged(wrongMachine),
    sources: [`${REST}/compute/virtual-machines/create-or-update`],
  },
  [IDENTITY]: {
    required: ["resourceGroupName", "resourceName", "location"],
    optional: ["tags"],
    replaces: ["resourceGroupName", "resourceName", "location"],
    refers: inGroup,
    id: idIn("Microsoft.ManagedIdentity/userAssignedIdentities", "resourceName"),
    wrong: tagged(),
    outputs: () => ({ principalId: randomUUID() }),
    sources: [`${REST}/managedidentity/user-assigned-identities/create-or-update`],
  },
  [ASSIGNMENT]: {
    required: ["roleAssignmentName", "scope", "principalId", "roleDefinitionId"],
    optional: ["principalType"],
    replaces: ["roleAssignmentName", "scope", "principalId", "roleDefinitionId"],
    refers: { scope: { type: MACHINE }, principalId: { type: IDENTITY, by: "principalId" } },
    id: ({ scope, roleAssignmentName }) =>
      `${scope}/providers/Microsoft.Authorization/roleAssignments/${roleAssignmentName}`,
    wrong: wrongAssignment,
    sources: [`${REST}/authorization/role-assignments/create`],
  },
  "azure-native:logic:Workflow": {
    required: ["resourceGroupName", "workflowName", "location", "definition", "identity"],
    optional: ["tags"],
    replaces: ["resourceGroupName", "workflowName", "location"],
    refers: { ...inGroup, "identity.userAssignedIdentities": { type: IDENTITY } },
    id: idIn("Microsoft.Logic/workflows", "workflowName"),
    wrong: tagged(wrongWorkflow),
    sources: [
      `${REST}/logic/workflows/create-or-update`,
      "https://learn.microsoft.com/azure/logic-apps/logic-apps-workflow-actions-triggers",
    ],
  },
  "azure-native:consumption:Budget": {
    required: [
      "budgetName",
      "scope",
      "category",
      "timeGrain",
      "amount",
      "timePeriod",
      "filter",
      "notifications",
    ],
    replaces: ["budgetName", "scope"],
    id: ({ scope, budgetName }) => `${scope}/providers/Microsoft.Consumption/budgets/${budgetName}`,
    wrong: wrongBudget,
    sources: [`${REST}/consumption/budgets/create-or-update`],
  },
  "azure-native:devtestlab:GlobalSchedule": {
    required: [
      "resourceGroupName",
      "name",
      "location",
      "status",
      "taskType",
      "dailyRecurrence",
      "timeZoneId",
      "targetResourceId",
    ],
    optional: ["notificationSettings", "tags"],
    replaces: ["resourceGroupName", "name", "location"],
    refers: { ...inGroup, targetResourceId: { type: MACHINE } },
    id: idIn("Microsoft.DevTestLab/schedules", "name"),
    wrong: tagged(({ name, targetResourceId, taskType }) =>
      taskType === "ComputeVmShutdownTask" &&
      name === `shutdown-computevm-${String(targetResourceId).split("/").at(-1)}`
        ? undefined
        : "InvalidScheduleName: a machine's schedule is called shutdown-computevm- and its name",
    ),
    sources: [`${REST}/dtl/global-schedules/create-or-update`],
  },
};
