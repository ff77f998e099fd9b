import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { execute } from "./cli";

/** Milliseconds until a page that is forwarded opens, at the most. */
const PATIENCE = 20_000;

/** A PC of a team's learners, not with Windows: it has the files of the team's folder, and nothing else of the lab. */
export class LearnerPc {
  /** Without a blank: ssh tells itself the path of its file without quotes, where it goes on through another host. */
  private readonly folder = mkdtempSync(join(tmpdir(), "classlab-learner-"));
  private port = 0;

  /** Takes the files. They say where they are to be put, which here is a folder of its own, and what port pages are at, which here may be taken. */
  take(folder: string, port: number): void {
    cpSync(folder, this.folder, { recursive: true });
    this.port = port;
    const config = this.read("config.posix").replaceAll("~/.ssh", this.folder);
    writeFileSync(
      join(this.folder, "config"),
      config.replace(/(LocalForward 127\.0\.0\.1:)\d+/, `$1${port}`),
    );
  }

  /** Leaves nothing behind. */
  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Text of one of the files. */
  read(name: string): string {
    return readFileSync(join(this.folder, name), "utf8");
  }

  /** Runs a program of OpenSSH's there. */
  run(program: "ssh" | "sftp", ...words: string[]) {
    return execute(program, this.words(words));
  }

  private words(words: readonly string[]): string[] {
    return ["-F", join(this.folder, "config"), "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", ...words];
  }

  /** Opens the first page that goes through a host, while connected to it. */
  async page(host: string, path: string): Promise<string> {
    const through = spawn("ssh", this.words(["-N", "-o", "ExitOnForwardFailure=yes", host]), {
      stdio: "ignore",
    });
    try {
      for (const end = Date.now() + PATIENCE; ; await setTimeout(200)) {
        try {
          return await (await fetch(`http://127.0.0.1:${this.port}${path}`)).text();
        } catch (error) {
          if (Date.now() > end || through.exitCode !== null) throw error;
        }
      }
    } finally {
      through.kill();
    }
  }
}
