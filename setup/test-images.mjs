import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "./provide.mjs";

/** The lab whose images are all that most tests of labs want. The image of virtual machines is made of them, by the first lab that has any. */
const LAB = join(ROOT, "Pulumi.dev.yaml");

/**
 * Begins to make the images of the course beside the tests that come first and need none: they leave a processor idle half of the time, and the
 * labs would all wait for the images. It is for speed alone: a lab whose images are not there yet waits for them, makes what it lacks, and
 * tells what it could not.
 * @param {NodeJS.ProcessEnv} env with the engine on its path
 * @param {readonly string[]} [command] what makes the images of a lab, but for its file
 * @returns {{ ended: Promise<boolean>, stop: () => void }} whether all were made; and what ends it before
 */
export function beginImages(
  env,
  command = [join(ROOT, "setup", "classlab.mjs"), "images", "--yes", "--config"],
) {
  const home = mkdtempSync(join(tmpdir(), "classlab-images-"));
  const child = spawn(process.execPath, [...command, LAB], {
    cwd: ROOT,
    env: { ...env, CLASSLAB_HOME: home },
    stdio: "ignore",
  });
  const ended = new Promise((resolve) => {
    child.on("error", () => resolve(false));
    child.on("exit", (code) => resolve(code === 0));
  }).finally(() => rmSync(home, { recursive: true, force: true }));
  return { ended, stop: () => child.kill("SIGTERM") };
}
