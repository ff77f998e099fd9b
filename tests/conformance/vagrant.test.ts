import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LabConfig } from "../../course/config";
import { PROVIDERS, renderVagrantfile } from "../../course/vagrantfile";
import { inRoot, leaveRoot, SKIP_VIRTUALBOX, VIRTUALBOX_ROOT } from "../support/virtualBoxRoot";

jest.setTimeout(120_000);

const PLACE = `/vagrant-${process.pid}`;
const outside = (path: string) => join(VIRTUALBOX_ROOT, PLACE, path);

/** Vagrant checks a provider's settings where that could be used; here neither can, and this file, which it reads first, says that they can. */
const BOTH_USABLE = `%w[hyperv virtualbox].each { |name| require Vagrant.source_root.join("plugins/providers", name, "provider") }
[VagrantPlugins::HyperV::Provider, VagrantPlugins::ProviderVirtualBox::Provider].each do |provider|
  provider.define_singleton_method(:usable?) { |*| true }
end
`;

/** All that Vagrant asks of VirtualBox here is its version, of which this Vagrant (2.3) knows 7.0 as the last. */
const VERSION = "#!/bin/sh\necho 7.0.26r168464\n";

async function validate(text: string, provider: string): Promise<{ code: number; told: string }> {
  writeFileSync(outside("Vagrantfile"), text);
  const { code, stdout, stderr } = await inRoot(["sh", "-c", `cd ${PLACE} && exec vagrant validate`], {
    HOME: PLACE,
    PATH: `${PLACE}:/usr/sbin:/usr/bin`,
    VAGRANT_DEFAULT_PROVIDER: provider,
    VAGRANT_CHECKPOINT_DISABLE: "1",
  });
  return { code, told: stdout + stderr };
}

const VALID = { code: 0, told: "Vagrantfile validated successfully.\n" };
const EDITIONS: readonly LabConfig["edition"][] = ["current", "2019"];

(SKIP_VIRTUALBOX ? describe.skip : describe)("the real vagrant validate", () => {
  beforeAll(() => {
    mkdirSync(outside(".vagrant.d"), { recursive: true });
    writeFileSync(outside(".vagrant.d/Vagrantfile"), BOTH_USABLE);
    writeFileSync(outside("VBoxManage"), VERSION, { mode: 0o755 });
  });
  afterAll(() => leaveRoot(PLACE, "none"));

  const cases = EDITIONS.flatMap((edition) => PROVIDERS.map((provider) => [edition, provider] as const));
  const text = (edition: LabConfig["edition"], provider: (typeof PROVIDERS)[number]) =>
    renderVagrantfile({ lab: "class", edition }, { id: "team-01" }, provider);

  test.each(cases)("takes a team's file of edition %s for %s", async (edition, provider) => {
    expect(await validate(text(edition, provider), provider)).toEqual(VALID);
  });

  // Else it would take anything.
  test.each([
    ["hyperv", "maxmemory", "maxmemry", "Hyper-V:\n* The following settings shouldn't exist: maxmemry"],
    [
      "virtualbox",
      "v.memory",
      "v.memry",
      "VirtualBox Provider:\n* The following settings shouldn't exist: memry",
    ],
    ["hyperv", "vm.hostname", "vm.hostnme", "vm:\n* The following settings shouldn't exist: hostnme"],
    [
      "hyperv",
      '"team-01"',
      '"team_01"',
      "* The hostname set for the VM 'default' should only contain letters",
    ],
  ] as const)("refuses a mistake of %s: %s", async (provider, right, wrong, words) => {
    const { code, told } = await validate(text("current", provider).replace(right, wrong), provider);
    expect({ code, words: told.includes(words) ? words : told }).toEqual({ code: 1, words });
  });
});
