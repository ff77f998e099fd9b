import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { onDisk } from "./dockerStack";
import { labelInputs } from "./hypervisors/containers";
import type { SinglePortStackArgs } from "./nginxServer";
import { script } from "./script";
import {
  databaseContainer,
  databaseVolume,
  MOUNTED_SECRETS,
  renderWordPressFiles,
  SECRETS,
  SITE,
} from "./wordPressFiles";

/**
 * WordPress with its database, as the course's compose file has them, but with passwords of its own, files for
 * secrets, and the database not published (the book publishes 3306).
 */
export class WordPressStack extends pulumi.ComponentResource {
  /** @param name logical name; children are named after it */
  constructor(name: string, args: SinglePortStackArgs, opts?: pulumi.ComponentResourceOptions) {
    super("classlab:index:WordPressStack", name, { port: args.port }, opts);
    const { context } = args;
    const labels = labelInputs(context.mark);
    // As the image of each reads its settings (hub.docker.com/_/mariadb, hub.docker.com/_/mysql).
    const server = context.edition === "2019" ? "MYSQL" : "MARIADB";
    // The container's own name: the provider loses aliases where the network is the container's mode.
    const database = databaseContainer(args.name);
    const life = onDisk(context, this);
    const inEngine = { ...life, provider: context.engine, deleteBeforeReplace: true };
    // Letters and digits only: the words go through sh, PHP and SQL.
    const password = (suffix: string) =>
      new random.RandomPassword(
        `${name}-${suffix}`,
        { length: 24, special: false },
        { parent: this, provider: context.providers.random, replaceWith: [context.guest.disk] },
      ).result;
    const files = script(
      `${name}-files`,
      {
        shell: context.channel.shell,
        apply: "",
        script: pulumi.secret(
          pulumi
            .all([password("password"), password("root-password")])
            .apply(([own, root]) => renderWordPressFiles(args.name, own, root)),
        ),
        deadline: "4m",
      },
      { ...life, provider: context.providers.command, dependsOn: [context.ready] },
    );
    const network = new docker.Network(
      `${name}-network`,
      {
        name: args.name,
        driver: "bridge",
        attachable: false,
        ingress: false,
        internal: false,
        ipv6: false,
        labels,
      },
      inEngine,
    );
    const data = new docker.Volume(
      `${name}-data`,
      { name: databaseVolume(args.name), driver: "local", labels },
      inEngine,
    );
    new docker.Container(
      `${name}-database`,
      {
        name: database,
        image: context.imageId("database"),
        networkMode: network.name,
        envs: [
          `${server}_DATABASE=wordpress`,
          `${server}_USER=wordpress`,
          `${server}_PASSWORD_FILE=${MOUNTED_SECRETS}/db-password`,
          `${server}_ROOT_PASSWORD_FILE=${MOUNTED_SECRETS}/db-root-password`,
        ],
        mounts: [{ type: "volume", source: data.name, target: "/var/lib/mysql" }],
        volumes: [{ hostPath: `${SECRETS}/database`, containerPath: MOUNTED_SECRETS, readOnly: true }],
        restart: "always",
        labels,
        destroyGraceSeconds: 20,
      },
      { ...inEngine, dependsOn: [files] },
    );
    new docker.Container(
      `${name}-site`,
      {
        name: args.name,
        image: context.imageId("wordpress"),
        networkMode: network.name,
        envs: [
          `WORDPRESS_DB_HOST=${database}`,
          "WORDPRESS_DB_NAME=wordpress",
          "WORDPRESS_DB_USER=wordpress",
          `WORDPRESS_DB_PASSWORD_FILE=${MOUNTED_SECRETS}/db-password`,
        ],
        ports: [{ internal: 80, external: args.port, ip: "0.0.0.0", protocol: "tcp" }],
        volumes: [
          { hostPath: SITE, containerPath: "/var/www/html" },
          { hostPath: `${SECRETS}/site`, containerPath: MOUNTED_SECRETS, readOnly: true },
        ],
        restart: "always",
        labels,
      },
      { ...inEngine, dependsOn: [files] },
    );
    this.registerOutputs({});
  }
}
