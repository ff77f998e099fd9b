import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { quote } from "../course/shell";
import { onDisk } from "./dockerStack";
import { labelInputs } from "./hypervisors/containers";
import type { SinglePortStackArgs } from "./nginxServer";
import { script } from "./script";

/** The learner's folder with WordPress itself, as in the book (L3692). */
const SITE = "/home/ubuntu/docker/wordpress";
/** Passwords as files, root's only: an environment variable would show them to every `docker inspect` and `ps`. */
const SECRETS = "/disk/classlab/wordpress";
/** Where both containers find their passwords. */
const MOUNTED_SECRETS = "/run/secrets";

/**
 * Script for the guest: folders and password files. The files are readable in the containers, whose users differ by
 * image; on the guest the folder above them is root's alone.
 */
export function renderWordPressFiles(password: string, rootPassword: string): string {
  return `set -eu
install -d -o ubuntu -g ubuntu /home/ubuntu/docker ${SITE}
install -d -m 700 /disk/classlab
install -d -m 755 ${SECRETS} ${SECRETS}/site ${SECRETS}/database
printf '%s' ${quote(password)} > ${SECRETS}/site/db-password
printf '%s' ${quote(password)} > ${SECRETS}/database/db-password
printf '%s' ${quote(rootPassword)} > ${SECRETS}/database/db-root-password
chmod 444 ${SECRETS}/*/*
echo '{"files":true}'
`;
}

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
    // The container's own name: the provider loses aliases where the network is the container's mode.
    const database = `${args.name}-database`;
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
            .apply(([own, root]) => renderWordPressFiles(own, root)),
        ),
        deadline: "2m",
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
      { name: `${args.name}-data`, driver: "local", labels },
      inEngine,
    );
    new docker.Container(
      `${name}-database`,
      {
        name: database,
        image: context.imageId("database"),
        networkMode: network.name,
        envs: [
          "MARIADB_DATABASE=wordpress",
          "MARIADB_USER=wordpress",
          `MARIADB_PASSWORD_FILE=${MOUNTED_SECRETS}/db-password`,
          `MARIADB_ROOT_PASSWORD_FILE=${MOUNTED_SECRETS}/db-root-password`,
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
