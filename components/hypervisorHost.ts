import * as pulumi from "@pulumi/pulumi";
import type { HostPlan } from "../course/plan";
import { HYPERVISOR_HOST_TYPE } from "../course/resourceTypes";
import type { DriverContext, HypervisorDriver, PreparedHost, StackProviders } from "./hypervisors/driver";

/** Arguments of a {@link HypervisorHost}. */
export interface HypervisorHostArgs {
  /** The host as planned. */
  readonly plan: HostPlan;
  /** Driver of the target. */
  readonly driver: HypervisorDriver;
  /** Providers for what is no object of the host's platform. */
  readonly providers: StackProviders;
  /** Owner mark and images. */
  readonly context: DriverContext;
  /** Whether this stack makes what all guests of the host need. */
  readonly owned: boolean;
}

/** The machine that guests run on, made ready for them. Teams may share it. */
export class HypervisorHost extends pulumi.ComponentResource {
  /** What the driver's other functions need of the host. */
  readonly prepared: PreparedHost;

  /** @param name logical name; children are named after it */
  constructor(name: string, args: HypervisorHostArgs, opts?: pulumi.ComponentResourceOptions) {
    const { kind, standing } = args.plan;
    // By the machine it is found that a host was made anew, and all that was on it is gone.
    super(HYPERVISOR_HOST_TYPE, name, { kind, ...(standing ? { machine: standing.machine } : {}) }, opts);
    const { plan, providers, context, owned } = args;
    this.prepared = args.driver.prepareHost(name, plan, { parent: this }, providers, context, owned);
    this.registerOutputs({});
  }
}
