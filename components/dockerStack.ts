import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { Edition } from "../course/editions";
import type { CourseImageName } from "../course/images";
import type { OwnerMark } from "../course/mark";
import { type Guest, type GuestChannel, lifeInGuest, type StackProviders } from "./hypervisors/driver";

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

/** Options for everything that lives on a guest's disk. */
export function onDisk(context: DockerStackContext, parent: pulumi.Resource): pulumi.CustomResourceOptions {
  return { parent, ...lifeInGuest(context.guest) };
}
