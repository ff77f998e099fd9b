import * as network from "@pulumi/azure-native/network";
import { Provider } from "@pulumi/azure-native/provider";
import * as resources from "@pulumi/azure-native/resources";
import * as pulumi from "@pulumi/pulumi";
import type { AzureLocationPlan } from "../../../course/clouds/azure";
import { type CloudTags, cloudTags } from "../../../course/clouds/tags";

/** Arguments of an {@link AzureLocation}. */
export interface AzureLocationArgs {
  readonly plan: AzureLocationPlan;
  /** Network of the lab's cloud hosts, in CIDR form. */
  readonly range: string;
  readonly tags: CloudTags;
}

/** What all hosts of a lab in one location of Azure share: a network of their own. */
export class AzureLocation extends pulumi.ComponentResource {
  /** The API, told the location. */
  readonly api: Provider;
  readonly group: resources.ResourceGroup;
  readonly network: network.VirtualNetwork;

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
    this.registerOutputs({});
  }
}
