import * as pulumi from "@pulumi/pulumi";
import type { GuestPlan } from "../course/plan";
import { looksAfterDocker, takesSettings } from "../course/resources";
import type { SiteSettings } from "../course/siteSettings";
import { DockerHost } from "./dockerHost";
import type { HypervisorHost } from "./hypervisorHost";
import type { DriverContext, Guest, GuestKey, HypervisorDriver } from "./hypervisors/driver";
import type { VirtualSwitch } from "./virtualSwitch";

/** Arguments of a {@link GuestVm}. */
export interface GuestVmArgs {
  /** The guest as planned. */
  readonly plan: GuestPlan;
  /** Driver of the target. */
  readonly driver: HypervisorDriver;
  /** The host it runs on. */
  readonly host: HypervisorHost;
  /** What it is made of where it is a clone: {@link GuestVm.base} of the guest that it is copied from. */
  readonly base?: pulumi.CustomResource | undefined;
  /** The switches that its adapters name and this stack makes; the others stand already. */
  readonly switches: readonly VirtualSwitch[];
  /** What the lab's guests take from the site; absent where there is nothing to apply. */
  readonly site?: SiteSettings | undefined;
  /** Authorities of the class's own registry, in PEM form; absent where there is none. */
  readonly authorities?: pulumi.Input<string> | undefined;
  /** The team's key, which may log in. */
  readonly key: GuestKey;
  /** Owner mark and images. */
  readonly context: DriverContext;
}

/** A guest with its disk, its adapters and its Docker host. */
export class GuestVm extends pulumi.ComponentResource {
  /** The guest as the driver made it. */
  readonly guest: Guest;
  /** What its clones are made of; absent for a guest without clones. */
  readonly base: pulumi.CustomResource | undefined;

  /** @param name logical name; children are named after it */
  constructor(name: string, args: GuestVmArgs, opts?: pulumi.ComponentResourceOptions) {
    const { plan, driver, host, context, site } = args;
    super("classlab:index:GuestVm", name, { guest: plan.name, team: plan.team }, opts);
    const child = { parent: this };
    const switches = args.switches.map((entry) => entry.network);
    this.guest = driver.createGuest(name, plan, host.prepared, args.key, context, child, args.base, switches);
    const adapters =
      this.guest.adapters ?? driver.connectAdapters(name, plan, this.guest, switches, host.prepared, child);
    const settings =
      site && takesSettings(plan)
        ? driver.applySite?.(name, plan, site, this.guest, adapters, host.prepared, child, args.authorities)
        : undefined;
    const { plan: on } = host.prepared;
    const channel = looksAfterDocker(on.target, plan)
      ? driver.channel?.(plan, context.mark.lab, on)
      : undefined;
    const docker =
      channel &&
      new DockerHost(
        `${name}-docker`,
        {
          stacks: plan.docker,
          channel,
          guest: this.guest,
          ...(settings ? { settings } : {}),
          providers: host.prepared.providers,
          context,
        },
        child,
      );
    const whole = [this.guest.ready, adapters, ...(settings ? [settings] : []), ...(docker ? [docker] : [])];
    this.base = driver.keepGuest(name, plan, this.guest, whole, host.prepared, child);
    this.registerOutputs({});
  }
}
