import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CHANNEL_PORTS } from "../../components/hypervisors/libvirt/channelPorts";
import { consoleLog, renderDomain, sharedFolderOf } from "../../components/hypervisors/libvirt/domain";
import { renderInterface, renderParkedInterface } from "../../components/hypervisors/libvirt/interface";
import { markIn } from "../../components/hypervisors/libvirt/ownerMark";
import {
  diskVolume,
  poolFolder,
  renderOverlay,
  renderPool,
  renderSeedVolume,
  seedVolume,
} from "../../components/hypervisors/libvirt/pool";
import type { GuestPlan } from "../../course/plan";
import { ROOT } from "./labs";
import { guestOf, KVM, libvirtFaults, libvirtPlan, MARK, NO_SCHEMAS, TCG, testWith } from "./libvirtLab";

const PLAN = libvirtPlan();
const PLAIN = guestOf(PLAN, "plain");
const DESK = guestOf(PLAN, "desk");
const ALONE = guestOf(PLAN, "alone");

const expected = (file: string) => readFileSync(join(ROOT, "tests/unit/expected/libvirt", file), "utf8");

/** Lines of one text that the other lacks, without indentation. */
function beyond(text: string, other: string): string[] {
  const known = new Set(other.split("\n").map((line) => line.trim()));
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => !known.has(line));
}

const UEFI = { ...KVM, boot: { kind: "disk", firmware: "uefi" } } as const;
const BASE = { path: "/var/lib/libvirt/images/base.qcow2", format: "qcow2" } as const;

describe("a domain", () => {
  test.each([
    ["a server with KVM", PLAIN, KVM, "plain-kvm.xml"],
    ["a desktop with KVM, nested, dynamic memory, a shared folder", DESK, KVM, "desk-kvm.xml"],
    ["a server without adapters, emulated, by a kernel", ALONE, TCG, "alone-tcg.xml"],
  ])("%s, to the letter", (_name, guest, settings, file) => {
    expect(renderDomain(guest, settings)).toBe(expected(file));
  });

  test("without KVM: the emulated processor, which shows its virtualization to a nested guest alone", () => {
    const kvm = renderDomain(DESK, KVM);
    const emulated = renderDomain(DESK, { ...KVM, acceleration: "tcg" });
    expect(beyond(emulated, kvm)).toEqual([
      '<domain type="qemu">',
      '<cpu mode="maximum" check="none">',
      // With it a guest without svm does not find its files (QEMU 7.2).
      '<feature policy="disable" name="la57"/>',
    ]);
    expect(beyond(renderDomain({ ...DESK, nested: false }, KVM), kvm)).toEqual([
      '<feature policy="disable" name="vmx"/>',
      '<feature policy="disable" name="svm"/>',
    ]);
  });

  test.each(["vmx", "svm"] as const)(
    "a guest that runs guests does not start without the host's %s",
    (name) => {
      const known = { ...KVM, virtualization: name };
      expect(beyond(renderDomain(DESK, known), renderDomain(DESK, KVM))).toEqual([
        `<feature policy="require" name="${name}"/>`,
      ]);
      // The others do not depend on it, nor does one whose host is known to have none: that is refused before.
      expect(renderDomain(PLAIN, known)).toBe(renderDomain(PLAIN, KVM));
      expect(renderDomain(DESK, { ...KVM, virtualization: "none" })).toBe(renderDomain(DESK, KVM));
    },
  );

  test("a disk that is a copy lies over nothing", () => {
    expect(renderDomain({ ...PLAIN, disk: { ...PLAIN.disk, allocation: "fixed" } }, KVM)).not.toContain(
      "backingStore",
    );
  });

  test("UEFI is asked for by name: libvirt finds the firmware", () => {
    expect(beyond(renderDomain(PLAIN, UEFI), renderDomain(PLAIN, KVM))).toEqual(['<os firmware="efi">']);
  });

  test("a folder by 9p: files stay readable on the host, and memory is not shared", () => {
    const by9p = renderDomain(DESK, { ...KVM, sharedFolders: TCG.sharedFolders });
    const byVirtiofs = renderDomain(DESK, KVM);
    expect(beyond(by9p, byVirtiofs)).toEqual([
      '<filesystem type="mount" accessmode="mapped" fmode="0644" dmode="0755">',
    ]);
    expect(beyond(byVirtiofs, by9p)).toEqual([
      "<memoryBacking>",
      '<source type="memfd"/>',
      '<access mode="shared"/>',
      "</memoryBacking>",
      '<filesystem type="mount" accessmode="passthrough">',
      '<driver type="virtiofs"/>',
    ]);
    expect(sharedFolderOf(DESK, KVM)).toBe("/srv/classlab/lab-team-01-desk");
  });

  test.each(["host-to-guest", "guest-to-host", "both"] as const)(
    "clipboard %s: SPICE's, both ways",
    (clipboard) => {
      expect(renderDomain({ ...DESK, clipboard }, KVM)).toContain('<clipboard copypaste="yes"/>');
      expect(beyond(renderDomain({ ...DESK, clipboard: "off" }, KVM), renderDomain(DESK, KVM))).toEqual([
        '<clipboard copypaste="no"/>',
      ]);
    },
  );

  test("memory is dynamic where it may shrink, also when it starts with all", () => {
    const domain = (memory: GuestPlan["memory"]) => renderDomain({ ...PLAIN, memory }, KVM);
    const fixed = domain({ start: 1024, min: 1024, max: 1024 });
    expect(fixed).toContain('<memballoon model="none"/>');
    expect(beyond(domain({ start: 1024, min: 512, max: 1024 }), fixed)).toEqual([
      '<memballoon model="virtio" freePageReporting="on">',
      '<stats period="10"/>',
      "</memballoon>",
    ]);
  });

  test("two guests share no name, UUID, file or address but their base, which stays the host's", () => {
    const values = (guest: GuestPlan) =>
      [
        ...renderDomain(guest, KVM).matchAll(
          /<name>.*|<uuid>.*|(?<=source |log |mac |bind" )(file|address|path)="[^"]*"/g,
        ),
      ].map(([value]) => value);
    const [plain, desk] = [values(PLAIN), values(DESK)];
    expect(plain).toHaveLength(7 + CHANNEL_PORTS);
    expect(plain.filter((value) => desk.includes(value))).toEqual([`file="${KVM.base.path}"`]);
    expect(renderDomain(PLAIN, KVM)).toContain(`<source file="${KVM.base.path}">
          <seclabel model="dac" relabel="no"/>`);
  });

  test("what a folder's name holds stays text", () => {
    const xml = renderDomain(DESK, { ...KVM, sharedFolders: { parent: `/srv/a"b<c>&'`, by: "9p" } });
    expect(xml).toContain(`<source dir="/srv/a&quot;b&lt;c&gt;&amp;'/lab-team-01-desk"/>`);
  });

  test("the log of its console", () => {
    expect(consoleLog(PLAIN, KVM)).toBe("/var/log/libvirt/qemu/lab-team-01-plain.console.log");
  });

  testWith(NO_SCHEMAS, "libvirt's schema takes every guest on every kind of host", () => {
    const guests = [...PLAN.teams.flatMap((team) => team.guests), { ...PLAIN, nested: true }];
    const hosts = [KVM, TCG, UEFI, { ...KVM, sharedFolders: TCG.sharedFolders }];
    const faults = guests.flatMap((guest) =>
      hosts.map((host) => libvirtFaults("domain", renderDomain(guest, host))),
    );
    expect(faults).toEqual(faults.map(() => ""));
    expect(libvirtFaults("domain", renderDomain(PLAIN, KVM).replace("<vcpu", "<vpcu"))).not.toBe("");
  });
});

describe("an adapter", () => {
  const connected = (name: string) => {
    const index = DESK.adapters.findIndex(
      (adapter) => adapter.mode !== "disabled" && adapter.switch === name,
    );
    return renderInterface(DESK, index, KVM);
  };

  test("on a switch, and on none", () => {
    expect(connected("internal")).toBe(`<interface type="network">
  <mac address="0a:55:d7:26:1f:25"/>
  <source network="lab-team-01-internal"/>
  <model type="virtio"/>
  <link state="up"/>
  <alias name="ua-adapter-1"/>
</interface>
`);
    expect(renderInterface(DESK, 0, KVM)).toBe(`<interface type="network">
  <mac address="0a:1e:cd:3b:72:04"/>
  <source network="lab_unplugged"/>
  <model type="virtio"/>
  <link state="down"/>
  <alias name="ua-adapter-0"/>
</interface>
`);
  });

  test("stands in the domain on no switch, as it is rendered alone when it leaves one", () => {
    const flat = (xml: string) => xml.replaceAll(/\n\s*/g, "");
    const domain = flat(renderDomain(DESK, KVM));
    expect(domain).toContain(
      DESK.adapters.map((_, index) => flat(renderParkedInterface(DESK, index, KVM))).join(""),
    );
    expect(renderParkedInterface(DESK, 0, KVM)).toBe(renderInterface(DESK, 0, KVM));
    expect(beyond(renderParkedInterface(DESK, 1, KVM), connected("internal"))).toEqual([
      '<source network="lab_unplugged"/>',
      '<link state="down"/>',
    ]);
  });

  test("moved, it leaves the guest's definition as it is", () => {
    const lab = (name: string) =>
      guestOf(libvirtPlan({ guests: [{ name: "moved", adapters: [{ switch: name }] }] }), "moved");
    expect(renderDomain(lab("nat"), KVM)).toBe(renderDomain(lab("internal"), KVM));
  });

  test("keeps its address and name when it is unplugged and when it is plugged in: a change in place", () => {
    const lab = (second: object) =>
      libvirtPlan({ guests: [{ name: "moved", adapters: [{ switch: "bridged" }, second] }] });
    const plugged = lab({ switch: "nat" });
    const unplugged = lab({ mode: "disabled" });
    for (const team of [0, 1]) {
      const render = (plan: typeof plugged) => {
        const guest = plan.teams[team]?.guests[0];
        if (!guest) throw new Error("no guest");
        return renderInterface(guest, 1, { mark: MARK, slot: team + 1 });
      };
      expect(beyond(render(unplugged), render(plugged))).toEqual([
        '<source network="lab_unplugged"/>',
        '<link state="down"/>',
      ]);
    }
  });
});

describe("the owner mark", () => {
  test("is read back from the domain", () => {
    expect(markIn(renderDomain(PLAIN, KVM))).toEqual(MARK);
  });

  test("whatever its prefix, and beside what others keep there", () => {
    const xml = `<domain><metadata>
      <other:owner xmlns:other="urn:other" classlab="not-ours" classlab.id="ffffffffffffffff"/>
      <ns0:owner xmlns:ns0="urn:classlab:owner" classlab="dev" classlab.id="00000000000000aa" classlab.stack="dev"/>
    </metadata></domain>`;
    expect(markIn(xml)).toEqual({ lab: "dev", id: "00000000000000aa", stack: "dev" });
  });

  test.each([
    ["<domain><name>lab-team-01-plain</name></domain>"],
    ['<domain><metadata><o:owner xmlns:o="urn:other" classlab="lab" classlab.id="1"/></metadata></domain>'],
    ['<domain><metadata><o:owner xmlns:o="urn:classlab:owner" classlab="lab"/></metadata></domain>'],
    ['<domain><metadata><o:owner xmlns:o="urn:classlab:owner"/></metadata></domain>'],
  ])("is in none of %s", (xml) => {
    expect(markIn(xml)).toBeUndefined();
  });
});

describe("storage", () => {
  test("the lab's pool", () => {
    expect(renderPool(MARK)).toBe(expected("pool.xml"));
    expect(renderPool({ lab: MARK.lab, id: "0123456789abcdee" })).not.toContain(MARK.id);
  });

  test("an overlay over the base image; a seed of one size, which only root reads", () => {
    expect(renderOverlay(PLAIN, BASE)).toBe(expected("overlay.xml"));
    expect(renderOverlay(PLAIN, { ...BASE, format: "raw" })).toContain('<format type="raw"/>');
    expect(renderSeedVolume(PLAIN)).toBe(`<volume>
  <name>lab-team-01-plain-seed.iso</name>
  <capacity unit="bytes">1048576</capacity>
  <target>
    <format type="raw"/>
    <permissions>
      <mode>0600</mode>
    </permissions>
  </target>
</volume>
`);
  });

  test("the domain's disks are the pool's volumes", () => {
    const files = [...renderDomain(PLAIN, KVM).matchAll(/<source file="([^"]*)"\/>/g)].map(
      ([, file]) => file,
    );
    expect(files).toEqual(
      [diskVolume(PLAIN), seedVolume(PLAIN)].map((file) => `${poolFolder(MARK)}/${file}`),
    );
  });

  testWith(NO_SCHEMAS, "libvirt's schemas take pool and volumes", () => {
    expect(libvirtFaults("storagepool", renderPool(MARK))).toBe("");
    expect(libvirtFaults("storagevol", renderOverlay(PLAIN, BASE))).toBe("");
    expect(libvirtFaults("storagevol", renderSeedVolume(PLAIN))).toBe("");
  });
});
