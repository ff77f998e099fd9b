import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { execute, type Finished, ROOT } from "./cli";
import type { TestLab } from "./testLab";

/** What a checkout has that is of its machine, not of its sources; the first two are the same for both. */
const SHARED = ["node_modules", ".engine"];
const OWN = [".classlab", ".git", "bundle", "coverage"];

/**
 * Another operator's checkout, with a home of its own, that was handed a lab: its file, the address of its backend and the file of the
 * passphrase. The sources are copies, so that nothing of the first checkout is met by its path; installed packages and engine are the same.
 */
export class SecondCheckout {
  /** The checkout's folder. */
  readonly folder = mkdtempSync(join(tmpdir(), "classlab second operator "));
  private readonly env: NodeJS.ProcessEnv;
  private readonly file: string;

  constructor(lab: TestLab) {
    for (const entry of readdirSync(ROOT)) {
      if (SHARED.includes(entry)) symlinkSync(join(ROOT, entry), join(this.folder, entry));
      else if (!OWN.includes(entry)) cpSync(join(ROOT, entry), join(this.folder, entry), { recursive: true });
    }
    const handed = join(this.folder, "handed over");
    mkdirSync(handed);
    this.file = join(handed, basename(lab.file));
    const passphrase = join(handed, "passphrase");
    cpSync(lab.file, this.file);
    cpSync(join(lab.folder, "home", "passphrase"), passphrase);
    const { CLASSLAB_HOME: _home, ...env } = lab.env;
    this.env = {
      ...env,
      PULUMI_BACKEND_URL: `file://${join(lab.folder, "home", "state")}`,
      PULUMI_CONFIG_PASSPHRASE_FILE: passphrase,
    };
  }

  /** Runs a verb on the lab, in the second checkout. */
  run(verb: string, ...args: string[]): Promise<Finished> {
    const launcher = join(this.folder, "setup", "classlab.mjs");
    const words = [launcher, verb, "--config", this.file, ...args];
    return execute(process.execPath, words, { env: this.env, cwd: this.folder });
  }

  /** Removes it. */
  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
