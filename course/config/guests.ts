import { z } from "zod";
import { WINDOWS_VERSIONS } from "../windows/versions";
import { fileHash, gibibytes, mebibytes, name, port, timeZone } from "./primitives";

/** What people write first is the switch's mode on the adapter. */
const ADAPTER_MODE_RULE = "disabled, or instead of mode the key switch, whose mode the adapter then has";

const adapterSchema = z.union([
  z.strictObject({ switch: name, address: z.ipv4().optional() }),
  z.strictObject({ mode: z.literal("disabled", { error: ADAPTER_MODE_RULE }) }),
]);

/** One Docker stack of a guest. */
const dockerStackSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("nginx"), port: port.default(8080) }),
  z.strictObject({
    kind: z.literal("nginx-farm"),
    firstPort: port.default(8001),
    count: z.int().min(1).max(100).default(100),
  }),
  z.strictObject({ kind: z.literal("php-apache"), port: port.default(8070) }),
  z.strictObject({ kind: z.literal("wordpress"), port: port.default(8060) }),
]);

/** A guest that grows and shrinks: MiB at the start, at least and at most. */
const dynamicMemory = z.strictObject({ start: mebibytes, min: mebibytes, max: mebibytes });

/** Disk formats of the lecture on V2V; `auto` is the hypervisor's own. */
export const DISK_FORMATS = ["auto", "vdi", "vhd", "vhdx", "vmdk", "qcow2"] as const;

/** What a guest is installed with. */
export const PROFILES = ["server", "desktop"] as const;

/** Operating systems of guests. */
export const GUEST_SYSTEMS = ["linux", "windows"] as const;

/**
 * An image of Windows that whoever runs the lab has: Microsoft's licences let nobody hand one out. Generalized (sysprep), on a disk with GPT,
 * since it is started by UEFI.
 */
const windowsImageSchema = z.strictObject({
  /** Absolute path on the guest's host, or address of a web server that the host reaches. */
  source: z.string().regex(/^(?:\/|https?:\/\/)[^\s'"@]+\.(?:qcow2|vhdx|vmdk)$/i, {
    error:
      "a path on the host such as /srv/images/windows.vhdx, or an address such as https://…/windows.qcow2: a qcow2, VHDX or VMDK",
  }),
  /** SHA-256 of the file, in hexadecimal digits. */
  sha256: fileHash,
  /** The Windows in it. */
  windows: z.enum(WINDOWS_VERSIONS),
  /** Drivers of disk and network card in it: those of Windows itself, or Red Hat's for virtio, which are faster. */
  drivers: z.enum(["own", "virtio"]).default("own"),
});

/** One guest of every team. The values of the manual's `ubuntu-test1` are the defaults (L2520–2600). */
export const guestSchema = z.strictObject({
  name,
  os: z.enum(GUEST_SYSTEMS).default("linux"),
  /** What a guest with Windows begins with; the others begin with the lab's own image. */
  image: windowsImageSchema.optional(),
  adapters: z.array(adapterSchema).max(8).default([]),
  docker: z.array(dockerStackSchema).default([]),
  cpus: z.int().min(1).max(64).default(2),
  /** MiB: one number is static memory. */
  memory: z.union([mebibytes, dynamicMemory]).default(4096),
  disk: z
    .strictObject({
      /** GiB. */
      size: gibibytes.default(10),
      format: z.enum(DISK_FORMATS).default("auto"),
      allocation: z.enum(["dynamic", "fixed"]).default("dynamic"),
    })
    .prefault({}),
  /** By default what the target does best: `desktop` on the course's own hypervisors, else `server`. */
  profile: z.enum(PROFILES).optional(),
  /** Whether guests run in this guest. */
  nested: z.boolean().default(false),
  /** By default those of the lab's language. */
  locale: z
    .string()
    .regex(/^[a-z]{2,3}_[A-Z]{2}\.UTF-8$/, { error: "a locale such as ja_JP.UTF-8" })
    .optional(),
  keyboard: z
    .string()
    .regex(/^[a-z]{2,3}$/, { error: "a keyboard layout such as jp or us" })
    .optional(),
  timeZone: timeZone.optional(),
  /** A folder of the host that the guest mounts (manual L2640–2700). */
  sharedFolder: z
    .strictObject({ name: name.default("mount-test-win"), mountPoint: name.default("mnt-test") })
    .optional(),
  clipboard: z.enum(["off", "host-to-guest", "guest-to-host", "both"]).default("off"),
  /** Snapshots that are taken once the guest is ready. */
  snapshots: z.array(name).default([]),
  /** Copies of this guest, each with MAC addresses and an identity of its own (manual L2726). */
  clones: z.array(z.strictObject({ name, kind: z.enum(["full", "linked"]).default("full") })).default([]),
});

/** A guest as configured. */
export type GuestConfig = z.output<typeof guestSchema>;

/** One Docker stack of a guest, as configured. */
export type DockerStackConfig = z.output<typeof dockerStackSchema>;
