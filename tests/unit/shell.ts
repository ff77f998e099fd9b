import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** The shells of this machine that rendered scripts are tried with: guests have dash, macOS and others have bash as sh. */
export const SHELLS = ["sh", "dash", "bash"].filter(
  (shell) => shell === "sh" || spawnSync(shell, ["-c", ":"]).status === 0,
);

/** How a script ended. */
export interface ShellRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Calls of the stand-in programs, one a line: where, program, arguments with `|` between them. */
  readonly calls: readonly string[];
}

// One write a call: scripts run several at once.
/** Head of a stand-in that writes down how it is called. */
export const record = (program: string) => `#!/bin/sh
call="\${AT:-host} ${program}"
for word in "$@"; do call="$call|$word"; done
printf '%s\\n' "$call" >> "$FAKE/calls"
`;

// `docker exec` runs its command here as well, as one in the guest.
const DOCKER = `${record("docker")}if [ "$1" = exec ]; then
  shift
  [ "$1" != -i ] || shift
  if [ -e "$FAKE/unreachable" ]; then echo "no such container: $1" >&2; exit 1; fi
  shift
  AT=guest
  export AT
  exec "$@"
fi
`;

// Owners cannot be changed by every user that runs tests; modes are read from the call.
const INSTALL = `${record("install")}
while [ $# -gt 0 ]; do
  case $1 in
    -d) shift ;;
    -m | -o | -g) shift 2 ;;
    *) mkdir -p "$1"; shift ;;
  esac
done
`;

/** A folder with stand-ins for the programs that a rendered script calls, and with the files they answer from. */
export class FakeShell {
  private static readonly made = new Set<FakeShell>();

  readonly folder = mkdtempSync(join(tmpdir(), "classlab-shell-"));

  /** @param docker body of the stand-in for Docker, in sh: `$AT` is `guest` inside one, `$FAKE` this folder */
  constructor(docker: string) {
    FakeShell.made.add(this);
    this.program("docker", DOCKER + docker);
    this.program("install", INSTALL);
    this.program("chown", record("chown"));
    this.program("locale", '#!/bin/sh\necho C\nif [ -e "$FAKE/locales" ]; then cat "$FAKE/locales"; fi\n');
    this.program("localedef", `${record("localedef")}echo "\${5%.UTF-8}.utf8" >> "$FAKE/locales"\n`);
  }

  /** Puts a program on the script's PATH. */
  program(name: string, text: string): void {
    this.write(`bin/${name}`, text);
    chmodSync(join(this.folder, "bin", name), 0o755);
  }

  /** Writes a file that a stand-in answers from. */
  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }

  /** Reads a file; empty when there is none. */
  read(path: string): string {
    return this.has(path) ? readFileSync(join(this.folder, path), "utf8") : "";
  }

  has(path: string): boolean {
    return existsSync(join(this.folder, path));
  }

  list(path: string): string[] {
    return this.has(path) ? readdirSync(join(this.folder, path)).sort() : [];
  }

  /** The script with the guest's own folders moved in here. */
  here(script: string): string {
    return (
      script
        .replaceAll("/etc/", `${this.folder}/root/etc/`)
        .replaceAll("/usr/share/i18n", `${this.folder}/root/usr/share/i18n`)
        .replaceAll("/usr/share/zoneinfo", `${this.folder}/root/usr/share/zoneinfo`)
        .replaceAll("/home/ubuntu", `${this.folder}/root/home/ubuntu`)
        .replaceAll("/disk/", `${this.folder}/root/disk/`)
        // What the database's container has mounted.
        .replaceAll("/run/secrets", `${this.folder}/root/disk/classlab/wordpress/database`)
    );
  }

  /** Runs a script as a resource or a channel does: on standard input, with arguments. */
  run(shell: string, script: string, ...args: string[]): ShellRun {
    this.write("calls", "");
    const result = spawnSync(shell, ["-eu", "-s", "--", ...args], {
      input: this.here(script),
      encoding: "utf8",
      cwd: this.folder,
      env: { PATH: `${this.folder}/bin:/usr/local/bin:/usr/bin:/bin`, FAKE: this.folder, LC_ALL: "C.UTF-8" },
      timeout: 15_000,
    });
    return {
      code: result.status,
      stdout: result.stdout,
      stderr: result.stderr,
      calls: this.read("calls").split("\n").filter(Boolean),
    };
  }

  /** Removes the folders of all that a test made. */
  static disposeAll(): void {
    for (const { folder } of FakeShell.made) rmSync(folder, { recursive: true, force: true });
    FakeShell.made.clear();
  }
}
