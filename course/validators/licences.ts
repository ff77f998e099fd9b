import type { Fault } from "../faults";
import { targetOf } from "../hosts";
import type { Validator } from "./validator";

/** The exercise in which the Extension Pack is installed (manual L2502). */
export const EXTENSION_PACK_EXERCISE = "1-virtualbox";

/** Where the Extension Pack is installed, somebody accepted its licence, for a use that it allows (virtualbox.org, PUEL). */
export const extensionPackLicensed: Validator = (config) => {
  const index = config.exercises?.indexOf(EXTENSION_PACK_EXERCISE) ?? -1;
  if (index < 0 || !config.hosts.some((host) => targetOf(config, host) === "virtualbox")) return [];
  const { extensionPack } = config.licences;
  const fault = (rest: Omit<Fault, "code">): Fault[] => [{ code: "licence-missing", ...rest }];
  if (!extensionPack) {
    return fault({
      where: `lab.exercises[${index}]`,
      what: `exercise ${EXTENSION_PACK_EXERCISE} installs VirtualBox's Extension Pack, whose licence nobody has accepted`,
      expected:
        "licences: { extensionPack: { accepted: PUEL, basis: education } }, with the basis that is true",
    });
  }
  if (extensionPack.basis !== "commercial") return [];
  return fault({
    where: "lab.licences.extensionPack.basis",
    what: "the free licence of VirtualBox's Extension Pack does not allow commercial use",
    expected: "personal, education or evaluation where that is true",
    fix: `Buy licences from Oracle and install the pack by them, or leave exercise ${EXTENSION_PACK_EXERCISE} out`,
  });
};
