import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { CourseImageName } from "../course/images";
import type { DockerStackPlan } from "../course/plan";
import { type GuestImageIds, renderPreload } from "./courseImages";
import type { DockerStackContext } from "./dockerStack";
import {
  type DriverContext,
  type Guest,
  type GuestChannel,
  imagesOf,
  lifeInGuest,
  type StackProviders,
} from "./hypervisors/driver";
import { NginxFarm } from "./nginxFarm";
import { NginxServer } from "./nginxServer";
import { PhpApache } from "./phpApache";
import { script } from "./script";
import { WordPressStack } from "./wordPressStack";

/** Arguments of a {@link DockerHost}. */
export interface DockerHostArgs {
  /** The stacks to run on it. */
  readonly stacks: readonly DockerStackPlan[];
  /** The guest's management channel. */
  readonly channel: GuestChannel;
  /** The guest that it lives in. */
  readonly guest: Guest;
  /** What the Docker Engine takes from the site: it may be started anew for it, so all else waits. */
  readonly settings?: pulumi.CustomResource;
  /** Providers for scripts and secrets. */
  readonly providers: StackProviders;
  /** Owner mark and images. */
  readonly context: DriverContext;
}

/** The Docker Engine of a guest with the course images and its stacks. */
export class DockerHost extends pulumi.ComponentResource {
  /** @param name logical name; children are named after it */
  constructor(name: string, args: DockerHostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("classlab:index:DockerHost", name, { stacks: args.stacks.map((stack) => stack.name) }, opts);
    const { channel, guest, settings, providers, context } = args;
    const set = imagesOf(context);
    const images = script(
      `${name}-images`,
      {
        shell: "sh -s --",
        apply: "",
        script: renderPreload(channel, set),
        deadline: "10m",
      },
      {
        parent: this,
        provider: providers.command,
        dependsOn: settings ? [guest.ready, settings] : [guest.ready],
        ...lifeInGuest(guest),
        deleteBeforeReplace: true,
      },
    );
    if (args.stacks.length > 0) {
      const ids = images.stdout.apply((text): GuestImageIds => JSON.parse(text));
      const engine = new docker.Provider(
        `${name}-engine`,
        {
          // An Output that waits for the guest: the provider dials as soon as it knows its host.
          host: pulumi.unsecret(images.stdout).apply(() => channel.dockerHost),
          sshOpts: [...channel.sshOpts],
        },
        { parent: this },
      );
      const stackContext: DockerStackContext = {
        engine,
        providers,
        channel,
        guest,
        ready: images,
        imageId: (image: CourseImageName) => ids.apply((table) => table[image]),
        edition: set.edition ?? "current",
        mark: context.mark,
      };
      for (const stack of args.stacks)
        createStack(`${name}-${stack.name}`, stack, stackContext, { parent: this });
    }
    this.registerOutputs({});
  }
}

function createStack(
  name: string,
  plan: DockerStackPlan,
  context: DockerStackContext,
  opts: pulumi.ComponentResourceOptions,
): pulumi.ComponentResource {
  switch (plan.kind) {
    case "nginx":
      return new NginxServer(name, { name: plan.name, port: plan.port, context }, opts);
    case "nginx-farm":
      return new NginxFarm(name, { name: plan.name, ports: plan.ports, context }, opts);
    case "php-apache":
      return new PhpApache(name, { name: plan.name, port: plan.port, context }, opts);
    case "wordpress":
      return new WordPressStack(name, { name: plan.name, port: plan.port, context }, opts);
  }
}
