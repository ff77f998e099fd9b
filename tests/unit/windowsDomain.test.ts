import { readFileSync } from "node:fs";
import { join } from "node:path";
import { channelSocket } from "../../components/hypervisors/libvirt/channelPorts";
import { renderDefinition } from "../../components/hypervisors/libvirt/definition";
import type { DomainSettings } from "../../components/hypervisors/libvirt/domain";
import { renderInterface } from "../../components/hypervisors/libvirt/interface";
import { domainSettings } from "../../operations/platforms/libvirt/domainXml";
import { ROOT } from "./labs";
import { KVM, libvirtFaults, NO_SCHEMAS, TCG, testWith } from "./libvirtLab";
import { windowsGuest, windowsPlan } from "./windowsLab";

// The text alone, and that libvirt's schema takes it: no Windows was ever started with it (docs/field-test.md).

const PLAN = windowsPlan();
const SERVER = windowsGuest(PLAN, "server");
const CLIENT = windowsGuest(PLAN, "client");

const INTEL: DomainSettings = {
  ...KVM,
  virtualization: "vmx",
  windows: { secureBoot: false, tpm: false },
};
const TRUSTED: DomainSettings = { ...KVM, windows: { secureBoot: true, tpm: true } };
const EMULATED: DomainSettings = {
  ...TCG,
  virtualization: "svm",
  windows: { secureBoot: false, tpm: false },
};

const CASES = [
  ["a server with guests of its own, on Intel", SERVER, INTEL, "windows-server-kvm.xml"],
  ["a client with Secure Boot, a TPM and virtio", CLIENT, TRUSTED, "windows-client-kvm.xml"],
  ["a server on an emulated processor", SERVER, EMULATED, "windows-server-tcg.xml"],
] as const;

const file = (name: string) => join(ROOT, "tests/unit/expected/libvirt", name);

describe("the domain of a guest with Windows", () => {
  test.each(CASES)("%s, to the letter", (_name, guest, settings, name) => {
    expect(renderDefinition(guest, settings)).toBe(readFileSync(file(name), "utf8"));
  });

  testWith(NO_SCHEMAS, "libvirt's schema has nothing against any", () => {
    for (const [, guest, settings] of CASES)
      expect(libvirtFaults("domain", renderDefinition(guest, settings))).toBe("");
    expect(
      libvirtFaults("domain", renderDefinition(SERVER, INTEL).replace("<relaxed", "<relaxing")),
    ).not.toBe("");
  });

  test("shows the enlightened VMCS to a Hyper-V on Intel alone, and nothing of nesting where no guests run in it", () => {
    const xml = (nested: boolean, virtualization: "vmx" | "svm") =>
      renderDefinition({ ...SERVER, nested }, { ...INTEL, virtualization });
    expect(xml(true, "vmx")).toContain('<evmcs state="on"/>');
    expect(xml(true, "svm")).not.toContain("evmcs");
    expect(xml(true, "svm")).toContain('<reenlightenment state="on"/>');
    expect(xml(true, "svm")).toContain('<feature policy="require" name="svm"/>');
    expect(xml(false, "vmx")).not.toMatch(/evmcs|reenlightenment|policy="require"/);
    expect(xml(false, "vmx")).toContain('<feature policy="disable" name="vmx"/>');
  });

  test("has no device that only virtio's drivers know, unless they are in its image; and never IDE", () => {
    const own = renderDefinition(SERVER, INTEL);
    expect(own).not.toMatch(/virtio|bus="ide"/);
    expect(renderInterface(SERVER, 0, INTEL)).toContain('<model type="e1000e"/>');
    expect(renderDefinition(CLIENT, TRUSTED)).toContain('<target dev="vda" bus="virtio"/>');
    expect(renderInterface(CLIENT, 0, TRUSTED)).toContain('<model type="virtio"/>');
  });

  test("has the channel on its second serial port, and is known by it when somebody changes it", () => {
    const xml = renderDefinition(SERVER, INTEL);
    expect(xml).toContain(channelSocket(SERVER.objectName, 0));
    const ours = domainSettings(xml);
    expect(ours).toMatchObject({ memory: "8192 MiB", "the management channel": "1 ports" });
    expect(domainSettings(xml.replace(".channel.0", ".other"))).not.toHaveProperty([
      "the management channel",
    ]);
    expect(Object.keys(ours).filter((key) => key.startsWith("disk"))).toEqual(["disk sda", "disk sdb"]);
  });

  test("is refused where nothing is known of its firmware", () => {
    expect(() => renderDefinition(SERVER, KVM)).toThrow("nothing is known of the hardware of");
  });
});
