import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { Edition } from "../course/editions";
import type { CourseImageName } from "../course/images";
import type { OwnerMark } from "../course/mark";
import type { Guest, GuestChannel, StackProviders } from "./hypervisors/driver";

/** What every Docker stack in a guest gets besides its own plan. */
export interface DockerStackContext {
  /** Provider of the guest's own Docker Engine. */
  readonly engine: docker.Provider;
  /** Providers for scripts and secrets. */
  readonly providers: StackProviders;
  /** The guest's management channel. */
  readonly channel: GuestChannel;
  /** The guest: the stack lives and dies with its disk. */
  readonly guest: Guest;
  /** Settles when the channel answers and the course images are there. */
  readonly ready: pulumi.CustomResource;
  /** Id, in the guest's Docker, of a course image. */
  readonly imageId: (name: CourseImageName) => pulumi.Output<string>;
  /** Whose images those are. */
  readonly edition: Edition;
  /** Whose objects these are. */
  readonly mark: OwnerMark;
}

/**
 * What lives on a guest's disk is made anew with the disk, and not with the guest alone. Its deletion is left out where
 * the guest goes too: with the disk named there, the engine (3.259) would still delete it one by one, through a guest
 * that may be gone, because the resource that a replacement begins with is not counted among the deleted.
 */
export function lifeInGuest(guest: Guest): Pick<pulumi.CustomResourceOptions, "deletedWith" | "replaceWith"> {
  return { deletedWith: guest.machine, replaceWith: [guest.disk] };
}

/** Options for everything that lives on a guest's disk. */
export function onDisk(context: DockerStackContext, parent: pulumi.Resource): pulumi.CustomResourceOptions {
  return { parent, ...lifeInGuest(context.guest) };
}
