import * as pulumi from "@pulumi/pulumi";
import type { TeamPlan } from "../course/plan";
import type { SiteSettings } from "../course/siteSettings";
import { GuestVm } from "./guestVm";
import { jumpAccount } from "./hosts/jump";
import type { HypervisorHost } from "./hypervisorHost";
import type { DriverContext, HypervisorDriver, StackProviders } from "./hypervisors/driver";
import { TeamKey } from "./teamKey";
import type { VirtualSwitch } from "./virtualSwitch";

/** Arguments of a {@link TeamLab}. */
export interface TeamLabArgs {
  /** The team's lab as planned. */
  readonly plan: TeamPlan;
  /** Driver of the target. */
  readonly driver: HypervisorDriver;
  /** The host its guests run on. */
  readonly host: HypervisorHost;
  /** What guests take from the site; absent where there is nothing to apply. */
  readonly site?: SiteSettings | undefined;
  /** Authorities of the class's own registry, in PEM form; absent where there is none. */
  readonly authorities?: pulumi.Input<string> | undefined;
  /** Switches made in this stack, by the name of their object. */
  readonly switches: ReadonlyMap<string, VirtualSwitch>;
  /** Providers for scripts and secrets. */
  readonly providers: StackProviders;
  /** Owner mark (the team is added here) and images. */
  readonly context: DriverContext;
}

/** One team's lab: its key and its guests. */
export class TeamLab extends pulumi.ComponentResource {
  /** @param name logical name, the team's id; children are named after it */
  constructor(name: string, args: TeamLabArgs, opts?: pulumi.ComponentResourceOptions) {
    const { plan } = args;
    super("classlab:index:TeamLab", name, { team: plan.id, slot: plan.slot }, opts);
    const context = { ...args.context, mark: { ...args.context.mark, team: plan.id } };
    const key = new TeamKey(
      `${name}-key`,
      {
        lab: context.mark.lab,
        team: plan.id,
        keepsFormer: args.driver.keysByChannel === true,
        random: args.providers.random,
      },
      { parent: this },
    );
    const { providers } = args;
    jumpAccount(
      `${name}-jump`,
      { plan, host: args.host.prepared, publicKey: key.publicKey, mark: context.mark, providers },
      { parent: this },
    );
    const bases = new Map<string, pulumi.CustomResource | undefined>();
    // Clones come behind what they are copied from.
    for (const guest of plan.guests) {
      const switches = guest.adapters.flatMap((adapter) => {
        const found = adapter.mode === "disabled" ? undefined : args.switches.get(adapter.switchObject);
        return found ? [found] : [];
      });
      const { base } = new GuestVm(
        `${name}-${guest.name}`,
        {
          plan: guest,
          driver: args.driver,
          host: args.host,
          base: guest.cloneOf && bases.get(guest.cloneOf.guest),
          switches,
          site: args.site,
          authorities: args.authorities,
          key,
          context,
        },
        { parent: this },
      );
      bases.set(guest.name, base);
    }
    this.registerOutputs({});
  }
}
