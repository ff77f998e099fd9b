import * as pulumi from "@pulumi/pulumi";
import { type DockerStackContext, onDisk } from "./dockerStack";
import { FARM_PORTS, farmEnvironment, renderFarm } from "./farmScript";
import { script } from "./script";

/** Arguments of an {@link NginxFarm}. */
export interface NginxFarmArgs {
  /** Name of the farm; containers are `<name>-<port>`. */
  readonly name: string;
  /** TCP ports in the guest, one container each. */
  readonly ports: readonly number[];
  /** Engine, channel, images of the guest. */
  readonly context: DockerStackContext;
}

/** Many nginx on a row of ports (L3222), as one resource whose preview names the ports that come and go. */
export class NginxFarm extends pulumi.ComponentResource {
  /** @param name logical name; children are named after it */
  constructor(name: string, args: NginxFarmArgs, opts?: pulumi.ComponentResourceOptions) {
    super("classlab:index:NginxFarm", name, { ports: [...args.ports] }, opts);
    const { context } = args;
    script(
      `${name}-containers`,
      {
        shell: context.channel.shell,
        apply: FARM_PORTS,
        // Without ports the script removes the whole farm.
        remove: "",
        environment: farmEnvironment(args.name, args.ports),
        script: context.imageId("nginx").apply((imageId) => renderFarm(args.name, imageId, context.mark)),
        deadline: "10m",
      },
      {
        ...onDisk(context, this),
        provider: context.providers.command,
        dependsOn: [context.ready],
        // Made before the old one is deleted, the new farm would be deleted with it.
        deleteBeforeReplace: true,
      },
    );
    this.registerOutputs({});
  }
}
