import * as ec2 from "@pulumi/aws/ec2";
import * as vpc from "@pulumi/aws/vpc";
import * as pulumi from "@pulumi/pulumi";
import { ruleName } from "../../../course/clouds/ec2";
import { allowedOnce, type Ec2Host as Ec2HostPlan } from "../../../course/clouds/hosts";
import { cloudSubnet } from "../../../course/clouds/network";
import { type CloudTags, cloudTags } from "../../../course/clouds/tags";
import type { Tunnel } from "../../../course/clouds/tunnel";
import type { StackProviders } from "../../hypervisors/driver";
import type { SshKeyPair } from "../../sshKey";
import { renderHostUserData } from "../cloudConfig";
import { hostKeyFor } from "../ownKey";
import { HOST_USER, hostReady, SSH } from "../ready";
import { renderWindowsUserData } from "../windows/firstBoot";
import type { Ec2Region } from "./region";

/** Who logs in to Windows, which Amazon's images have; nobody knows the password that it is given. */
const ADMINISTRATOR = "Administrator";

/** Arguments of an {@link Ec2Host}. */
export interface Ec2HostArgs {
  readonly plan: Ec2HostPlan;
  readonly region: Ec2Region;
  /** Network of the lab's cloud hosts, in CIDR form. */
  readonly network: string;
  readonly tags: CloudTags;
  /** The key by which the lab reaches its hosts. */
  readonly key: SshKeyPair;
  readonly providers: StackProviders;
}

/**
 * A team's host on EC2: a machine in a subnet of its own that can run guests, reached from the allowed networks only, or by staff through Session Manager, which
 * its agent asks for from inside; known by a key that was made here. Its name and key are outputs as those of a host that is configured.
 */
export class Ec2Host extends pulumi.ComponentResource {
  /** Its public address; it stays while the host is stopped. */
  readonly address: pulumi.Output<string>;
  /** Its public key, type and base64. */
  readonly hostKey: pulumi.Output<string>;
  /** Amazon's id of the machine. */
  readonly instanceId: pulumi.Output<string>;
  /** What of Amazon's leads staff there; undefined where they come to its address. */
  readonly tunnel: pulumi.Output<Tunnel> | undefined;

  /** @param name logical name; children are named after it */
  constructor(name: string, args: Ec2HostArgs, opts?: pulumi.ComponentResourceOptions) {
    const { plan, region, tags, key, providers } = args;
    const { config, team } = plan;
    super("classlab:index:Ec2Host", name, { team: team.id, region: config.region }, opts);
    const made = { parent: this, provider: region.api };
    const tagged = cloudTags(tags, `${tags.mark.lab}-${name}`, team.id);
    const windows = config.os === "windows";
    const choice = region.choices.get(config.name);
    if (!choice) throw new Error(`the region has nothing decided for hosts of ${config.name}`);

    const own = hostKeyFor(name, providers.random, this);
    this.hostKey = own.publicKey;

    const subnet = new ec2.Subnet(
      `${name}-subnet`,
      {
        vpcId: region.vpc.id,
        cidrBlock: cloudSubnet(args.network, team.slot),
        availabilityZone: choice.zone,
        mapPublicIpOnLaunch: false,
        tags: tagged,
      },
      made,
    );
    const routing = new ec2.RouteTableAssociation(
      `${name}-routing`,
      { subnetId: subnet.id, routeTableId: region.routes.id },
      made,
    );
    const firewall = new ec2.SecurityGroup(
      `${name}-firewall`,
      {
        vpcId: region.vpc.id,
        description: `Host of ${team.id}: SSH from the allowed networks`,
        revokeRulesOnDelete: true,
        tags: tagged,
      },
      made,
    );
    for (const cidr of allowedOnce(config))
      new vpc.SecurityGroupIngressRule(
        ruleName(name, cidr),
        {
          securityGroupId: firewall.id,
          cidrIpv4: cidr,
          ipProtocol: "tcp",
          fromPort: SSH,
          toPort: SSH,
          tags: tagged,
        },
        made,
      );
    const outward = new vpc.SecurityGroupEgressRule(
      `${name}-outward`,
      { securityGroupId: firewall.id, cidrIpv4: "0.0.0.0/0", ipProtocol: "-1", tags: tagged },
      made,
    );
    const machine = new ec2.Instance(
      `${name}-machine`,
      {
        ami: choice.image,
        instanceType: config.instanceType,
        // A machine that is no guest itself takes no such option.
        cpuOptions: choice.metal.apply((metal) => (metal ? undefined : { nestedVirtualization: "enabled" })),
        subnetId: subnet.id,
        vpcSecurityGroupIds: [firewall.id],
        iamInstanceProfile: region.profile.name,
        instanceInitiatedShutdownBehavior: "stop",
        metadataOptions: {
          httpEndpoint: "enabled",
          httpTokens: "required",
          // One hop: an answer with a token dies at the host, so that no guest gets what the host may do.
          httpPutResponseHopLimit: 1,
          instanceMetadataTags: "disabled",
        },
        rootBlockDevice: {
          volumeType: "gp3",
          volumeSize: config.disk,
          encrypted: true,
          deleteOnTermination: true,
        },
        userData: own.pair.apply((hostKey) => {
          const settings = { authorizedKey: key.publicKey, hostKey };
          return windows ? renderWindowsUserData(name, settings) : renderHostUserData({ name, ...settings });
        }),
        tags: tagged,
        // Tags of the root device come after it is made; these come with it.
        volumeTags: tagged,
      },
      {
        ...made,
        // What learners made is on its disk: only `classlab down` takes it away.
        protect: true,
        // It is read at the first boot alone, and a change would stop the host for nothing.
        ignoreChanges: ["userData"],
        dependsOn: [...region.wayOut, routing, outward],
      },
    );
    const address = new ec2.Eip(
      `${name}-address`,
      { domain: "vpc", instance: machine.id, tags: tagged },
      { ...made, dependsOn: [...region.wayOut] },
    );
    this.address = address.publicIp;
    this.instanceId = machine.id;
    this.tunnel = config.sessionManager
      ? machine.id.apply((id): Tunnel => ({ kind: "session-manager", region: config.region, machine: id }))
      : undefined;
    const user = windows ? ADMINISTRATOR : HOST_USER;
    const { os } = config;
    const { lab } = tags.mark;
    const { tunnel } = this;
    const provider = providers.command;
    hostReady(name, { lab, host: this, os, user, tunnel, machine, identity: machine.id, provider }, this);
    this.registerOutputs({
      address: this.address,
      port: SSH,
      user,
      hostKey: this.hostKey,
      instanceId: this.instanceId,
      ...(tunnel ? { tunnel } : {}),
    });
  }
}
