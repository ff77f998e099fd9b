import type { Language } from "./languages";

/**
 * Everything that can go wrong and be said in advance or by name. The list is closed: each code has a fixture with
 * its expected message under `tests/fixtures/bad`, and a test compares the two lists.
 */
export const FAULT_CODES = [
  "config-file",
  "config-yaml",
  "config-missing",
  "config-unknown-key",
  "config-value",
  "secret-in-lab",
  "duplicate-team",
  "duplicate-slot",
  "duplicate-switch",
  "duplicate-guest",
  "duplicate-docker-stack",
  "duplicate-address",
  "duplicate-port",
  "unknown-switch",
  "mode-unsupported",
  "target-not-built",
  "feature-unsupported",
  "vlan-invalid",
  "subnet-invalid",
  "subnet-overlap",
  "subnet-in-use",
  "address-outside-subnet",
  "address-reserved",
  "address-space-exhausted",
  "name-too-long",
  "lab-name-in-use",
  "calendar-invalid",
  "image-missing",
  "image-build-failed",
  "image-damaged",
  "registry-unreachable",
  "pull-limit",
  "image-withdrawn",
  "docker-not-running",
  "libvirt-not-running",
  "virtualbox-not-ready",
  "stack-absent",
  "edition-changed",
  "stack-locked",
  "state-damaged",
  "passphrase-wrong",
  "disk-full",
  "would-replace",
  "object-in-the-way",
  "unknown-team",
  "unknown-exercise",
  "team-not-alone",
  "report-unwritable",
  "engine-failed",
  "interrupted",
  "guest-not-ready",
  "no-team-chosen",
  "rotate-failed",
  "environment-missing",
  "needs-confirmation",
  "state-unsupported",
  "roster-missing",
  "roster-invalid",
  "roster-lock",
  "roster-changed",
  "file-exists",
  "duplicate-host",
  "duplicate-snapshot",
  "duplicate-clone",
  "unknown-host",
  "no-room",
  "host-name-too-long",
  "capacity-exceeded",
  "target-unsupported",
  "channel-unsupported",
  "cloud-access",
  "bridge-impossible",
  "memory-invalid",
  "windows-image-missing",
  "windows-too-small",
  "windows-image-unusable",
  "windows-host-unfit",
  "licence-missing",
  "desktop-users",
  "coexistence-undecided",
  "site-network-invalid",
  "registry-impossible",
  "disk-format-unknown",
  "disk-image-unreadable",
  "convert-failed",
  "nested-impossible",
  "cloud-type-unfit",
  "cloud-busy",
  "cloud-quota",
  "cloud-denied",
  "cloud-in-use",
  "host-stopped",
  "state-too-near",
  "cloud-image-unreachable",
  "cloud-image-untrusted",
  "host-key-missing",
  "host-key-changed",
  "host-unreachable",
  "host-access-denied",
  "host-unsuitable",
  "host-command-failed",
  "hyperv-not-running",
  "administrator-needed",
  "module-mismatch",
  "merge-unfinished",
  "precheck-missing",
  "precheck-invalid",
  "enrolment-invalid",
  "package-untrusted",
  "release-incomplete",
  "port-taken",
] as const;

/** One of the closed list of causes. */
export type FaultCode = (typeof FAULT_CODES)[number];

/** One thing that is wrong, told so that the reader can mend it. */
export interface Fault {
  /** The cause, from the closed list. */
  readonly code: FaultCode;
  /** Where it stands: a path in the configuration (`lab.guests[1].name`), a team, a file or a machine. */
  readonly where: string;
  /** What was found, as a sentence without its full stop. */
  readonly what: string;
  /** What would have been right; absent where nothing else could stand there. */
  readonly expected?: string;
  /** The next step for the reader; absent where `expected` says it already. */
  readonly fix?: string;
}

/** The command line's exit codes (docs/architecture.md, "The command line"). */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  missing: 3,
  different: 4,
  leftovers: 5,
  locked: 7,
} as const;

const EXIT_BY_CODE: Partial<Record<FaultCode, number>> = {
  "image-missing": EXIT.missing,
  "image-damaged": EXIT.missing,
  "registry-unreachable": EXIT.missing,
  "pull-limit": EXIT.missing,
  "image-withdrawn": EXIT.missing,
  "docker-not-running": EXIT.missing,
  "libvirt-not-running": EXIT.missing,
  "virtualbox-not-ready": EXIT.missing,
  "nested-impossible": EXIT.missing,
  "windows-image-unusable": EXIT.missing,
  "windows-host-unfit": EXIT.missing,
  "cloud-type-unfit": EXIT.missing,
  "cloud-quota": EXIT.missing,
  "cloud-denied": EXIT.missing,
  "host-stopped": EXIT.missing,
  "cloud-busy": EXIT.failed,
  "cloud-in-use": EXIT.failed,
  "cloud-image-unreachable": EXIT.missing,
  "cloud-image-untrusted": EXIT.failed,
  "host-unsuitable": EXIT.missing,
  "hyperv-not-running": EXIT.missing,
  "administrator-needed": EXIT.missing,
  "environment-missing": EXIT.missing,
  "host-unreachable": EXIT.missing,
  "host-key-changed": EXIT.missing,
  "host-access-denied": EXIT.missing,
  "passphrase-wrong": EXIT.missing,
  "image-build-failed": EXIT.failed,
  "engine-failed": EXIT.failed,
  "host-command-failed": EXIT.failed,
  "module-mismatch": EXIT.failed,
  "merge-unfinished": EXIT.failed,
  "package-untrusted": EXIT.failed,
  "release-incomplete": EXIT.failed,
  "state-damaged": EXIT.failed,
  "disk-full": EXIT.failed,
  "would-replace": EXIT.failed,
  "object-in-the-way": EXIT.failed,
  "port-taken": EXIT.failed,
  interrupted: EXIT.failed,
  "guest-not-ready": EXIT.failed,
  "rotate-failed": EXIT.failed,
  "convert-failed": EXIT.failed,
  "stack-locked": EXIT.locked,
};

/** The exit code of a cause: wrong usage or configuration unless it says otherwise. */
export function exitCodeOfCause(code: FaultCode): number {
  return EXIT_BY_CODE[code] ?? EXIT.usage;
}

/** The exit code for a list of faults: that of the first. */
export function exitCodeOf(faults: readonly Fault[]): number {
  const first = faults[0];
  return first ? exitCodeOfCause(first.code) : EXIT.done;
}

/** Ends a sentence; words of other programs may have ended it already. */
function sentence(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}

/** What stands around the parts of a fault, which are English themselves. */
const AROUND: Readonly<
  Record<Language, { readonly head: string; readonly expected: string; readonly fix: string }>
> = {
  en: { head: "", expected: "Expected ", fix: "" },
  ja: {
    head: "エラー（内容は英語です。[ ] 内の名前で docs/causes.md を検索すると、原因と対処を確認できます）\n",
    expected: "必要な条件: ",
    fix: "対処: ",
  },
};

/**
 * A fault as one line of text: where, what, what was expected, what to do.
 * @param language of the words around these; English by default
 */
export function formatFault(fault: Fault, language: Language = "en"): string {
  const { expected, fix } = AROUND[language];
  return [
    sentence(`${fault.where}: ${fault.what}`),
    ...(fault.expected ? [sentence(`${expected}${fault.expected}`)] : []),
    ...(fault.fix ? [sentence(`${fix}${fault.fix}`)] : []),
  ].join(" ");
}

/**
 * Several faults as lines, each with its code in brackets for `docs/causes.md` and for searching.
 * @param language of the words around them; English by default
 */
export function formatFaults(faults: readonly Fault[], language: Language = "en"): string {
  const lines = faults.map((fault) => `${formatFault(fault, language)} [${fault.code}]`);
  return `${AROUND[language].head}${lines.join("\n")}`;
}

/** Faults thrown by operations, where a return value would have to pass through many hands. */
export class FaultError extends Error {
  /** @param faults what is wrong; never empty */
  constructor(readonly faults: readonly [Fault, ...Fault[]]) {
    super(formatFaults(faults));
    this.name = "FaultError";
  }
}

/** True for an error that is a fault of the given cause. */
export function isFault(error: unknown, code: Fault["code"]): error is FaultError {
  return error instanceof FaultError && error.faults[0].code === code;
}

/** A value or the reasons why there is none. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly faults: readonly [Fault, ...Fault[]] };

/** The result that holds a value. */
export function succeeded<T>(value: T): Result<T> {
  return { ok: true, value };
}

/** The result that holds faults; at least one, or it is a defect of the caller. */
export function failed(faults: readonly Fault[]): Result<never> {
  const [first, ...rest] = faults;
  if (!first) throw new Error("a failed result needs a fault");
  return { ok: false, faults: [first, ...rest] };
}
