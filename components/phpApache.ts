import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { onDisk } from "./dockerStack";
import { labelInputs } from "./hypervisors/containers";
import type { SinglePortStackArgs } from "./nginxServer";
import { script } from "./script";

/** The learner's folder that is bound to the container's web root (course.md, `6-php`). */
const WEB_ROOT = "/home/ubuntu/docker/php-apache";

/** Script for the guest: the page of the exercise, unless a learner has written one already. */
const PAGE_SCRIPT = `set -eu
install -d -o ubuntu -g ubuntu /home/ubuntu/docker ${WEB_ROOT}
if [ ! -e ${WEB_ROOT}/index.php ]; then
  printf '<?php phpinfo();?>\\n' > ${WEB_ROOT}/index.php
  chown ubuntu:ubuntu ${WEB_ROOT}/index.php
fi
echo '{"page":true}'
`;

/** Apache with PHP, its web root bound to a folder of the learner's, showing `phpinfo()`. */
export class PhpApache extends pulumi.ComponentResource {
  /** @param name logical name; children are named after it */
  constructor(name: string, args: SinglePortStackArgs, opts?: pulumi.ComponentResourceOptions) {
    super("classlab:index:PhpApache", name, { port: args.port }, opts);
    const { context } = args;
    const page = script(
      `${name}-page`,
      { shell: context.channel.shell, apply: "", script: PAGE_SCRIPT, deadline: "2m" },
      { ...onDisk(context, this), provider: context.providers.command, dependsOn: [context.ready] },
    );
    new docker.Container(
      `${name}-container`,
      {
        name: args.name,
        image: context.imageId("php-apache"),
        networkMode: "bridge",
        ports: [{ internal: 80, external: args.port, ip: "0.0.0.0", protocol: "tcp" }],
        volumes: [{ hostPath: WEB_ROOT, containerPath: "/var/www/html" }],
        restart: "unless-stopped",
        labels: labelInputs(context.mark),
      },
      { ...onDisk(context, this), provider: context.engine, dependsOn: [page], deleteBeforeReplace: true },
    );
    this.registerOutputs({});
  }
}
