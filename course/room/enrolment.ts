import { z } from "zod";
import type { ExtensionPackBasis } from "../config";
import { FAULT_CODES, type Fault, failed, type Result, succeeded } from "../faults";

/** A file of the stick, pinned. */
export interface PinnedFile {
  /** Its name. */
  readonly file: string;
  /** In lower-case hexadecimal digits. */
  readonly sha256: string;
}

/** What enrolling does to a PC: data of `enroll.json`, whose keys are parameters of `Set-ClasslabEnrolment`. */
export interface EnrolmentSettings {
  readonly user: string;
  /** Line of `authorized_keys`. */
  readonly publicKey: string;
  /** IPv4 subnets that are let in. */
  readonly from: readonly string[];
  /** False where no SSH from outside is allowed. */
  readonly ssh: boolean;
  readonly hypervisor: "hyperv" | "virtualbox" | "none";
  /** OpenSSH as an MSI, for PCs whose optional features are blocked. */
  readonly openSsh?: PinnedFile;
  readonly virtualBox?: PinnedFile & { readonly version: string };
  readonly extensionPack?: PinnedFile & {
    readonly accepted: "PUEL";
    readonly basis: ExtensionPackBasis;
    /** SHA-256 of the licence's text, by which it is accepted (VBoxManage extpack). */
    readonly licence: string;
  };
}

const fault = (where: string, what: string, expected: string): Fault => ({
  code: "enrolment-invalid",
  where,
  what,
  expected,
});

/** Names that Windows and Linux both take for a user, and that need no quoting in a line of sudoers. */
const USER = /^[a-z][a-z0-9-]{0,19}$/;

const KEY =
  /^(?:ssh-ed25519|ecdsa-sha2-nistp(?:256|384|521)|ssh-rsa) [A-Za-z0-9+/]+={0,2}(?: [\x21-\x7e]+)?$/;

/** The version in the name of a file of VirtualBox's, as its makers name them; undefined where there is none. */
export function virtualBoxVersion(file: string): string | undefined {
  return /(?:^VirtualBox|Extension_Pack)-(\d+\.\d+\.\d+)/.exec(file)?.[1];
}

/** What is wrong with settings, before anything is written: all of it. */
export function settingsFaults(settings: EnrolmentSettings): Fault[] {
  const { user, publicKey, from, virtualBox, extensionPack } = settings;
  const pack = extensionPack && virtualBoxVersion(extensionPack.file);
  return [
    ...(USER.test(user)
      ? []
      : [
          fault(
            "user",
            `"${user}" is no user of both systems`,
            "lower-case letters, digits and hyphens, at most 20",
          ),
        ]),
    ...(KEY.test(publicKey)
      ? []
      : [fault("publicKey", "it is no public SSH key", "one line, such as ssh-ed25519 AAAA…")]),
    ...(from.length > 0
      ? []
      : [
          fault(
            "--from",
            "no subnet is named that may come in",
            "--from 192.168.99.0/24, the subnet of the controller",
          ),
        ]),
    ...from.flatMap((cidr) =>
      z.cidrv4().safeParse(cidr).success && !cidr.endsWith("/0")
        ? []
        : [fault("--from", `${cidr} is no IPv4 subnet, or all of them`, "a subnet such as 192.168.99.0/24")],
    ),
    ...(extensionPack && virtualBox && pack !== virtualBox.version
      ? [
          fault(
            "--extension-pack",
            `${extensionPack.file} is of version ${pack ?? "unknown"}, and VirtualBox of ${virtualBox.version}`,
            "both of one version (manual L2502)",
          ),
        ]
      : []),
  ];
}

const recordSchema = z.object({
  classlabRecord: z.literal(1),
  verb: z.enum(["enroll", "release"]),
  name: z.string().min(1),
  answer: z.discriminatedUnion("ok", [
    z.object({
      ok: z.literal(true),
      value: z.object({
        rebootNeeded: z.boolean(),
        hostKey: z.string().optional(),
        released: z.int().optional(),
      }),
    }),
    z.object({
      ok: z.literal(false),
      fault: z.object({
        code: z.enum(FAULT_CODES),
        where: z.string(),
        what: z.string(),
        expected: z.string().optional(),
        fix: z.string().optional(),
      }),
    }),
  ]),
});

/** What a PC wrote on the stick when it was enrolled or given back. */
export type EnrolmentRecord = z.output<typeof recordSchema>;

/** Reads what a PC wrote. @returns a record, or one fault `enrolment-invalid` */
export function readRecord(file: string, text: string): Result<EnrolmentRecord> {
  let document: unknown;
  try {
    document = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    return failed([fault(file, "it is no JSON, or was cut off", "what enroll.cmd writes")]);
  }
  const read = recordSchema.safeParse(document);
  if (read.success) return succeeded(read.data);
  const [first] = read.error.issues;
  return failed([
    fault(
      file,
      `${first?.path.join(".") || "it"}: ${first?.message ?? "it is wrong"}`,
      "what enroll.cmd writes",
    ),
  ]);
}
