import type * as pulumi from "@pulumi/pulumi";
import type { CloudTags } from "../../course/clouds/tags";
import type { LabPlan, UnitPlan } from "../../course/plan";
import type { StackProviders } from "../hypervisors/driver";
import type { SshKeyPair } from "../sshKey";

/** What makes a lab's hosts in a cloud. */
export interface CloudHostsArgs {
  readonly plan: LabPlan;
  /** The stack of cloud hosts. */
  readonly unit: UnitPlan;
  readonly tags: CloudTags;
  /** The key by which the lab reaches its hosts. */
  readonly key: SshKeyPair;
  readonly providers: StackProviders;
}

/** How a host that was made is reached: as one that is configured is. */
export interface MadeHost {
  /** IPv4 address. */
  readonly address: pulumi.Output<string>;
  /** Its public key, type and base64. */
  readonly hostKey: pulumi.Output<string>;
}

/** One cloud's part: its SDK is loaded with it. */
export type DeployHosts = (args: CloudHostsArgs) => Record<string, MadeHost>;
