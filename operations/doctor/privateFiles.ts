import { join } from "node:path";
import type { Subject } from "./subject";

/** Something that only its owner should read, and others can. */
export interface LooseFile {
  readonly path: string;
  readonly mode: number;
  /** What it should be. */
  readonly wanted: number;
}

const FILE = 0o600;
const FOLDER = 0o700;

function loose(subject: Subject, paths: readonly string[], wanted: number): LooseFile[] {
  return paths.flatMap((path) => {
    const mode = subject.machine.mode(path);
    return mode === undefined || (mode & 0o077) === 0 ? [] : [{ path, mode, wanted }];
  });
}

/** The lab's private keys that others can read: ssh refuses to use such a key. */
export function looseKeys(subject: Subject): LooseFile[] {
  const folder = join(subject.machine.home, "keys", subject.file.lab);
  const keys = subject.machine.list(folder).map((name) => join(folder, name));
  return loose(subject, keys, FILE);
}

/** The passphrase's file; undefined where the passphrase is no file's. */
export function passphraseFile(subject: Subject): string | undefined {
  const { env } = subject.machine;
  return env.PULUMI_CONFIG_PASSPHRASE === undefined ? env.PULUMI_CONFIG_PASSPHRASE_FILE : undefined;
}

/** What else should be its owner's alone: the passphrase, the SSH configuration, the folders that hold them. */
export function looseOthers(subject: Subject): LooseFile[] {
  const { home } = subject.machine;
  const { lab } = subject.file;
  const passphrase = passphraseFile(subject);
  return [
    ...loose(
      subject,
      [
        ...(passphrase === undefined ? [] : [passphrase]),
        join(home, "ssh", `${lab}.conf`),
        join(home, "ssh", `${lab}.known_hosts`),
      ],
      FILE,
    ),
    ...loose(subject, [join(home, "keys"), join(home, "keys", lab), join(home, "state")], FOLDER),
  ];
}

/** A mode as `chmod` takes it. */
export function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}
