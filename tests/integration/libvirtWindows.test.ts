import { renderDefinition } from "../../components/hypervisors/libvirt/definition";
import type { DomainSettings } from "../../components/hypervisors/libvirt/domain";
import { document, LIBVIRT_URI as URI } from "../../components/hypervisors/libvirt/virsh";
import { domainSettings } from "../../operations/platforms/libvirt/domainXml";
import { execute, output } from "../support/cli";
import { SKIP_LIBVIRT } from "../support/testLab";
import { TCG } from "../unit/libvirtLab";
import { windowsGuest, windowsPlan } from "../unit/windowsLab";

// A real libvirt takes the definition of a guest with Windows, by its own checks beside its schema. Not proved: that it starts, for which the host needs UEFI
// firmware and an image of Windows, which nobody may hand out; nor what only KVM has (docs/field-test.md).
const suite = SKIP_LIBVIRT ? describe.skip : describe;

const virsh = (...args: string[]) => output("virsh", ["-q", "-c", URI, ...args]);

suite("a guest with Windows", () => {
  const mark = { ...TCG.mark, lab: "iwindows" };
  const settings = (windows: DomainSettings["windows"]): DomainSettings => ({
    ...TCG,
    mark,
    virtualization: "svm",
    ...(windows ? { windows } : {}),
  });
  const server = windowsGuest(windowsPlan(), "server");
  const client = windowsGuest(windowsPlan(), "client");
  const cases = [
    ["a server", { ...server, objectName: "iwindows-server" }, { secureBoot: false, tpm: false }],
    [
      "a client with Secure Boot",
      { ...client, objectName: "iwindows-client" },
      { secureBoot: true, tpm: false },
    ],
  ] as const;

  const define = (xml: string) =>
    execute("sh", ["-s"], {
      stdin: `virsh -q -c ${URI} define --validate /dev/stdin ${document(xml)}\n`,
    });
  const undefine = async () => {
    for (const [, { objectName }] of cases)
      await execute("virsh", ["-q", "-c", URI, "undefine", objectName, "--nvram"]);
  };
  beforeAll(undefine);
  afterAll(undefine);

  test.each(cases)("%s is defined as it was meant, and not started", async (_name, guest, hardware) => {
    const xml = renderDefinition(guest, settings(hardware));
    const defined = await define(xml);
    expect(defined).toMatchObject({ code: 0, stderr: "" });
    expect((await virsh("domstate", guest.objectName)).trim()).toBe("shut off");
    const shown = await virsh("dumpxml", guest.objectName);
    expect(domainSettings(shown)).toEqual(domainSettings(xml));
    // Nothing that libvirt adds by itself is on a bus that Windows has no driver of.
    expect(shown).not.toMatch(/bus='ide'|type='virtio-serial'/);
    expect(/<smm state='on'\/>/.test(shown)).toBe(hardware.secureBoot);
  });

  test("a TPM is taken where the host has swtpm, and refused by libvirt's own words where not", async () => {
    const [, [, guest, hardware]] = cases;
    const defined = await define(renderDefinition(guest, settings({ ...hardware, tpm: true })));
    const emulator = await execute("sh", ["-c", "command -v swtpm"]);
    if (emulator.code === 0) expect(defined).toMatchObject({ code: 0, stderr: "" });
    else expect(defined.stderr).toContain("TPM version '2.0' is not supported");
  });
});
