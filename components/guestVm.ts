import * as pulumi from "@pulumi/pulumi";
import type { GuestPlan } from "../course/plan";
import { DockerHost } from "./dockerHost";
import type { HypervisorHost } from "./hypervisorHost";
import type { DriverContext, Guest, HypervisorDriver } from "./hypervisors/driver";
import type { VirtualSwitch } from "./virtualSwitch";

/** Arguments of a {@link GuestVm}. */
export interface GuestVmArgs {
  /** The guest as planned. */
  readonly plan: GuestPlan;
  /** Driver of the target. */
  readonly driver: HypervisorDriver;
  /** The host it runs on. */
  readonly host: HypervisorHost;
  /** The switches that its adapters name and this stack makes; the others stand already. */
  readonly switches: readonly VirtualSwitch[];
  /** The public key that may log in. */
  readonly authorizedKey: pulumi.Input<string>;
  /** Owner mark and images. */
  readonly context: DriverContext;
}

/** A guest with its disk, its adapters and its Docker host. */
export class GuestVm extends pulumi.ComponentResource {
  /** The guest as the driver made it. */
  readonly guest: Guest;

  /** @param name logical name; children are named after it */
  constructor(name: string, args: GuestVmArgs, opts?: pulumi.ComponentResourceOptions) {
    const { plan, driver, host, context } = args;
    super("classlab:index:GuestVm", name, { guest: plan.name, team: plan.team }, opts);
    const child = { parent: this };
    this.guest = driver.createGuest(name, plan, host.prepared, args.authorizedKey, context, child);
    driver.connectAdapters(
      name,
      plan,
      this.guest,
      args.switches.map((entry) => entry.network),
      host.prepared,
      child,
    );
    new DockerHost(
      `${name}-docker`,
      {
        stacks: plan.docker,
        channel: driver.channel(plan, context.mark.lab),
        guest: this.guest,
        providers: host.prepared.providers,
        context,
      },
      child,
    );
    this.registerOutputs({});
  }
}
