import { z } from "zod";
import { TARGETS } from "../support";
import { endpoint, fileHash, gibibytes, label, mebibytes, name } from "./primitives";

/** What a host can bear; what is left out is not checked, or taken from the type of a cloud host. */
const capacity = {
  cpus: z.int().min(1).max(1024).optional(),
  /** MiB. */
  memory: mebibytes.optional(),
  /** GiB. */
  disk: gibibytes.optional(),
};

const common = {
  name,
  /** Where its guests run; the lab's own target by default. */
  target: z.enum(TARGETS).optional(),
  /** Teams that are placed here at most; one unless the host is shared. */
  maxTeams: z.int().min(1).max(1000).optional(),
};

/** What VirtualBox on a host is to use; by default classlab's own choice. */
const virtualbox = z
  .strictObject({
    /**
     * File on the host that guests' disks begin with: a disk image (VDI, VMDK, VHD, qcow2) or, where its name ends in `.iso`, the DVD that learners
     * install from (manual L2580). By default Ubuntu's cloud image.
     */
    image: z
      .string()
      .regex(/^(?:\/|[A-Za-z]:\\).+\.(?:vdi|vmdk|vhd|qcow2|img|iso)$/i, {
        error: "an absolute path on the host that ends in .vdi, .vmdk, .vhd, .qcow2, .img or .iso",
      })
      .optional(),
    /** The card that is on the classroom LAN, as `VBoxManage list bridgedifs` names it; by default the one with an address of that LAN. */
    bridge: z.string().min(1).max(200).optional(),
  })
  .optional();

const OPERATING_SYSTEMS = ["linux", "windows"] as const;

/** Editions of Windows that differ in what they may do: Home has no Hyper-V. */
export const WINDOWS_EDITIONS = ["home", "pro", "education", "enterprise", "server"] as const;

/** The disk that guests on Hyper-V are made from, of generation 2 and with cloud-init. @param source where the host finds it, and how that is said */
const machineImage = (source: RegExp, error: string) =>
  z
    .strictObject({
      /** Path on the host, or address of a web server that the host reaches. */
      source: z.string().regex(source, { error }),
      /** SHA-256 of the file, in hexadecimal digits. */
      sha256: fileHash,
    })
    .optional();

/** The same for a host in a cloud: there is nothing on it before it is made. */
const cloudMachineImage = machineImage(/^https?:\/\/.+\.vhdx$/i, "an address such as https://…/ubuntu.vhdx");

/** Where `allowedCidrs` comes from: nobody else reaches the host. */
const allowedCidrs = z.array(z.cidrv4()).default([]);

/** Says that the state of what is made in a cloud may be in the checkout, and be lost with it. */
const state = z.literal("local-accepted").optional();

/** One host, or for clouds the pattern of which each team placed there gets one. */
export const hostSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("this-machine"), ...common, ...capacity, virtualbox }),
  z.strictObject({
    kind: z.literal("existing"),
    ...common,
    ...capacity,
    address: endpoint,
    port: z.int().min(1).max(65535).default(22),
    user: z.string().min(1).default("classlab"),
    /** The host's public key: nobody else is taken for it. */
    hostKey: z
      .string()
      .regex(/^(?:ssh-ed25519|ecdsa-sha2-nistp(?:256|384|521)|ssh-rsa) [A-Za-z0-9+/]+={0,2}(?: .*)?$/, {
        error: "a line of ssh-keyscan without the name before it, such as ssh-ed25519 AAAA…",
      })
      .optional(),
    /** File of this machine with the private key that opens it, without a passphrase; the lab's own key by default. */
    identityFile: z.string().regex(/^\//, { error: "an absolute path" }).optional(),
    os: z.enum(OPERATING_SYSTEMS),
    windows: z.enum(WINDOWS_EDITIONS).optional(),
    /** The disk that guests on Hyper-V are made from, of generation 2 and with cloud-init. */
    machineImage: machineImage(
      /^(?:[A-Za-z]:\\|https?:\/\/).+\.vhdx$/i,
      "a path on the host such as D:\\images\\ubuntu.vhdx, or an address such as https://…/ubuntu.vhdx",
    ),
    /** Whether it is in the classroom by cable or by Wi-Fi: towards Wi-Fi nothing is bridged. */
    link: z.enum(["wired", "wifi"]).default("wired"),
    /** Whether several teams share it: slot 1 then has the course's addresses, the others computed ones. */
    shared: z.boolean().default(false),
    virtualbox,
    /** Whether it already runs Hyper-V, Memory Integrity or WSL 2, which VirtualBox suffers from. */
    hyperv: z.boolean().optional(),
    /** Where it stands in the room. */
    seat: label.max(40).optional(),
    /** Whether virtualization is on in its firmware; not checked when left out. */
    virtualization: z.boolean().optional(),
    /** Whether software on it undoes every change at a restart. */
    restores: z.boolean().default(false),
  }),
  z.strictObject({
    kind: z.literal("ec2"),
    ...common,
    region: z.string().regex(/^[a-z]{2}-[a-z]+-\d$/, { error: "an AWS region such as ap-northeast-1" }),
    instanceType: z
      .string()
      .regex(/^[a-z0-9-]+\.[a-z0-9-]+$/, { error: "an instance type such as m8i.xlarge" }),
    os: z.enum(OPERATING_SYSTEMS).default("linux"),
    /** GiB. */
    disk: gibibytes.default(100),
    /** The disk that guests on Hyper-V are made from, of generation 2 and with cloud-init. */
    machineImage: cloudMachineImage,
    allowedCidrs,
    state,
    /** Whether staff come by Session Manager, so that nothing has to be open to them. */
    sessionManager: z.boolean().default(false),
  }),
  z.strictObject({
    kind: z.literal("azure"),
    ...common,
    location: z.string().regex(/^[a-z0-9]+$/, { error: "an Azure location such as japaneast" }),
    vmSize: z.string().regex(/^Standard_[A-Za-z0-9_]+$/, { error: "a size such as Standard_D4s_v5" }),
    os: z.enum(OPERATING_SYSTEMS).default("linux"),
    /** GiB. */
    disk: gibibytes.default(128),
    /** The disk that guests on Hyper-V are made from, of generation 2 and with cloud-init. */
    machineImage: cloudMachineImage,
    allowedCidrs,
    state,
    /** Whether staff come by Azure Bastion, so that nothing has to be open to them. */
    bastion: z.boolean().default(false),
  }),
]);

/** A host as configured. */
export type HostConfig = z.output<typeof hostSchema>;
