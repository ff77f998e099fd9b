import { FaultError } from "../../course/faults";
import type { LibvirtHostRecord } from "../../course/record";
import { type Firmware, probeFirmware, refuseUnfitForWindows } from "../../operations/firmware";
import { windowsPlan } from "./windowsLab";

/** A descriptor as Debian's ovmf has them. */
const descriptor = (features: readonly string[], more: object = {}) =>
  JSON.stringify({
    description: "UEFI firmware for x86_64",
    "interface-types": ["uefi"],
    mapping: { device: "flash" },
    targets: [{ architecture: "x86_64", machines: ["pc-q35-*"] }],
    features,
    ...more,
  });
const PLAIN = descriptor(["acpi-s3", "verbose-dynamic"]);
const SECURE = descriptor(["acpi-s3", "requires-smm", "secure-boot", "enrolled-keys"]);
const KEYLESS = descriptor(["requires-smm", "secure-boot"]);

describe("the firmware of a host", () => {
  const found = (...lines: readonly string[]) =>
    probeFirmware(async () => ({ code: 0, stdout: `${lines.join("\n")}\n`, stderr: "" }));

  test.each<[string, readonly string[], Firmware]>([
    ["nothing", [], { uefi: "none", tpm: false }],
    ["one that checks nothing", [PLAIN], { uefi: "plain", tpm: false }],
    ["one with Microsoft's keys, and swtpm", [PLAIN, SECURE, "tpm"], { uefi: "secure", tpm: true }],
    ["one that checks by no keys", [KEYLESS], { uefi: "none", tpm: false }],
    ["a BIOS", [descriptor([], { "interface-types": ["bios"] })], { uefi: "none", tpm: false }],
    [
      "one of ARM",
      [descriptor([], { targets: [{ architecture: "aarch64", machines: ["virt-*"] }] })],
      { uefi: "none", tpm: false },
    ],
    ["a descriptor that is cut off", ["{"], { uefi: "none", tpm: false }],
  ])("%s", async (_name, lines, expected) => {
    expect(await found(...lines)).toEqual(expected);
  });

  test("is looked for on this machine itself without an error", async () => {
    expect(["none", "plain", "secure"]).toContain((await probeFirmware()).uefi);
  });
});

describe("a host that lacks something", () => {
  const plan = windowsPlan();
  const refusal = (firmware: Firmware | undefined, of = plan) => {
    const host: LibvirtHostRecord = {
      acceleration: "kvm",
      sharedFolders: "9p",
      ...(firmware ? { firmware } : {}),
    };
    try {
      refuseUnfitForWindows(of, { "this-machine": host });
      return "taken";
    } catch (error) {
      if (error instanceof FaultError) return error.message;
      throw error;
    }
  };
  const servers = windowsPlan({
    guests: [{ ...{ name: "server", os: "windows", disk: { size: 64 } }, image: serverImage() }],
  });
  function serverImage() {
    return { source: "/srv/w.vhdx", sha256: "0".repeat(64), windows: "server-2022" };
  }

  test("is refused with what it lacks and how to have it", () => {
    expect(refusal({ uefi: "plain", tpm: false })).toBe(
      "host this-machine: guest team-01/client is to have Windows, and the host has no UEFI firmware with Secure Boot and Microsoft's keys, and no swtpm, which emulates a TPM. Install them on the host: sudo apt-get install ovmf swtpm swtpm-tools. [windows-host-unfit]",
    );
    expect(refusal(undefined, servers)).toContain("the host has no UEFI firmware. Install");
  });

  test("is taken for a server with plain firmware, and for Windows 11 with all of it", () => {
    expect(refusal({ uefi: "plain", tpm: false }, servers)).toBe("taken");
    expect(refusal({ uefi: "secure", tpm: true })).toBe("taken");
  });
});
