import * as pulumi from "@pulumi/pulumi";
import type { SwitchPlan } from "../course/switches";
import type { HypervisorHost } from "./hypervisorHost";
import type { DriverContext, HypervisorDriver } from "./hypervisors/driver";

/** Arguments of a {@link VirtualSwitch}. */
export interface VirtualSwitchArgs {
  /** The switch as planned. */
  readonly plan: SwitchPlan;
  /** Driver of the target. */
  readonly driver: HypervisorDriver;
  /** The host that carries it. */
  readonly host: HypervisorHost;
  /** Owner mark and images. */
  readonly context: DriverContext;
}

/** A virtual switch in one of the six modes. */
export class VirtualSwitch extends pulumi.ComponentResource {
  /** The resource that adapters wait for. */
  readonly network: pulumi.CustomResource;

  /** @param name logical name; children are named after it */
  constructor(name: string, args: VirtualSwitchArgs, opts?: pulumi.ComponentResourceOptions) {
    const { plan } = args;
    super("classlab:index:VirtualSwitch", name, { mode: plan.mode, subnet: plan.subnet }, opts);
    this.network = args.driver.createSwitch(name, plan, args.host.prepared, args.context, { parent: this });
    this.registerOutputs({});
  }
}
