import { z } from "zod";
import { WINDOWS_EDITIONS } from "../config/hosts";
import { type Fault, failed, type Result, succeeded } from "../faults";

/** A network card of a PC. */
const card = z.strictObject({
  name: z.string(),
  /** `virtual`: of a hypervisor, WSL, Docker or a VPN. */
  kind: z.enum(["wired", "wifi", "virtual"]),
  up: z.boolean(),
  /** Lower case with colons; empty where it has none. */
  mac: z.string().regex(/^(?:[0-9a-f]{2}(?::[0-9a-f]{2}){5})?$/),
  /** IPv4, each with the length of its prefix. */
  addresses: z.array(z.cidrv4()),
});

/**
 * What the precheck of a PC writes, on Windows and on Linux alike. What could not be read is null, or empty, and named in `unknown`. It
 * holds no name of a person: of the user's folder it says only what kind of name that has.
 */
const precheckSchema = z.strictObject({
  /** Version of this form. */
  classlabPrecheck: z.literal(1),
  /** When it was looked at, UTC. */
  made: z.iso.datetime(),
  /** Where it stands, as whoever was there typed it; empty where nobody did. */
  seat: z.string().max(40),
  /** The computer's own name. */
  name: z.string().min(1).max(255),
  os: z.enum(["windows", "linux"]),
  /** As it calls itself, such as `Microsoft Windows 11 Pro`. */
  product: z.string(),
  build: z.string(),
  /** Empty on Linux; `other` where Windows has a number that is not in the table. */
  edition: z.enum([...WINDOWS_EDITIONS, "other", ""]),
  /** Of the user interface, such as `ja-JP`. */
  language: z.string(),
  architecture: z.enum(["x64", "arm64", "other"]),
  processor: z.string(),
  /** Logical processors. */
  cpus: z.int().min(1),
  /** MiB. */
  memory: z.int().min(1),
  /** GiB of the drive that the system is on. */
  diskSize: z.int().min(0),
  /** GiB that are free there. */
  diskFree: z.int().min(0),
  /** Whether virtualization is on in the firmware; null where that cannot be told without an administrator. */
  firmwareVirtualization: z.boolean().nullable(),
  /** Whether the processor translates addresses in two levels, which Hyper-V needs; null where not told. */
  nestedPaging: z.boolean().nullable(),
  /** Whether a hypervisor of Windows' own runs: Hyper-V, Memory Integrity, WSL 2, Docker Desktop. */
  hypervisor: z.boolean(),
  hyperv: z.enum(["enabled", "disabled", "absent", "unknown"]),
  memoryIntegrity: z.boolean().nullable(),
  credentialGuard: z.boolean().nullable(),
  wsl2: z.boolean(),
  dockerDesktop: z.boolean(),
  /** KVM on Linux; empty on Windows. */
  kvm: z.enum(["usable", "denied", "absent", ""]),
  /** Version of VirtualBox; empty where it is not installed. */
  virtualbox: z.string(),
  /** The SSH server. */
  ssh: z.enum(["running", "stopped", "absent"]),
  /** Public key of the SSH server, type and base64; empty where there is none. */
  hostKey: z.string().regex(/^(?:ssh-ed25519 [A-Za-z0-9+/]+={0,2})?$/),
  bitlocker: z.enum(["on", "off", "unknown"]),
  /** Names of software that undoes changes at a restart. */
  restoreSoftware: z.array(z.string()),
  /** Whether the user is one of the administrators. */
  administrator: z.boolean(),
  rebootPending: z.boolean(),
  /** Whether optional features of Windows come from a server that has none of them (WSUS; error 0x800f0954). */
  featuresBlocked: z.boolean(),
  /** Whether the name of the user's folder has letters beyond ASCII. */
  userFolderPlain: z.boolean(),
  /** Whether the user's documents are in OneDrive. */
  oneDrive: z.boolean(),
  link: z.enum(["wired", "wifi", "none"]),
  /** IPv4 address by which it gets out; empty where it has none. */
  address: z.union([z.ipv4(), z.literal("")]),
  /** The network as Windows takes it: in a public one it lets nobody in. */
  networkProfile: z.enum(["private", "public", "domain", ""]),
  /** Host and port of the proxy; empty without one. */
  proxy: z.string(),
  cards: z.array(card),
  /** IPv4 subnets that it has a way into without a router, or by one of its own. */
  subnets: z.array(z.cidrv4()),
  /** Names of what could not be read. */
  unknown: z.array(z.string()),
});

/** What was seen of a PC. */
export type Precheck = z.output<typeof precheckSchema>;

/** Keys of what was seen, in the order in which a report has them. */
export const PRECHECK_KEYS: readonly string[] = Object.keys(precheckSchema.shape);

function invalid(file: string, what: string): Result<never> {
  const fault: Fault = {
    code: "precheck-invalid",
    where: file,
    what,
    expected: "a file as the precheck of this version writes it",
    fix: "Run the precheck on that PC again, from a stick that was written by this version",
  };
  return failed([fault]);
}

/**
 * Reads what came back from one PC.
 * @param file its name, for the fault
 * @param text its content; a byte order mark of an editor is passed over
 * @returns at the most one fault, `precheck-invalid`: the first thing that is wrong, and how many more there are
 */
export function readPrecheck(file: string, text: string): Result<Precheck> {
  let document: unknown;
  try {
    document = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    return invalid(file, text.trim() === "" ? "it is empty" : "it is no JSON, or was cut off");
  }
  const read = precheckSchema.safeParse(document);
  if (read.success) return succeeded(read.data);
  const version: unknown =
    typeof document === "object" && document !== null ? Reflect.get(document, "classlabPrecheck") : undefined;
  if (version === undefined) return invalid(file, "it is not what a precheck writes");
  if (version !== 1) return invalid(file, `it has form ${String(version)}, and this version reads form 1`);
  const [first, ...more] = read.error.issues;
  const at = first?.path.join(".") ?? "";
  const rest = more.length === 0 ? "" : `, and ${more.length} more`;
  return invalid(file, `${at === "" ? "" : `${at}: `}${first?.message ?? "it is wrong"}${rest}`);
}
