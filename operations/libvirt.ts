import { LIBVIRT_URI } from "../components/hypervisors/libvirt/virsh";
import { FaultError } from "../course/faults";
import { run } from "./process";
import { lookAtSetUp, provideBySetUp } from "./setUp";

/** What runs programs on a host: this machine's `run`, or one that goes there over SSH. */
export type HostRun = typeof run;

/** Versions of a host's libvirt. */
export interface LibvirtVersions {
  /** Of its daemon, e.g. `9.0.0`. */
  readonly libvirt: string;
  /** Of the QEMU that it starts, e.g. `7.2.22`. */
  readonly qemu: string;
}

/** The versions in the answer of `virsh version --daemon`; undefined where they are not in it. */
export function readLibvirtVersions(answer: string): LibvirtVersions | undefined {
  const libvirt = /^Running against daemon: (\S+)$/m.exec(answer)?.[1];
  const qemu = /^Running hypervisor: QEMU (\S+)$/m.exec(answer)?.[1];
  return libvirt && qemu ? { libvirt, qemu } : undefined;
}

/** Asks a host's libvirt for its versions; undefined when it does not answer within a minute: the first time, it asks QEMU what it can. */
export async function askLibvirt(onHost: HostRun = run): Promise<LibvirtVersions | undefined> {
  // Its words are read: in English.
  const words = ["LC_ALL=C", "virsh", "-c", LIBVIRT_URI, "version", "--daemon"];
  const result = await onHost("env", words, { deadline: 60_000 });
  return result.code === 0 ? readLibvirtVersions(result.stdout) : undefined;
}

/** A sentence of set-up as the next step for a reader: with a capital letter, and without what is only set-up's to say. */
export function nextStep(todo: string): string {
  const text = todo.replace(
    /, (?:or the same command again with --yes|then run the same command again)$/,
    "",
  );
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What {@link ensureLibvirt} asks and has done; others in tests. */
export interface LibvirtProvider {
  readonly ask: () => Promise<LibvirtVersions | undefined>;
  readonly provide: typeof provideBySetUp;
  readonly look: typeof lookAtSetUp;
}

/**
 * Provides libvirt on this machine, for a lab with guests on it: nothing is done where all is there and it answers.
 * @param consent whether packages may be installed and daemons started without asking
 * @throws FaultError `libvirt-not-running`
 */
export async function ensureLibvirt(
  consent: boolean,
  provider: LibvirtProvider = { ask: askLibvirt, provide: provideBySetUp, look: lookAtSetUp },
): Promise<LibvirtVersions> {
  // Programs beside it may be missing even where it answers: set-up knows which.
  const found = (await provider.look(["libvirt"])).libvirt;
  if (found?.missing || found?.kvmShut) await provider.provide(["libvirt"], consent);
  const versions = await provider.ask();
  const missing = found?.missing ? (await provider.look(["libvirt"])).libvirt?.missing : undefined;
  if (versions && !missing) return versions;
  throw new FaultError([
    {
      code: "libvirt-not-running",
      where: "this machine",
      what: missing
        ? `${missing.what}: ${missing.why}`
        : `libvirt does not tell its version (virsh -c ${LIBVIRT_URI} version --daemon)`,
      fix: missing ? nextStep(missing.todo) : "Look at libvirt's log, and run the command again",
    },
  ]);
}
