import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What is run on a Windows host: the same for every host and every call. */
export interface ModuleFiles {
  /** Text of Bootstrap.ps1, which the command line holds. */
  readonly bootstrap: string;
  /** Text of Runner.ps1. */
  readonly runner: string;
  /** Text of Classlab.HyperV.psm1. */
  readonly module: string;
}

/**
 * Reads the files of the module.
 * @param root folder of the checkout, or of the package
 */
export function readModuleFiles(root: string): ModuleFiles {
  const text = (name: string) =>
    readFileSync(join(root, "components/hypervisors/hyperv/module", name), "utf8").replaceAll("\r\n", "\n");
  return {
    bootstrap: text("Bootstrap.ps1"),
    runner: text("Runner.ps1"),
    module: text("Classlab.HyperV.psm1"),
  };
}

/** SHA-256 of a text's UTF-8, in lower-case hexadecimal digits, as Runner.ps1 makes it. */
export function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}
