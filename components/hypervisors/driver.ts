import type * as pulumi from "@pulumi/pulumi";
import type { ImageSet } from "../../course/images";
import type { OwnerMark } from "../../course/mark";
import type { GuestPlan, HostPlan, LabPlan } from "../../course/plan";
import type { LibvirtRecord, VirtualBoxRecord } from "../../course/record";
import type { SiteSettings } from "../../course/siteSettings";
import type { SwitchPlan } from "../../course/switches";
import type { HostConnection } from "../hosts/connection";

/** What every driver's functions get besides the plan. */
export interface DriverContext {
  /** Whose objects these are. */
  readonly mark: OwnerMark;
  /** The images that the lab decided on; absent where no guest needs any of them. */
  readonly images?: ImageSet;
  /** The lab that it is part of. */
  readonly plan: LabPlan;
  /** What the lab decided on for guests on libvirt; absent where no host has that target. */
  readonly libvirt?: LibvirtRecord;
  /** The same for hosts of VirtualBox. */
  readonly virtualbox?: VirtualBoxRecord;
}

/** The images of a lab whose guests need them. @throws without them, a defect of the caller */
export function imagesOf({ images }: Pick<DriverContext, "images">): ImageSet {
  if (!images) throw new Error("the lab's record says nothing of images");
  return images;
}

/** Providers that a stack makes once and hands down: no resource uses a default provider. */
export interface StackProviders {
  readonly command: pulumi.ProviderResource;
  readonly random: pulumi.ProviderResource;
}

/** A host made ready for guests. */
export interface PreparedHost {
  readonly plan: HostPlan;
  /** The provider that makes switches and guests on this host. */
  readonly provider: pulumi.ProviderResource;
  readonly providers: StackProviders;
  /** How scripts reach it; absent where it is this machine. */
  readonly connection?: HostConnection | undefined;
  /** What this stack made there for all of its guests: they wait for it. */
  readonly objects: readonly pulumi.CustomResource[];
  /** Whose the host's objects are, what they are made of, and the lab that they are part of. */
  readonly context: DriverContext;
}

/** A team's key pair, as its guests get it. */
export interface GuestKey {
  /** Line for `authorized_keys`. */
  readonly publicKey: pulumi.Input<string>;
  /** Text of the private key: a secret. */
  readonly privateKey: pulumi.Output<string>;
}

/** A guest as a driver made it. */
export interface Guest {
  /** The guest's disk: what lives inside the guest lives and dies with it. */
  readonly disk: pulumi.CustomResource;
  /** The guest itself; replaced without its disk it comes back with all that was on it. */
  readonly machine: pulumi.CustomResource;
  /** Settles when the guest answers over its management channel. */
  readonly ready: pulumi.CustomResource;
  /** Private key of its channel, a secret, where its own host needs it; absent elsewhere. */
  readonly channelKey?: pulumi.Output<string>;
  /** Its adapters, where they are connected before its first start; absent where that comes with {@link HypervisorDriver.connectAdapters}. */
  readonly adapters?: pulumi.CustomResource;
}

/**
 * What lives on a guest's disk is made anew with the disk, and not with the guest alone. Its deletion is left out where
 * the guest goes too: with the disk named there, the engine (3.259) would still delete it one by one, through a guest
 * that may be gone, because the resource that a replacement begins with is not counted among the deleted.
 */
export function lifeInGuest(guest: Guest): Pick<pulumi.CustomResourceOptions, "deletedWith" | "replaceWith"> {
  return { deletedWith: guest.machine, replaceWith: [guest.disk] };
}

/** How a guest is managed without any lab network. */
export interface GuestChannel {
  /** Command on this machine that runs, as root in the guest, the POSIX sh script on its standard input. */
  readonly shell: string;
  /** Command on this machine whose input and output are a connection to the guest's own SSH server, by its loopback. */
  readonly sshRelay: string;
  /** Command on this machine that feeds an image archive of the host's Docker to the guest's. */
  readonly loadImages: string;
  /** Docker host for the Docker provider. */
  readonly dockerHost: string;
  /** SSH options for the Docker provider: no path of this machine among them. */
  readonly sshOpts: readonly string[];
}

/** What each hypervisor implements. Nothing is decided here: every decision is in the plan. */
export interface HypervisorDriver {
  /**
   * Provider, features, storage.
   * @param owned whether this stack makes what all guests of the host need; else another stack does
   */
  prepareHost(
    name: string,
    host: HostPlan,
    opts: pulumi.ComponentResourceOptions,
    providers: StackProviders,
    context: DriverContext,
    owned: boolean,
  ): PreparedHost;
  /** One switch in its mode. */
  createSwitch(
    name: string,
    plan: SwitchPlan,
    host: PreparedHost,
    context: DriverContext,
    opts: pulumi.CustomResourceOptions,
  ): pulumi.CustomResource;
  /**
   * A guest without adapters, and the wait until its channel answers. Who has `key` may log in as `ubuntu`; `base` is what a clone is
   * made of, as {@link HypervisorDriver.keepGuest} gave it; `switches` are those of its adapters that this stack makes.
   */
  createGuest(
    name: string,
    plan: GuestPlan,
    host: PreparedHost,
    key: GuestKey,
    context: DriverContext,
    opts: pulumi.CustomResourceOptions,
    base?: pulumi.CustomResource,
    switches?: readonly pulumi.CustomResource[],
  ): Guest;
  /**
   * The guest's snapshots, once all that belongs to it stands, and then what its clones are made of.
   * @param whole all that is to be in them
   * @returns what clones are made of; undefined where the plan has none, or the target
   */
  keepGuest(
    name: string,
    plan: GuestPlan,
    guest: Guest,
    whole: readonly pulumi.Resource[],
    host: PreparedHost,
    opts: pulumi.CustomResourceOptions,
  ): pulumi.CustomResource | undefined;
  /** The guest's adapters, in place: a change updates this resource and leaves the guest running. */
  connectAdapters(
    name: string,
    plan: GuestPlan,
    guest: Guest,
    switches: readonly pulumi.CustomResource[],
    host: PreparedHost,
    opts: pulumi.CustomResourceOptions,
  ): pulumi.CustomResource;
  /**
   * What the guest takes from the site, in place: a change updates this resource and leaves the guest and its containers
   * running. `adapters` is connected before; `authorities` are those of the class's own registry, where there is one. Absent where it comes with the guest's seed alone, or nothing of this machine reaches into a guest.
   */
  applySite?(
    name: string,
    plan: GuestPlan,
    settings: SiteSettings,
    guest: Guest,
    adapters: pulumi.CustomResource,
    host: PreparedHost,
    opts: pulumi.CustomResourceOptions,
    authorities?: pulumi.Input<string>,
  ): pulumi.CustomResource;
  /** Whether a guest is told the team's new key by the channel that the key before opens; false by default. */
  readonly keysByChannel?: boolean;
  /** The management channel of a guest on a host, from this machine; absent where there is none. */
  channel?(plan: GuestPlan, lab: string, host: HostPlan): GuestChannel;
}
