import * as compute from "@pulumi/azure-native/compute";
import * as devtestlab from "@pulumi/azure-native/devtestlab";
import * as network from "@pulumi/azure-native/network";
import * as resources from "@pulumi/azure-native/resources";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { type AzureHost as AzureHostPlan, allowedOnce, hasPublicAddress } from "../../../course/clouds/hosts";
import { azureImage } from "../../../course/clouds/images";
import { bastionSubnet, cloudSubnet } from "../../../course/clouds/network";
import { hiddenFromGuests } from "../../../course/clouds/ownServices";
import { type CloudTags, cloudTags } from "../../../course/clouds/tags";
import type { Tunnel } from "../../../course/clouds/tunnel";
import type { StackProviders } from "../../hypervisors/driver";
import type { SshKeyPair } from "../../sshKey";
import { renderHostUserData } from "../cloudConfig";
import { hostKeyFor } from "../ownKey";
import { HOST_USER, hostReady, SSH } from "../ready";
import { firstBootOrder, firstBootScript } from "../windows/firstBoot";
import { type AzureLocation, BASTION, FIXED_ADDRESS } from "./location";

/** Azure makes a user of its own and refuses to call it root. */
const ADMIN = "classlab";

/** Seconds that the first boot of Windows may take, the fetching of a feature in it. */
const FIRST_BOOT_SECONDS = 1800;

/** Arguments of an {@link AzureHost}. */
export interface AzureHostArgs {
  readonly plan: AzureHostPlan;
  readonly location: AzureLocation;
  /** Network of the lab's cloud hosts, in CIDR form. */
  readonly range: string;
  readonly tags: CloudTags;
  /** Time of day in UTC, `hhmm`, at which Azure stops it each day. */
  readonly dailyStop: string | undefined;
  /** The key by which the lab reaches its hosts. */
  readonly key: SshKeyPair;
  readonly providers: StackProviders;
}

/**
 * What comes in: SSH from the allowed networks, and from Bastion. Azure would let in whatever is in the network, other teams' hosts among it.
 * @param bastion its subnet; undefined where staff do not come by it
 */
function rules(cidrs: readonly string[], bastion: string | undefined) {
  const any = { sourcePortRange: "*", destinationAddressPrefix: "*" } as const;
  const ssh = (name: string, priority: number, sourceAddressPrefixes: string[]) => ({
    ...any,
    name,
    priority,
    direction: "Inbound",
    access: "Allow",
    protocol: "Tcp",
    sourceAddressPrefixes,
    destinationPortRange: String(SSH),
  });
  return [
    ...(cidrs.length > 0 ? [ssh("ssh", 100, [...cidrs])] : []),
    ...(bastion === undefined ? [] : [ssh("bastion", 110, [bastion])]),
    {
      ...any,
      name: "nothing-else",
      priority: 4096,
      direction: "Inbound",
      access: "Deny",
      protocol: "*",
      sourceAddressPrefix: "*",
      destinationPortRange: "*",
    },
  ];
}

/** A team's host on Azure, in a resource group and a subnet of its own: reached and known as one on EC2 is. */
export class AzureHost extends pulumi.ComponentResource {
  /** Its public address, or its own where it has none; it stays while the host is stopped. */
  readonly address: pulumi.Output<string>;
  /** Azure's resource id of its machine. */
  readonly machine: pulumi.Output<string>;
  /** What of Azure's leads staff there; undefined where they come to its address. */
  readonly tunnel: pulumi.Output<Tunnel> | undefined;
  /** Its public key, type and base64. */
  readonly hostKey: pulumi.Output<string>;

  /** @param name logical name; children are named after it */
  constructor(name: string, args: AzureHostArgs, opts?: pulumi.ComponentResourceOptions) {
    const { plan, tags, key, providers, dailyStop } = args;
    const { bastion } = args.location;
    const { config, team } = plan;
    const { location } = config;
    super("classlab:index:AzureHost", name, { team: team.id, location }, opts);
    const { lab, id } = tags.mark;
    const made = { parent: this, provider: args.location.api };
    const tagged = cloudTags(tags, `${lab}-${name}`, team.id);
    const windows = config.os === "windows";
    const own = hostKeyFor(name, providers.random, this);
    this.hostKey = own.publicKey;

    const group = new resources.ResourceGroup(
      `${name}-group`,
      { resourceGroupName: `classlab-${id}-${name}`, location, tags: tagged },
      made,
    );
    const common = { resourceGroupName: group.name, location, tags: tagged };
    const firewall = new network.NetworkSecurityGroup(
      `${name}-firewall`,
      {
        ...common,
        networkSecurityGroupName: `${name}-firewall`,
        securityRules: rules(allowedOnce(config), config.bastion ? bastionSubnet(args.range) : undefined),
      },
      made,
    );
    const open = hasPublicAddress(config);
    const outward = open ? undefined : args.location.nat;
    const subnet = new network.Subnet(
      `${name}-subnet`,
      {
        resourceGroupName: args.location.group.name,
        virtualNetworkName: args.location.network.name,
        subnetName: name,
        addressPrefix: cloudSubnet(args.range, team.slot),
        // What is not said here Azure's next version decides.
        defaultOutboundAccess: false,
        networkSecurityGroup: { id: firewall.id },
        ...(outward ? { natGateway: { id: outward.id } } : {}),
      },
      made,
    );
    const address = open
      ? new network.PublicIPAddress(
          `${name}-address`,
          { ...common, ...FIXED_ADDRESS, publicIpAddressName: `${name}-address` },
          made,
        )
      : undefined;
    const adapter = new network.NetworkInterface(
      `${name}-adapter`,
      {
        ...common,
        networkInterfaceName: `${name}-adapter`,
        ipConfigurations: [
          {
            name: "primary",
            privateIPAllocationMethod: "Dynamic",
            subnet: { id: subnet.id },
            ...(address ? { publicIPAddress: { id: address.id } } : {}),
          },
        ],
      },
      made,
    );
    const told = address?.ipAddress ?? adapter.ipConfigurations.apply((own) => own?.[0]?.privateIPAddress);
    this.address = told.apply((text) => text ?? "");
    const machine = new compute.VirtualMachine(
      `${name}-machine`,
      {
        ...common,
        vmName: name,
        hardwareProfile: { vmSize: config.vmSize },
        // No security profile: with Trusted Launch guests may not run, and what is not said is none (learn.microsoft.com, "Trusted Launch").
        storageProfile: {
          imageReference: azureImage(config),
          osDisk: {
            createOption: "FromImage",
            // By default it stays behind, and is paid for.
            deleteOption: "Delete",
            diskSizeGB: config.disk,
            managedDisk: { storageAccountType: "StandardSSD_LRS" },
          },
        },
        networkProfile: { networkInterfaces: [{ id: adapter.id, deleteOption: "Delete", primary: true }] },
        osProfile: {
          computerName: name,
          adminUsername: ADMIN,
          ...(windows ? this.windowsProfile(name, providers) : linuxProfile(name, key, own.pair)),
        },
      },
      {
        ...made,
        // What learners made is on its disk: only `classlab down` takes it away.
        protect: true,
        // Newer images change no host that stands, and its user data is read at the first boot alone.
        ignoreChanges: ["storageProfile.imageReference", "osProfile.customData"],
      },
    );
    this.machine = machine.id;
    if (dailyStop !== undefined)
      new devtestlab.GlobalSchedule(
        `${name}-stop`,
        {
          ...common,
          // Azure knows it by this name alone (learn.microsoft.com, "Auto-shutdown a VM").
          name: `shutdown-computevm-${name}`,
          status: "Enabled",
          taskType: "ComputeVmShutdownTask",
          dailyRecurrence: { time: dailyStop },
          timeZoneId: "UTC",
          targetResourceId: machine.id,
          notificationSettings: { status: "Disabled", timeInMinutes: 30 },
        },
        made,
      );
    // One that is made anew has the same resource id.
    const identity = machine.vmId;
    const first = windows ? [firstBoot(name, { common, machine, key, hostKey: own.pair }, made)] : [];
    this.tunnel = config.bastion
      ? pulumi
          .all([args.location.group.name, machine.id])
          .apply(([group, id]): Tunnel => ({ kind: "bastion", name: BASTION, group, machine: id }))
      : undefined;
    const after = [...first, ...(config.bastion && bastion ? [bastion] : [])];
    const user = windows ? ADMIN : HOST_USER;
    const { os } = config;
    const provider = providers.command;
    const { tunnel } = this;
    hostReady(name, { lab, host: this, os, user, tunnel, machine, identity, provider, after }, this);
    this.registerOutputs({
      address: this.address,
      port: SSH,
      user,
      hostKey: this.hostKey,
      vmId: machine.vmId,
      ...(tunnel ? { tunnel } : {}),
    });
  }

  /** How Windows begins there: with an administrator whose password nobody is told, since Azure asks for one. */
  private windowsProfile(name: string, { random: provider }: StackProviders) {
    const password = new random.RandomPassword(
      `${name}-password`,
      { length: 32, minLower: 1, minUpper: 1, minNumeric: 1, minSpecial: 1 },
      { parent: this, provider },
    );
    return { adminPassword: password.result, windowsConfiguration: { provisionVMAgent: true } };
  }
}

/** How Linux begins there: by what cloud-init is told. */
function linuxProfile(name: string, key: SshKeyPair, pair: pulumi.Output<SshKeyPair>) {
  return {
    customData: pair.apply((hostKey) =>
      Buffer.from(
        renderHostUserData({
          name,
          authorizedKey: key.publicKey,
          hostKey,
          users: ["default"],
          hidden: hiddenFromGuests({ kind: "azure" }),
        }),
      ).toString("base64"),
    ),
    linuxConfiguration: {
      disablePasswordAuthentication: true,
      ssh: { publicKeys: [{ path: `/home/${ADMIN}/.ssh/authorized_keys`, keyData: key.publicKey }] },
    },
  };
}

/** What the first boot of Windows is made of. */
interface FirstBootArgs {
  /** What all that is in the host's group has. */
  readonly common: Readonly<{
    resourceGroupName: pulumi.Input<string>;
    location: string;
    tags: Record<string, string>;
  }>;
  readonly machine: compute.VirtualMachine;
  readonly key: SshKeyPair;
  readonly hostKey: pulumi.Output<SshKeyPair>;
}

/** Has Azure's agent run what makes Windows answer: without the last option a script that failed would be taken for one that did not. */
function firstBoot(
  name: string,
  { common, machine, key, hostKey }: FirstBootArgs,
  made: pulumi.CustomResourceOptions,
): pulumi.CustomResource {
  const order = hostKey.apply((pair) => firstBootOrder({ authorizedKey: key.publicKey, hostKey: pair }));
  return new compute.VirtualMachineRunCommandByVirtualMachine(
    `${name}-first-boot`,
    {
      ...common,
      vmName: name,
      runCommandName: "first-boot",
      source: { script: firstBootScript() },
      protectedParameters: [{ name: "Order", value: order }],
      timeoutInSeconds: FIRST_BOOT_SECONDS,
      asyncExecution: false,
      treatFailureAsDeploymentFailure: true,
    },
    {
      ...made,
      dependsOn: [machine],
      deletedWith: machine,
      // It is run at the first boot alone.
      ignoreChanges: ["source", "protectedParameters"],
    },
  );
}
