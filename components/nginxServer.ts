import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { type DockerStackContext, onDisk } from "./dockerStack";
import { labelInputs } from "./hypervisors/containers";

/** Arguments of a Docker stack with one published port. */
export interface SinglePortStackArgs {
  /** Name of the container, or the first part of the names. */
  readonly name: string;
  /** TCP port in the guest. */
  readonly port: number;
  /** Engine, channel, images of the guest. */
  readonly context: DockerStackContext;
}

/** One nginx on one port: the course's `docker run -d -p 8080:80 nginx` (L3200). */
export class NginxServer extends pulumi.ComponentResource {
  /** @param name logical name; children are named after it */
  constructor(name: string, args: SinglePortStackArgs, opts?: pulumi.ComponentResourceOptions) {
    super("classlab:index:NginxServer", name, { port: args.port }, opts);
    const { context } = args;
    new docker.Container(
      `${name}-container`,
      {
        name: args.name,
        image: context.imageId("nginx"),
        networkMode: "bridge",
        ports: [{ internal: 80, external: args.port, ip: "0.0.0.0", protocol: "tcp" }],
        restart: "unless-stopped",
        labels: labelInputs(context.mark),
      },
      { ...onDisk(context, this), provider: context.engine, deleteBeforeReplace: true },
    );
    this.registerOutputs({});
  }
}
