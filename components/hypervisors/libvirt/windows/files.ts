import { textIn } from "../../../packageRoot";

/** Where what runs in a guest with Windows is, in the checkout. */
const GUEST = "components/hypervisors/libvirt/windows/guest";

/** What a guest with Windows gets at its first start, by its name on the seed. What makes a PC a host makes the guest one, too. */
const SEED_FILES = {
  "FirstStart.ps1": `${GUEST}/FirstStart.ps1`,
  "Keeper.cs": `${GUEST}/Keeper.cs`,
  "KeeperProgram.cs": `${GUEST}/KeeperProgram.cs`,
  "Classlab.Host.psm1": "components/hosts/enrolment/Classlab.Host.psm1",
} as const;

/** Texts of files by their names. */
export type SeedFiles = Readonly<Record<keyof typeof SEED_FILES, string>>;

/**
 * Reads the files that the seed of a guest with Windows has.
 * @param root folder of the checkout, or of the package
 */
export function readSeedFiles(root: string): SeedFiles {
  const read = (name: keyof typeof SEED_FILES) => textIn(root, SEED_FILES[name]);
  return {
    "FirstStart.ps1": read("FirstStart.ps1"),
    "Keeper.cs": read("Keeper.cs"),
    "KeeperProgram.cs": read("KeeperProgram.cs"),
    "Classlab.Host.psm1": read("Classlab.Host.psm1"),
  };
}

/** Text of the module that is called in a guest with Windows. @param root folder of the checkout, or of the package */
export function readGuestModule(root: string): string {
  return textIn(root, `${GUEST}/Classlab.Guest.psm1`);
}
