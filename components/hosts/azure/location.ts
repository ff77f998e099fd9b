import * as network from "@pulumi/azure-native/network";
import { Provider } from "@pulumi/azure-native/provider";
import * as resources from "@pulumi/azure-native/resources";
import * as pulumi from "@pulumi/pulumi";
import type { AzureLocationPlan } from "../../../course/clouds/azure";
import { bastionSubnet } from "../../../course/clouds/network";
import { type CloudTags, cloudTags } from "../../../course/clouds/tags";

/** Arguments of an {@link AzureLocation}. */
export interface AzureLocationArgs {
  readonly plan: AzureLocationPlan;
  /** Network of the lab's cloud hosts, in CIDR form. */
  readonly range: string;
  readonly tags: CloudTags;
}

/** Bastion's name in its group. */
export const BASTION = "bastion";

/** The one name that the subnet of a Bastion may have (learn.microsoft.com, "About Azure Bastion configuration settings"). */
const BASTION_SUBNET = "AzureBastionSubnet";

/** How a public address is made that stays: the only kind that Azure still makes. */
export const FIXED_ADDRESS = {
  sku: { name: "Standard" },
  publicIPAllocationMethod: "Static",
  publicIPAddressVersion: "IPv4",
} as const;

/**
 * What all hosts of a lab in one location of Azure share: a network of their own; where some have no public address, the gateway by which they get out; where staff come
 * by Bastion, that.
 */
export class AzureLocation extends pulumi.ComponentResource {
  /** The API, told the location. */
  readonly api: Provider;
  readonly group: resources.ResourceGroup;
  readonly network: network.VirtualNetwork;
  /** The gateway by which hosts without a public address get out; undefined where there is none. */
  readonly nat: network.NatGateway | undefined;
  /** What staff come by to hosts that are not reached directly; undefined where there is none. */
  readonly bastion: network.BastionHost | undefined;

  /** @param name logical name; children are named after it */
  constructor(name: string, args: AzureLocationArgs, opts?: pulumi.ComponentResourceOptions) {
    const { plan, range, tags } = args;
    const { location } = plan;
    super("classlab:index:AzureLocation", name, { location }, opts);
    const { lab, id } = tags.mark;
    this.api = new Provider(`${name}-api`, { location }, { parent: this });
    const made = { parent: this, provider: this.api };
    this.group = new resources.ResourceGroup(
      `${name}-group`,
      // Groups are one name space for the subscription: the lab's random id keeps two labs of one name apart.
      {
        resourceGroupName: `classlab-${id}-${location}`,
        location,
        tags: cloudTags(tags, `${lab}-${location}`),
      },
      made,
    );
    this.network = new network.VirtualNetwork(
      `${name}-network`,
      {
        resourceGroupName: this.group.name,
        virtualNetworkName: "network",
        location,
        addressSpace: { addressPrefixes: [range] },
        tags: cloudTags(tags, `${lab}-network`),
      },
      made,
    );
    const common = { resourceGroupName: this.group.name, location };
    const address = (what: string) =>
      new network.PublicIPAddress(
        `${name}-${what}-address`,
        {
          ...common,
          ...FIXED_ADDRESS,
          publicIpAddressName: `${what}-address`,
          tags: cloudTags(tags, `${lab}-${what}-address`),
        },
        made,
      );
    this.nat = plan.nat
      ? new network.NatGateway(
          `${name}-nat`,
          {
            ...common,
            natGatewayName: "nat",
            sku: { name: "Standard" },
            publicIpAddresses: [{ id: address("nat").id }],
            tags: cloudTags(tags, `${lab}-nat`),
          },
          made,
        )
      : undefined;
    this.bastion = plan.bastion ? this.makeBastion(name, args, address) : undefined;
    this.registerOutputs({});
  }

  private makeBastion(
    name: string,
    { plan: { location }, range, tags }: AzureLocationArgs,
    address: (what: string) => network.PublicIPAddress,
  ): network.BastionHost {
    const made = { parent: this, provider: this.api };
    const subnet = new network.Subnet(
      `${name}-bastion-subnet`,
      {
        resourceGroupName: this.group.name,
        virtualNetworkName: this.network.name,
        subnetName: BASTION_SUBNET,
        addressPrefix: bastionSubnet(range),
        defaultOutboundAccess: false,
      },
      made,
    );
    return new network.BastionHost(
      `${name}-bastion`,
      {
        resourceGroupName: this.group.name,
        location,
        bastionHostName: BASTION,
        // The cheapest that takes connections of a client of one's own (azure-docs, includes/bastion-sku.md).
        sku: { name: "Standard" },
        enableTunneling: true,
        ipConfigurations: [
          {
            name: "primary",
            privateIPAllocationMethod: "Dynamic",
            subnet: { id: subnet.id },
            publicIPAddress: { id: address(BASTION).id },
          },
        ],
        tags: cloudTags(tags, `${tags.mark.lab}-bastion`),
      },
      made,
    );
  }
}
