import { createHash } from "node:crypto";
import { textIn } from "../../packageRoot";

/** What is run on a Windows host: the same for every host and every call. */
export interface ModuleFiles {
  /** Text of Bootstrap.ps1, which the command line holds. */
  readonly bootstrap: string;
  /** Text of Runner.ps1. */
  readonly runner: string;
  /** Text of Classlab.HyperV.psm1. */
  readonly module: string;
}

/** What is run on a Windows host to reach a guest: the same for every host and every guest. */
export interface ChannelFiles extends Pick<ModuleFiles, "module"> {
  /** Text of ChannelBootstrap.ps1, which the command line holds. */
  readonly bootstrap: string;
  /** Text of Channel.ps1. */
  readonly runner: string;
  /** Text of Channel.cs. */
  readonly program: string;
}

const moduleText = (root: string, name: string): string =>
  textIn(root, `components/hypervisors/hyperv/module/${name}`);

/**
 * Reads the files of the module.
 * @param root folder of the checkout, or of the package
 */
export function readModuleFiles(root: string): ModuleFiles {
  return {
    bootstrap: moduleText(root, "Bootstrap.ps1"),
    runner: moduleText(root, "Runner.ps1"),
    module: moduleText(root, "Classlab.HyperV.psm1"),
  };
}

/**
 * Reads the files of the channel.
 * @param root folder of the checkout, or of the package
 */
export function readChannelFiles(root: string): ChannelFiles {
  return {
    bootstrap: moduleText(root, "ChannelBootstrap.ps1"),
    runner: moduleText(root, "Channel.ps1"),
    module: moduleText(root, "Classlab.HyperV.psm1"),
    program: moduleText(root, "Channel.cs"),
  };
}

/** SHA-256 of a text's UTF-8, in lower-case hexadecimal digits, as Runner.ps1 makes it. */
export function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}
