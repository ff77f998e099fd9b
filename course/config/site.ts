import { z } from "zod";
import { certificate, endpoint } from "./primitives";

const httpUrl = z
  .url({ protocol: /^https?$/, error: "an address such as http://proxy.example:8080" })
  // The plan is shown to everybody, and every guest has the address in clear.
  .refine((url) => !url.includes("@"), { error: "an address without user name and password" });

/** A Docker Engine does not start with a mirror that is more than scheme and host (docs.docker.com/docker-hub/mirror). */
const mirrorUrl = httpUrl.refine((text) => /^https?:\/\/[^/?#@]+\/?$/.test(text), {
  error: "scheme and host alone, such as https://mirror.example:5000",
});

/** The network of the room, as its administrator describes it. */
export const siteSchema = z.strictObject({
  network: z
    .strictObject({
      /** The room's own subnet: bridged guests are in it. */
      cidr: z.cidrv4().optional(),
      gateway: z.ipv4().optional(),
      /** Where bridged guests' addresses come from; the plan's own by default. */
      addressing: z.union([z.literal("dhcp"), z.strictObject({ from: z.ipv4(), to: z.ipv4() })]).optional(),
      dns: z.array(z.ipv4()).max(3).default([]),
      ntp: z.array(endpoint).max(4).default([]),
      proxy: z
        .strictObject({
          http: httpUrl,
          /** The same as `http` by default. */
          https: httpUrl.optional(),
          /** Names, domains and subnets that are reached without it; those of the lab are always among them. */
          except: z
            .array(
              z
                .string()
                .regex(/^[A-Za-z0-9.*/:-]+$/, { error: "a name, a domain such as .example, or a subnet" }),
            )
            .default([]),
        })
        .optional(),
      /** The certificate that a proxy which looks into encrypted connections signs with. */
      caCertificate: certificate.optional(),
      link: z.enum(["wired", "wifi"]).default("wired"),
      /** True where the room lets no unknown MAC address in: `plan --macs` lists them. */
      macRegistration: z.boolean().default(false),
    })
    .prefault({}),
});

/** A site as configured. */
export type SiteConfig = z.output<typeof siteSchema>;

/** Smallest quota of a registry, in MiB: one image of the course that is built on ubuntu, and as much again. */
const SMALLEST_QUOTA = 256;

/** The class's own image registry. */
export const registrySchema = z.strictObject({
  /** A registry that the lab makes on the classroom LAN; `true` for one with all defaults. */
  run: z
    .union([
      z.literal(true, { error: "true, or a mapping with address, port, quota, mirror or preload" }),
      z.strictObject({
        /** Its address on the classroom LAN: the last of the subnet by default. */
        address: z.ipv4().optional(),
        /** TCP port; with 443 names of images need none. */
        port: z.int().min(1).max(65535).default(443),
        /** MiB that all images take together at the most. */
        quota: z.int().min(SMALLEST_QUOTA).default(10240),
        /** Whether it is also a mirror of Docker Hub, which brings each image in once; an address makes it the mirror of that registry. */
        mirror: z
          .union([
            z.boolean({ error: "true, false, or an address such as https://mirror.example:5000" }),
            mirrorUrl,
          ])
          .default(false),
        /** Whether it has the course's images from the start, which guests then get from it as from Docker Hub: also in a room that is cut off. */
        preload: z.boolean().default(false),
      }),
    ])
    .optional(),
  /** Where guests' Docker Engines ask before Docker Hub. */
  mirror: mirrorUrl.optional(),
  /** Where learners push to: host, with a port where it is not 443. */
  push: z
    .string()
    .regex(/^[a-z0-9.-]+(:\d{1,5})?$/, { error: "a host such as registry.lab.example:5000" })
    .optional(),
  /** The certificate authority of either. */
  caCertificate: certificate.optional(),
  /** Accounts on it: one for each team, named by its id. */
  accounts: z.enum(["per-team", "none"]).default("per-team"),
});

/** A registry as configured. */
export type RegistryConfig = z.output<typeof registrySchema>;
