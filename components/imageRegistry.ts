import { join } from "node:path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { type ImageSet, imageNames } from "../course/images";
import type { RegistryServerPlan } from "../course/registry";
import type { SiteSettings } from "../course/siteSettings";
import type { HypervisorHost } from "./hypervisorHost";
import { HOME_VARIABLE } from "./hypervisors/channelOptions";
import { labelInputs } from "./hypervisors/containers";
import { proxyVariables } from "./hypervisors/containers/siteFiles";
import { type DriverContext, imagesOf, type StackProviders } from "./hypervisors/driver";
import { writePrivateFile } from "./privateFile";
import { registryCertificates } from "./registryCertificates";
import { accountLines, registryPasswordPath, renderRegistryFiles } from "./registryFiles";
import { type RegistryImage, renderRegistryImages } from "./registryImages";
import { script } from "./script";

/** Letters and digits that hold more than the 256 bits of a key. */
const SEED_LENGTH = 48;

/** Small letters and digits: 62 bits, and the same keys on every keyboard. */
const PASSWORD_LENGTH = 12;

/** What the registry's container is told of its mirror; nothing where it is none. */
function mirrorInputs(
  { mirror }: RegistryServerPlan,
  site: SiteSettings | undefined,
): { readonly envs: readonly string[]; readonly dns?: string[] } {
  if (!mirror) return { envs: [] };
  const proxy = site?.proxy ? proxyVariables(site.proxy).map(([name, value]) => `${name}=${value}`) : [];
  const authority = site?.caCertificate === undefined ? [] : [`CLASSLAB_SITE_CA=${site.caCertificate}`];
  return {
    envs: [
      `CLASSLAB_MIRROR_PORT=${mirror.port}`,
      ...(mirror.of === undefined ? [] : [`CLASSLAB_MIRROR_OF=${mirror.of}`, ...proxy, ...authority]),
    ],
    ...(site && site.dns.length > 0 ? { dns: [...site.dns] } : {}),
  };
}

/** The course's images as the lab has them, by the names that learners type. */
function courseImages(images: ImageSet): RegistryImage[] {
  return imageNames(images.edition).map(({ name, tags }) => ({
    reference: images.course[name].reference,
    tags,
  }));
}

/** Arguments of an {@link ImageRegistry}. */
export interface ImageRegistryArgs {
  /** The registry as planned. */
  readonly plan: RegistryServerPlan;
  /** The host that it is on. */
  readonly host: HypervisorHost;
  /** The classroom LAN. */
  readonly network: pulumi.CustomResource;
  /** Content id of its image. */
  readonly image: string;
  /** How its mirror of Docker Hub gets out of the room; undefined where nothing is in the way. */
  readonly site: SiteSettings | undefined;
  /** Which of its two authorities signs, and whether guests trust both. */
  readonly authority: { readonly signs: "a" | "b"; readonly both: boolean };
  /** Providers for scripts and secrets. */
  readonly providers: StackProviders;
  /** Owner mark and images. */
  readonly context: DriverContext;
}

/**
 * The class's own registry: one container on the classroom LAN with an address of its own, and no port published. In it distribution, which
 * keeps the images, and before it nginx with TLS and the accounts. distribution alone can check a password, but knows no rights of single
 * names; its way to have them is a server that signs tokens, which would be one more program with a key of its own. nginx sees account and
 * name in each request, and that is all the rule needs: who writes writes below the own account's name. An upload that borrows a
 * layer of another's image (`?mount=…&from=…`) reads what every account may read.
 *
 * Where it is to be a mirror of Docker Hub, a second distribution keeps what the class pulled, behind a port of its own that anybody on the LAN may
 * read from: Docker's engine shows a mirror no account but that of Docker Hub.
 *
 * Two seeds make two authorities, of which one signs: a change makes the idle one anew, has guests trust both, and then lets it sign.
 */
export class ImageRegistry extends pulumi.ComponentResource {
  /** Certificates that guests are to trust, in PEM form, known once the registry answers with what they signed. */
  readonly authorities: pulumi.Output<string>;
  /** Settles when the registry answers. */
  readonly files: pulumi.CustomResource;

  /** @param name logical name; children are named after it */
  constructor(name: string, args: ImageRegistryArgs, opts?: pulumi.ComponentResourceOptions) {
    const { plan, host, network, site, authority, providers, context } = args;
    super("classlab:index:ImageRegistry", name, { address: plan.address, port: plan.port }, opts);
    const secret = { parent: this, provider: providers.random };
    const { lab } = context.mark;
    const seeds = {
      a: new random.RandomPassword(`${name}-authority-a`, { length: SEED_LENGTH, special: false }, secret),
      b: new random.RandomPassword(`${name}-authority-b`, { length: SEED_LENGTH, special: false }, secret),
    };
    const idle = authority.signs === "a" ? "b" : "a";
    const made = (which: "a" | "b") =>
      seeds[which].result.apply((seed) => registryCertificates(seed, lab, plan.address));
    const accounts = plan.accounts.map((account) => {
      const { result } = new random.RandomPassword(
        `${name}-account-${account}`,
        { length: PASSWORD_LENGTH, special: false, upper: false },
        secret,
      );
      return result.apply((password) => {
        const home = process.env[HOME_VARIABLE];
        if (home) writePrivateFile(join(home, registryPasswordPath(lab, account)), `${password}\n`);
        return { name: account, password };
      });
    });
    const life = { parent: this, provider: host.prepared.provider, deleteBeforeReplace: true };
    const labels = labelInputs(context.mark);
    const { envs, ...names } = mirrorInputs(plan, site);
    const data = new docker.Volume(
      `${name}-data`,
      { name: `${plan.objectName}-data`, driver: "local", labels },
      life,
    );
    const container = new docker.Container(
      `${name}-container`,
      {
        name: plan.objectName,
        hostname: "registry",
        image: args.image,
        init: true,
        networksAdvanced: [{ name: plan.switchObject, ipv4Address: plan.address }],
        envs: [`CLASSLAB_PORT=${plan.port}`, `CLASSLAB_QUOTA=${plan.quota}`, ...envs],
        ...names,
        mounts: [{ type: "volume", source: data.name, target: "/registry" }],
        restart: "unless-stopped",
        logDriver: "json-file",
        logOpts: { "max-size": "10m", "max-file": "2" },
        labels,
        destroyGraceSeconds: 10,
      },
      { ...life, dependsOn: [network], replaceWith: [network, data] },
    );
    this.files = script(
      `${name}-files`,
      {
        shell: "sh -s --",
        apply: "",
        script: pulumi.secret(
          pulumi
            .all([made(authority.signs), pulumi.all(accounts)])
            .apply(([{ server }, known]) =>
              renderRegistryFiles(plan, server, accountLines(known, context.mark.id)),
            ),
        ),
        triggers: [container.id],
        deadline: "3m",
      },
      {
        parent: this,
        provider: providers.command,
        dependsOn: [container],
        deletedWith: container,
        replaceWith: [container],
        deleteBeforeReplace: true,
      },
    );
    if (plan.mirror?.preload) {
      script(
        `${name}-images`,
        {
          shell: "sh -s --",
          apply: "",
          script: renderRegistryImages(plan, courseImages(imagesOf(context))),
          // They are on its volume, which outlives the container.
          triggers: [data.id],
          deadline: "15m",
        },
        {
          parent: this,
          provider: providers.command,
          dependsOn: [this.files],
          deletedWith: data,
          replaceWith: [data],
          deleteBeforeReplace: true,
        },
      );
    }
    const trusted = [made(authority.signs), ...(authority.both ? [made(idle)] : [])];
    // Certificates are for everybody.
    this.authorities = pulumi.unsecret(
      pulumi.all(trusted).apply((all) => all.map(({ authority: pem }) => pem).join("")),
    );
    this.registerOutputs({ authorities: this.authorities });
  }
}
