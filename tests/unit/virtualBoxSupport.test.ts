import { adapterSteps } from "../../components/hypervisors/virtualbox/adapters";
import { cloneSteps } from "../../components/hypervisors/virtualbox/clones";
import { renderLines } from "../../components/hypervisors/virtualbox/instructions";
import { machineSteps, machineUuid } from "../../components/hypervisors/virtualbox/machine";
import { natResolver, seenFromInside } from "../../components/hypervisors/virtualbox/natAddressing";
import { switchSteps } from "../../components/hypervisors/virtualbox/network";
import { startSteps } from "../../components/hypervisors/virtualbox/power";
import type { VirtualBoxSettings } from "../../components/hypervisors/virtualbox/settings";
import { sharedFolderSteps } from "../../components/hypervisors/virtualbox/sharedFolder";
import { cloneBaseSteps, snapshotSteps } from "../../components/hypervisors/virtualbox/snapshots";
import { CAPTURED, type Step } from "../../components/hypervisors/virtualbox/steps";
import { diskFormat, storageSteps } from "../../components/hypervisors/virtualbox/storage";
import { renderSshConfig } from "../../course/clientFiles";
import type { GuestPlan } from "../../course/plan";
import { FEATURE_NAMES, type Feature, supportOf } from "../../course/support";
import { BOOK, guestOf, LINUX, MARK, subnetIn, switchOf, virtualBoxPlan } from "./virtualBoxLab";

const plan = virtualBoxPlan();
const guest = (name: string) => guestOf(plan, name);
const uuid = (name: string) => machineUuid(MARK, `lab-team-01-${name}`);

/** The calls of a list, without the UUID of the machine that they are for. */
const calls = (steps: readonly Step[], of = ""): string[] =>
  steps.flatMap(({ args }) => (args ? [args.filter((word) => word !== uuid(of)).join(" ")] : []));
const adapters = (name: string, settings: VirtualBoxSettings = LINUX) =>
  calls(adapterSteps(guest(name), settings, subnetIn(plan)), name);
const adapter = (number: number) =>
  adapters("modes").filter((call) => new RegExp(`nic${number} `).test(call));
const machine = (of: GuestPlan, settings = LINUX) => calls(machineSteps(of, settings), of.name).join("\n");
const disk = (name: string) => calls(storageSteps(guest(name), LINUX), name);
const mac = (number: number) => {
  const found = guest("modes").adapters[number - 1];
  return found && found.mode !== "disabled" ? found.mac.replaceAll(":", "").toUpperCase() : "";
};

/** A copy of a guest with one adapter. */
const clone = (kind: "full" | "linked"): GuestPlan => ({
  ...guest("vhd"),
  name: "copy",
  objectName: "lab-team-01-copy",
  cloneOf: { guest: "vhd", objectName: "lab-team-01-vhd", kind },
  adapters: guest("ubuntu-test1").adapters.map((each) =>
    each.mode === "disabled" ? each : { ...each, mac: "0a:00:00:00:00:01" },
  ),
});

const card = (number: number) =>
  `--nictype${number} 82540EM --macaddress${number} ${mac(number)} --cableconnected${number} on`;
const FOLDER = "/srv/classlab/classlab/lab/team-01";
const BASE = "/srv/classlab/classlab-cache/classlab-abc123-10.vdi";

/** How each thing that VirtualBox has is rendered; what the guest itself does is in its seed, which hangs in its DVD. */
const RENDERED: Partial<Record<Feature, () => void>> = {
  guests: () =>
    expect(machine(guest("ubuntu-test1")).split("\n")[0]).toBe(
      "createvm --name lab-team-01-ubuntu-test1 --groups /classlab/lab/team-01 --ostype Ubuntu_64 --basefolder /srv/classlab --uuid --register",
    ),
  disabled: () =>
    expect(adapter(1)).toEqual([
      "controlvm nic1 null",
      expect.stringMatching(
        /^modifyvm --nic1 null --nictype1 82540EM --macaddress1 0A[0-9A-F]{10} --cableconnected1 on$/,
      ),
    ]),
  "host-only": () =>
    expect(adapter(2)).toEqual([
      `controlvm nic2 hostonly ${CAPTURED}`,
      `modifyvm --nic2 hostonly --hostonlyadapter2 ${CAPTURED} ${card(2)}`,
    ]),
  nat: () =>
    expect(adapter(3)).toEqual(["controlvm nic3 nat", `modifyvm --nic3 nat --natnet3 default ${card(3)}`]),
  "nat-network": () => {
    expect(adapter(4)).toEqual([
      "controlvm nic4 natnetwork lab-team-01-nat-network",
      `modifyvm --nic4 natnetwork --nat-network4 lab-team-01-nat-network ${card(4)}`,
    ]);
    expect(calls(switchSteps(switchOf(plan, "nat-network"), MARK))).toContain(
      "natnetwork add --netname lab-team-01-nat-network --network 192.168.20.0/24 --enable --dhcp off",
    );
  },
  bridged: () =>
    expect(adapter(5)).toEqual([
      "controlvm nic5 bridged eth0",
      `modifyvm --nic5 bridged --bridgeadapter5 eth0 ${card(5)}`,
    ]),
  internal: () =>
    expect(adapter(6)).toEqual([
      "controlvm nic6 intnet lab-team-01-internal",
      `modifyvm --nic6 intnet --intnet6 lab-team-01-internal ${card(6)}`,
    ]),
  // Emulated: on the card itself, where the guest tags its frames.
  vlan: () =>
    expect(adapter(7)).toEqual([
      "controlvm nic7 bridged eth0",
      `modifyvm --nic7 bridged --bridgeadapter7 eth0 ${card(7)}`,
    ]),
  adapters: () => {
    expect(adapters("modes").at(-1)).toBe("modifyvm --nic8 none");
    expect(adapters("ubuntu-test1").at(-1)).toBe(
      "modifyvm --nic2 none --nic3 none --nic4 none --nic5 none --nic6 none --nic7 none --nic8 none",
    );
  },
  "adapter-moved": () => {
    const [moved] = adapterSteps(guest("modes"), LINUX, subnetIn(plan)).filter(
      ({ what }) => what === "adapter 6: moved",
    );
    expect(moved?.when).toEqual([
      {
        ask: ["showvminfo", uuid("modes"), "--machinereadable"],
        any: [{ is: 'VMState="running"' }],
        holds: "has",
      },
    ]);
  },
  nested: () => {
    expect(machine(guest("modes"))).toContain(" --nested-hw-virt on ");
    expect(machine(guest("ubuntu-test1"))).toContain(" --nested-hw-virt off ");
  },
  "disk-vdi": () => {
    const path = `${FOLDER}/lab-team-01-ubuntu-test1/lab-team-01-ubuntu-test1.vdi`;
    expect(disk("ubuntu-test1").slice(1, 3)).toEqual([
      `createmedium disk --filename ${path} --diffparent ${BASE} --format VDI`,
      `storageattach --storagectl SATA --port 0 --device 0 --type hdd --medium ${path}`,
    ]);
  },
  "disk-vhd": () =>
    expect(disk("vhd")[1]).toBe(
      `clonemedium disk ${BASE} ${FOLDER}/lab-team-01-vhd/lab-team-01-vhd.vhd --format VHD --variant Standard`,
    ),
  "disk-vmdk": () =>
    expect(disk("vmdk")[1]).toBe(
      `clonemedium disk ${BASE} ${FOLDER}/lab-team-01-vmdk/lab-team-01-vmdk.vmdk --format VMDK --variant Standard`,
    ),
  "disk-fixed": () =>
    expect(disk("fixed")[1]).toBe(
      `clonemedium disk ${BASE.replace("-10", "-1")} ${FOLDER}/lab-team-01-fixed/lab-team-01-fixed.vdi --format VDI --variant Fixed`,
    ),
  desktop: () => {
    expect(machine(guest("ubuntu-test1"))).toContain(" --vram 128 --graphicscontroller vmsvga ");
    expect(machine(guest("ubuntu-test1"))).toContain(" --mouse usbtablet ");
    expect(machine(guest("modes"))).toContain(" --vram 16 --graphicscontroller vmsvga ");
    expect(machine(guest("modes"))).toContain(" --mouse ps2 ");
    const additions =
      "storageattach --storagectl SATA --port 2 --device 0 --type dvddrive --medium /usr/share/virtualbox/VBoxGuestAdditions.iso";
    expect(disk("ubuntu-test1")).toContain(additions);
    expect(disk("modes")).not.toContain(additions);
  },
  "shared-folder": () => {
    expect(calls(sharedFolderSteps(guest("ubuntu-test1"), LINUX), "ubuntu-test1")).toEqual([
      "sharedfolder add --name mount-test-win --hostpath /srv/classlab/classlab-shared/lab-team-01-ubuntu-test1 --automount --auto-mount-point /home/ubuntu/mnt-test",
    ]);
    expect(sharedFolderSteps(guest("modes"), LINUX)).toEqual([]);
  },
  clipboard: () => {
    const modes = ["ubuntu-test1", "modes", "vhd", "vmdk"].map(
      (name) => /--clipboard-mode (\w+)/.exec(machine(guest(name)))?.[1],
    );
    expect(modes).toEqual(["bidirectional", "disabled", "hosttoguest", "guesttohost"]);
  },
  snapshots: () =>
    expect(calls(snapshotSteps(uuid("vhd"), "snapshot1"), "vhd")).toEqual(["snapshot take snapshot1"]),
  "linked-clone": () => {
    expect(calls(cloneBaseSteps(uuid("vhd")), "vhd")).toEqual([
      "controlvm acpipowerbutton",
      "snapshot take classlab-clone",
      "startvm --type headless",
    ]);
    expect(calls(cloneSteps(clone("linked"), guest("vhd"), LINUX), "vhd")[0]).toBe(
      `clonevm --name lab-team-01-copy --groups /classlab/lab/team-01 --basefolder /srv/classlab --snapshot classlab-clone --options link --uuid ${uuid("copy")} --register`,
    );
  },
  "full-clone": () => {
    const made = calls(cloneSteps(clone("full"), guest("vhd"), LINUX), "vhd");
    expect(made[0]).toBe(
      `clonevm --name lab-team-01-copy --groups /classlab/lab/team-01 --basefolder /srv/classlab --snapshot classlab-clone --mode machine --uuid ${uuid("copy")} --register`,
    );
    expect(made).toContain(`modifyvm ${uuid("copy")} --macaddress1 0A0000000001`);
    expect(() => cloneSteps(guest("vmdk"), guest("vhd"), LINUX)).toThrow("guest vmdk is no clone of vhd");
  },
  // VirtualBox's window shows a machine that was started without one, too.
  console: () => expect(calls(startSteps(uuid("vhd")), "vhd")).toEqual(["startvm --type headless"]),
  language: () => expect(disk("ubuntu-test1")).toContain(SEED),
  ntp: () => expect(disk("ubuntu-test1")).toContain(SEED),
  docker: () => expect(disk("ubuntu-test1")).toContain(SEED),
  remote: () => {
    const [host] = plan.hosts;
    if (!host) throw new Error("the lab has a host");
    expect(renderSshConfig([guest("ubuntu-test1")], host, { key: "~/.ssh/key", system: "windows" })).toMatch(
      /^Host ubuntu-test1\r\n/,
    );
  },
};

const SEED =
  "storageattach --storagectl SATA --port 1 --device 0 --type dvddrive --medium /srv/classlab/seeds/lab-team-01-ubuntu-test1.iso";

/** Native, and nothing in a configuration asks for it. */
const NOT_ASKED_FOR: readonly Feature[] = ["windows"];

const features = Object.keys(FEATURE_NAMES).filter((key): key is Feature => key in FEATURE_NAMES);
const has = features.filter((feature) => supportOf(feature, "virtualbox").kind !== "refused");

test.each(has.filter((feature) => !NOT_ASKED_FOR.includes(feature)))("%s is rendered", (feature) => {
  const rendered = RENDERED[feature];
  expect(rendered).toBeDefined();
  rendered?.();
});

test("nothing is rendered that the support table refuses", () => {
  expect(Object.keys(RENDERED).filter((key) => !has.some((feature) => feature === key))).toEqual([]);
  for (const format of ["vhdx", "qcow2"] as const)
    expect(() => diskFormat({ disk: { size: 10, format, allocation: "dynamic" } })).toThrow(
      `VirtualBox makes no disk of format ${format}`,
    );
});

test("NAT keeps VirtualBox's own range where that is the planned one, and gets any other", () => {
  const settled = (subnet: string) =>
    adapterSteps(guest("modes"), LINUX, () => subnet)
      .find(({ what }) => what === "adapter 3")
      ?.settled.flatMap(({ any }) => any.flatMap((line) => ("is" in line ? [line.is] : [])))
      .slice(0, 2);
  expect(settled("10.0.2.0/24")).toEqual(['nic3="nat"', 'natnet3="nat"']);
  expect(settled("10.0.3.0/24")).toEqual(['nic3="nat"', 'natnet3="10.0.3.0/24"']);
  expect(
    calls(
      adapterSteps(guest("modes"), LINUX, () => "10.0.3.0/24"),
      "modes",
    ),
  ).toContain(`modifyvm --nic3 nat --natnet3 10.0.3.0/24 ${card(3)}`);
});

test("a bridged adapter without a card of the host is refused", () => {
  const { bridge: _, ...settings } = LINUX;
  expect(() => adapters("ubuntu-test1", settings)).toThrow(
    "a bridged adapter, and no card of the host is named",
  );
});

test("the manual's server: Windows, 6.0.8, installed by hand", () => {
  const book = guest("ubuntu-test1");
  const folder = "D:\\classlab\\classlab\\lab\\team-01\\lab-team-01-ubuntu-test1";
  expect(
    calls(
      [...machineSteps(book, BOOK), ...storageSteps(book, BOOK), ...sharedFolderSteps(book, BOOK)],
      book.name,
    ),
  ).toEqual([
    "createvm --name lab-team-01-ubuntu-test1 --groups /classlab/lab/team-01 --ostype Ubuntu_64 --basefolder D:\\classlab --uuid --register",
    "setextradata classlab lab",
    "setextradata classlab.id 0123456789abcdef",
    "setextradata classlab.stack lab-team-01",
    "setextradata classlab.team team-01",
    "controlvm acpipowerbutton",
    "modifyvm --memory 4096 --cpus 2 --ioapic on --vram 128 --graphicscontroller vmsvga --rtcuseutc on --audio none --mouse usbtablet --clipboard bidirectional --nested-hw-virt off --boot1 disk --boot2 dvd --boot3 none",
    "storagectl --name SATA --add sata --controller IntelAhci --portcount 3 --bootable on",
    `createmedium disk --filename ${folder}\\lab-team-01-ubuntu-test1.vdi --size 10240 --format VDI --variant Standard`,
    `storageattach --storagectl SATA --port 0 --device 0 --type hdd --medium ${folder}\\lab-team-01-ubuntu-test1.vdi`,
    "storageattach --storagectl SATA --port 1 --device 0 --type dvddrive --medium D:\\iso\\ubuntu-ja-16.04-desktop-amd64.iso",
    "sharedfolder add --name mount-test-win --hostpath D:\\classlab\\classlab-shared\\lab-team-01-ubuntu-test1 --automount --auto-mount-point /home/ubuntu/mnt-test",
  ]);
  // The folder may have letters that VBoxManage does not write as they were given.
  expect(renderLines(storageSteps(book, BOOK))).toContain(
    "starts Location:\nends \\lab-team-01-ubuntu-test1.vdi\n",
  );
});

test("behind VirtualBox's own NAT the router is the second address, and the third answers for names", () => {
  const inside = seenFromInside(guest("modes"), subnetIn(plan));
  expect(inside.adapters.map((each) => (each.mode === "disabled" ? "-" : each.gateway))).toEqual([
    "-",
    "192.168.56.1",
    "10.0.2.2",
    "192.168.20.1",
    "192.168.99.1",
    "192.168.100.1",
    "192.168.110.1",
  ]);
  expect(natResolver(guest("modes"), subnetIn(plan))).toBe("10.0.2.3");
  expect(natResolver(guest("ubuntu-test1"), subnetIn(plan))).toBeUndefined();
});
