import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { adapterSteps } from "../../components/hypervisors/virtualbox/adapters";
import { cloneSteps } from "../../components/hypervisors/virtualbox/clones";
import { forwardingRemoval } from "../../components/hypervisors/virtualbox/forwarding";
import { imageRemoval, imageSteps } from "../../components/hypervisors/virtualbox/image";
import { renderLines } from "../../components/hypervisors/virtualbox/instructions";
import { machineSteps, machineUuid } from "../../components/hypervisors/virtualbox/machine";
import { switchRemoval, switchSteps } from "../../components/hypervisors/virtualbox/network";
import {
  markOf,
  OBSERVE,
  observed,
  readInfo,
  readMachines,
} from "../../components/hypervisors/virtualbox/observe";
import { powerOffSteps, shutdownSteps, startSteps } from "../../components/hypervisors/virtualbox/power";
import { machineRemoval } from "../../components/hypervisors/virtualbox/removal";
import type { VirtualBoxSettings } from "../../components/hypervisors/virtualbox/settings";
import { sharedFolderPath, sharedFolderSteps } from "../../components/hypervisors/virtualbox/sharedFolder";
import {
  cloneBaseSteps,
  restoreSteps,
  snapshotSteps,
} from "../../components/hypervisors/virtualbox/snapshots";
import { CAPTURED, type Step } from "../../components/hypervisors/virtualbox/steps";
import { storageSteps } from "../../components/hypervisors/virtualbox/storage";
import type { GuestPlan } from "../../course/plan";
import type { Finished } from "../support/cli";
import { inRoot, leaveRoot, SKIP_VIRTUALBOX, VIRTUALBOX_ROOT } from "../support/virtualBoxRoot";
import { guestOf, LINUX, MARK, RUNNER, subnetIn, switchOf, virtualBoxPlan } from "../unit/virtualBoxLab";

// The real VBoxManage, up to the start of a machine: there is no kernel module. What needs one is listed by name below. Whether a guest that
// was started this way has the network that the plan says, this cannot tell.

const MANAGE = "/usr/lib/virtualbox/VBoxManage";
const PLACE = `/work-${process.pid}`;
const outside = (path: string) => join(VIRTUALBOX_ROOT, path);
const ENVIRONMENT = {
  HOME: PLACE,
  VBOX_USER_HOME: `${PLACE}/VirtualBox`,
  VBOX_IPC_SOCKETID: `classlab-${process.pid}`,
  VBOXMANAGE: `${PLACE}/manage`,
};

const ADDITIONS = `${PLACE}/VBoxGuestAdditions.iso`;

// Letters and signs that a Japanese host has in its paths.
const SETTINGS: VirtualBoxSettings = {
  ...LINUX,
  folder: `${PLACE}/教室 'a' $b "c"`,
  additions: ADDITIONS,
};

/** Writes down every call, and makes it. */
const RECORD = `#!/bin/sh
{ for word do printf '%s\\037' "$word"; done; echo; } >> ${PLACE}/calls
exec ${MANAGE} "$@"
`;

const plan = virtualBoxPlan({ access: "published" });
// Dozens of questions a test, beside other tests.
jest.setTimeout(120_000);

const manage = (...args: string[]) => inRoot([MANAGE, ...args], ENVIRONMENT);

async function answer(...args: readonly string[]): Promise<string> {
  const result = await manage(...args);
  if (result.code !== 0) throw new Error(`VBoxManage ${args.join(" ")}: ${result.stderr}`);
  return result.stdout;
}

const runner = (steps: readonly Step[]): Promise<Finished> =>
  inRoot(["sh", "-c", RUNNER], ENVIRONMENT, renderLines(steps));

/** Runs a list that must come to its end; what it did, by name. */
async function run(steps: readonly Step[]): Promise<string[]> {
  const result = await runner(steps);
  if (result.code !== 0) throw new Error(result.stderr);
  const { ran }: { ran: string[] } = JSON.parse(result.stdout);
  return ran;
}

/** Each guest has a seed of its own. */
const seedOf = (name: string) => `${PLACE}/種/lab-team-01-${name}.iso`;
const NAMES = ["ubuntu-test1", "modes", "vhd", "vmdk", "fixed", "copy1", "copy2", "copy3"];

const all = (name: string, more: Partial<VirtualBoxSettings> = {}): Step[] => {
  const guest = guestOf(plan, name);
  const settings = { ...SETTINGS, seed: seedOf(name), ...more };
  return [
    ...machineSteps(guest, settings),
    ...storageSteps(guest, settings),
    ...sharedFolderSteps(guest, settings),
    ...adapterSteps(guest, settings, subnetIn(plan)),
  ];
};

/** Commands whose second word is a command as well. */
const WITH_SUBCOMMAND = new Set([
  "closemedium",
  "clonemedium",
  "createmedium",
  "hostonlyif",
  "list",
  "modifymedium",
  "natnetwork",
  "sharedfolder",
  "showmediuminfo",
]);

const commandOf = ([first = "", second = "", third = ""]: readonly string[]) =>
  first === "snapshot" ? `${first} ${third}` : WITH_SUBCOMMAND.has(first) ? `${first} ${second}` : first;

/** Every command that the lists have, but those that need the kernel module. */
const COMMANDS: readonly string[] = [
  "clonemedium disk",
  "clonevm",
  "closemedium disk",
  "closemedium dvd",
  "createmedium disk",
  "createvm",
  "getextradata",
  "hostonlyif create",
  "list dvds",
  "list hdds",
  "list hostonlyifs",
  "list vms",
  "modifymedium disk",
  "modifyvm",
  "natnetwork add",
  "natnetwork list",
  "natnetwork modify",
  "natnetwork remove",
  "setextradata",
  "sharedfolder add",
  "showmediuminfo disk",
  "showvminfo",
  "snapshot restore",
  "snapshot take",
  "storageattach",
  "storagectl",
  "unregistervm",
];

/** Every option that they have; `N` is the number of an adapter. */
const OPTIONS: readonly string[] = [
  "clonemedium disk --format",
  "clonemedium disk --variant",
  "clonevm --basefolder",
  "clonevm --groups",
  "clonevm --mode",
  "clonevm --name",
  "clonevm --options",
  "clonevm --register",
  "clonevm --snapshot",
  "clonevm --uuid",
  "createmedium disk --diffparent",
  "createmedium disk --filename",
  "createmedium disk --format",
  "createmedium disk --size",
  "createmedium disk --variant",
  "createvm --basefolder",
  "createvm --groups",
  "createvm --name",
  "createvm --ostype",
  "createvm --register",
  "createvm --uuid",
  "modifymedium disk --resize",
  "modifyvm --audio",
  "modifyvm --audio-enabled",
  "modifyvm --bootN",
  "modifyvm --bridgeadapterN",
  "modifyvm --cableconnectedN",
  "modifyvm --clipboard",
  "modifyvm --clipboard-mode",
  "modifyvm --cpus",
  "modifyvm --graphicscontroller",
  "modifyvm --hostonlyadapterN",
  "modifyvm --intnetN",
  "modifyvm --ioapic",
  "modifyvm --macaddressN",
  "modifyvm --memory",
  "modifyvm --mouse",
  "modifyvm --nat-networkN",
  "modifyvm --natnetN",
  "modifyvm --natpfN",
  "modifyvm --nested-hw-virt",
  "modifyvm --nicN",
  "modifyvm --nictypeN",
  "modifyvm --rtcuseutc",
  "modifyvm --vram",
  "natnetwork add --dhcp",
  "natnetwork add --enable",
  "natnetwork add --netname",
  "natnetwork add --network",
  "natnetwork modify --netname",
  "natnetwork modify --network",
  "natnetwork modify --port-forward-N",
  "natnetwork remove --netname",
  "sharedfolder add --auto-mount-point",
  "sharedfolder add --automount",
  "sharedfolder add --hostpath",
  "sharedfolder add --name",
  "showvminfo --machinereadable",
  "storageattach --device",
  "storageattach --medium",
  "storageattach --port",
  "storageattach --storagectl",
  "storageattach --type",
  "storagectl --add",
  "storagectl --bootable",
  "storagectl --controller",
  "storagectl --name",
  "storagectl --portcount",
  "unregistervm --delete",
];

/** What needs the kernel module, and what VBoxManage says without. */
const NEEDS_MODULE: readonly string[] = [
  "startvm --type headless: The virtual machine 'lab-team-01-modes' has terminated unexpectedly during startup with exit code 1 (0x1)",
  "controlvm acpipowerbutton: Machine 'UUID' is not currently running.",
  "controlvm poweroff: Machine 'UUID' is not currently running.",
  "controlvm nic1 null: Machine 'UUID' is not currently running.",
  "controlvm nic2 hostonly vboxnet0: Machine 'UUID' is not currently running.",
  "controlvm nic3 nat: Machine 'UUID' is not currently running.",
  "controlvm nic4 natnetwork lab-team-01-nat-network: Machine 'UUID' is not currently running.",
  "controlvm nic5 bridged CARD: Machine 'UUID' is not currently running.",
  "controlvm nic6 intnet lab-team-01-internal: Machine 'UUID' is not currently running.",
  "controlvm nic7 bridged CARD: Machine 'UUID' is not currently running.",
  "hostonlyif create: Failed to create the host-only adapter",
  "hostonlyif ipconfig vboxnet0 --ip 192.168.56.1 --netmask 255.255.255.0: The host network interface named 'vboxnet0' could not be found",
  "hostonlyif remove vboxnet0: The host network interface named 'vboxnet0' could not be found",
];

let bridge: string | undefined;

beforeAll(async () => {
  if (SKIP_VIRTUALBOX) return;
  const shared = sharedFolderPath(guestOf(plan, "ubuntu-test1"), SETTINGS);
  for (const folder of [shared, `${PLACE}/種`]) mkdirSync(outside(folder), { recursive: true });
  writeFileSync(outside(`${PLACE}/manage`), RECORD, { mode: 0o755 });
  for (const image of [...NAMES.map(seedOf), ADDITIONS, `${PLACE}/installer.iso`])
    writeFileSync(outside(image), Buffer.alloc(2048 * 32));
  await answer(
    "createmedium",
    "disk",
    "--filename",
    `${PLACE}/image.vmdk`,
    "--size",
    "64",
    "--format",
    "VMDK",
  );
  await answer("closemedium", "disk", `${PLACE}/image.vmdk`);
  bridge = /^Name: +(.*)$/m.exec(await answer("list", "bridgedifs"))?.[1];
});

afterAll(async () => {
  if (!SKIP_VIRTUALBOX) await leaveRoot(PLACE, ENVIRONMENT.VBOX_IPC_SOCKETID);
});

const uuidOf = (name: string) => machineUuid(MARK, `lab-team-01-${name}`);
const infoOf = async (uuid: string) => readInfo(await answer(...OBSERVE.info(uuid)));
const inMode = (name: string) => switchOf(plan, name);

/** The lines of a machine's settings that the plan decides, as the plan has them; what VirtualBox adds of its own is not looked at. */
async function decided(
  uuid: string,
  wanted: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const info = await infoOf(uuid);
  return Object.fromEntries(Object.keys(wanted).map((key) => [key, info.get(key) ?? "(absent)"]));
}

/** Nothing there stays as it was asked for without the module that makes host-only interfaces. */
const withoutDemands = (steps: readonly Step[]): Step[] => steps.map((each) => ({ ...each, must: [] }));

const macOf = (guest: GuestPlan, index: number) => {
  const adapter = guest.adapters[index];
  if (!adapter || adapter.mode === "disabled") throw new Error(`adapter ${index} has no address`);
  return adapter.mac.replaceAll(":", "").toUpperCase();
};

/** A clone as the plan has it; VirtualBox has no adapter without a MAC address, so one that is disabled is left out. */
function cloneIn(original: GuestPlan, name: string, kind: "full" | "linked"): GuestPlan {
  return {
    ...original,
    name,
    objectName: `lab-team-01-${name}`,
    cloneOf: { guest: original.name, objectName: original.objectName, kind },
    snapshots: [],
    clones: [],
    adapters: original.adapters
      .filter(({ mode }) => mode !== "disabled")
      .map((adapter, index) =>
        adapter.mode === "disabled"
          ? adapter
          : { ...adapter, mac: `0a:00:00:00:${name.slice(-1)}0:0${index}` },
      ),
  };
}

(SKIP_VIRTUALBOX ? describe.skip : describe)("the real VBoxManage", () => {
  const onCard = () => ({ bridge: bridge ?? "eth0" });
  /** A machine that makes containers and nothing else may have no card that VirtualBox would bridge to. */
  const fitting = (steps: readonly Step[]) => (bridge === undefined ? withoutDemands(steps) : [...steps]);
  const test1 = guestOf(plan, "ubuntu-test1");
  const modes = guestOf(plan, "modes");

  test("is the version that these lists are for", async () => {
    expect(await answer("--version")).toMatch(/^7\.[12]\./);
  });

  test("a machine image is made once for a size, and let go of", async () => {
    const steps = imageSteps(`${PLACE}/image.vmdk`, "abc123", 10, SETTINGS);
    expect(await run(steps)).toEqual([
      "machine image of 10 GiB",
      "size of the machine image",
      "source of the machine image",
      "keeper of the machine image",
      "controller",
      "disk in the machine",
      "snapshot image",
    ]);
    expect(await run(steps)).toEqual([]);
    expect(await answer("list", "hdds")).toMatch(/^Capacity: +10240 MBytes$/m);
    expect(await answer("list", "hdds")).not.toContain("image.vmdk");
    await run(imageSteps(`${PLACE}/image.vmdk`, "abc123", 1, SETTINGS));
  });

  test("switches: a NAT network is the lab's, the others need nothing", async () => {
    const steps = ["nat-network", "internal", "nat", "bridged"].flatMap((name) =>
      switchSteps(inMode(name), MARK),
    );
    expect(await run(steps)).toEqual(["mark of the NAT network", "NAT network"]);
    expect(await run(steps)).toEqual([]);
    const other = { ...inMode("nat-network"), subnet: "192.168.30.0/24" };
    expect(await run(switchSteps(other, MARK))).toEqual(["range of the NAT network"]);
    expect(await run(steps)).toEqual(["range of the NAT network"]);
    expect(await answer("natnetwork", "list")).toMatch(
      /^Name: +lab-team-01-nat-network\nEnabled: +Yes\nNetwork: +192\.168\.20\.0\/24\nGateway: +192\.168\.20\.1\nDHCP Server: +No$/m,
    );
  });

  test("the manual's machine", async () => {
    const wanted = {
      name: "lab-team-01-ubuntu-test1",
      groups: "/classlab/lab/team-01",
      ostype: "Ubuntu (64-bit)",
      UUID: uuidOf("ubuntu-test1"),
      memory: "4096",
      cpus: "2",
      vram: "128",
      graphicscontroller: "vmsvga",
      rtcuseutc: "on",
      audio: "none",
      hidpointing: "usbtablet",
      clipboard: "bidirectional",
      "nested-hw-virt": "off",
      boot1: "disk",
      boot2: "dvd",
      boot3: "none",
      VMState: "poweroff",
      storagecontrollername0: "SATA",
      storagecontrollertype0: "IntelAhci",
      storagecontrollerportcount0: "3",
      storagecontrollerbootable0: "on",
      // VirtualBox tells paths with a backslash before quotes.
      "SATA-0-0": `${PLACE}/教室 'a' $b \\"c\\"/classlab/lab/team-01/lab-team-01-ubuntu-test1/lab-team-01-ubuntu-test1.vdi`,
      "SATA-1-0": seedOf("ubuntu-test1"),
      "SATA-2-0": `${PLACE}/VBoxGuestAdditions.iso`,
      SharedFolderNameMachineMapping1: "mount-test-win",
      SharedFolderPathMachineMapping1: `${PLACE}/教室 'a' $b \\"c\\"/classlab-shared/lab-team-01-ubuntu-test1`,
      nic1: "bridged",
      bridgeadapter1: bridge ?? "eth0",
      nictype1: "82540EM",
      macaddress1: macOf(test1, 0),
      cableconnected1: "on",
      ...Object.fromEntries([2, 3, 4, 5, 6, 7, 8].map((number) => [`nic${number}`, "none"])),
    };
    await run(fitting(all("ubuntu-test1", onCard())));
    expect(await decided(uuidOf("ubuntu-test1"), wanted)).toEqual(wanted);
    expect(await run(fitting(all("ubuntu-test1", onCard())))).toEqual([]);
    const disk = await answer(
      "showmediuminfo",
      "disk",
      `${SETTINGS.folder}/classlab/lab/team-01/lab-team-01-ubuntu-test1/lab-team-01-ubuntu-test1.vdi`,
    );
    expect(disk).toMatch(/^Type: +normal \(differencing\)$/m);
    expect(disk).toMatch(/^Storage format: VDI$/m);
    expect(disk).toMatch(/^Capacity: +10240 MBytes$/m);
  });

  test("a machine is known as the lab's", async () => {
    expect(readMachines(await answer(...OBSERVE.machines)).map(({ name }) => name)).toEqual([
      "classlab-image-abc123-10",
      "classlab-image-abc123-1",
      "lab-team-01-ubuntu-test1",
    ]);
    expect(markOf(await answer(...OBSERVE.extraData(uuidOf("ubuntu-test1"))))).toEqual(MARK);
  });

  test("every mode, several adapters, nesting; a VLAN is on the host's card", async () => {
    await answer("setextradata", "global", `classlab/${MARK.id}/interface/lab-team-01-host-only`, "vboxnet0");
    const steps = all("modes", onCard());
    // VirtualBox itself takes any name.
    expect(await runner(steps)).toMatchObject({
      code: 1,
      stderr:
        "adapter 2: host-only interface: switch-missing: the host-only interface of lab-team-01-host-only is not there\n",
    });
    await run(withoutDemands(steps));
    const wanted = {
      memory: "1024",
      cpus: "1",
      vram: "16",
      hidpointing: "ps2mouse",
      clipboard: "disabled",
      "nested-hw-virt": "on",
      "SATA-2-0": "none",
      nic1: "null",
      cableconnected1: "on",
      nic2: "hostonly",
      hostonlyadapter2: "vboxnet0",
      macaddress2: macOf(modes, 1),
      nic3: "nat",
      natnet3: "nat",
      macaddress3: macOf(modes, 2),
      nic4: "natnetwork",
      "nat-network4": "lab-team-01-nat-network",
      macaddress4: macOf(modes, 3),
      nic5: "bridged",
      bridgeadapter5: bridge ?? "eth0",
      macaddress5: macOf(modes, 4),
      nic6: "intnet",
      intnet6: "lab-team-01-internal",
      macaddress6: macOf(modes, 5),
      nic7: "bridged",
      bridgeadapter7: bridge ?? "eth0",
      macaddress7: macOf(modes, 6),
      nic8: "none",
    };
    expect(await decided(uuidOf("modes"), wanted)).toEqual(wanted);
    expect(await run(withoutDemands(steps))).toEqual([]);
    const elsewhere = adapterSteps(modes, { ...SETTINGS, ...onCard() }, () => "10.5.0.0/24");
    expect(await run(withoutDemands(elsewhere))).toEqual(["adapter 3"]);
    expect((await infoOf(uuidOf("modes"))).get("natnet3")).toBe("10.5.0.0/24");
    expect(await run(withoutDemands(steps))).toEqual(["adapter 3"]);
    expect(observed(await infoOf(uuidOf("modes")))).toEqual({
      state: "poweroff",
      snapshots: [],
      adapters: {
        1: "null",
        2: "hostonly vboxnet0",
        3: "nat",
        4: "natnetwork lab-team-01-nat-network",
        5: `bridged ${bridge ?? "eth0"}`,
        6: "intnet lab-team-01-internal",
        7: `bridged ${bridge ?? "eth0"}`,
      },
    });
  });

  test("ports are forwarded at the machine behind NAT and at the NAT network", async () => {
    expect(modes.published.length).toBeGreaterThan(0);
    const info = await answer(...OBSERVE.info(uuidOf("modes")));
    const network = await answer("natnetwork", "list", "lab-team-01-nat-network");
    for (const { guestPort, hostPort } of modes.published) {
      const name = `lab-team-01-modes-${guestPort}`;
      expect(info).toContain(`="${name},tcp,127.0.0.1,${hostPort},10.0.2.15,${guestPort}"\n`);
      expect(network).toContain(`        ${name}:tcp:[127.0.0.1]:${hostPort}:[192.168.20.5]:${guestPort}\n`);
    }
  });

  test.each([
    ["vhd", "VHD", "dynamic default"],
    ["vmdk", "VMDK", "dynamic default"],
    ["fixed", "VDI", "fixed default"],
  ])("a disk of its own: %s", async (name, format, variant) => {
    const guest = guestOf(plan, name);
    const steps = all(name);
    await run(steps);
    expect(await run(steps)).toEqual([]);
    const disk = (await infoOf(uuidOf(name))).get("SATA-0-0") ?? "";
    const medium = await answer("showmediuminfo", "disk", disk.replaceAll('\\"', '"'));
    expect(medium).toMatch(new RegExp(`^Storage format: ${format}$`, "m"));
    expect(medium).toMatch(new RegExp(`^Format variant: ${variant}$`, "m"));
    expect(medium).toMatch(new RegExp(`^Capacity: +${guest.disk.size * 1024} MBytes$`, "m"));
    expect(medium).toMatch(/^Type: +normal \(base\)$/m);
  });

  test("snapshots are taken once, and gone back to", async () => {
    const uuid = uuidOf("ubuntu-test1");
    expect(await run(snapshotSteps(uuid, "snapshot1"))).toEqual(["snapshot snapshot1"]);
    expect(await run(snapshotSteps(uuid, "snapshot1"))).toEqual([]);
    expect(observed(await infoOf(uuid)).snapshots).toEqual(["snapshot1"]);
    // What lies over it is no reason to change anything.
    expect(await run(fitting(all("ubuntu-test1", onCard())))).toEqual([]);
    await answer("modifyvm", uuid, "--memory", "2048");
    expect(await run(restoreSteps(uuid, "snapshot1"))).toEqual(["back to snapshot snapshot1"]);
    expect((await infoOf(uuid)).get("memory")).toBe("4096");
    expect(await runner(restoreSteps(uuid, "other"))).toMatchObject({
      code: 1,
      stderr: "snapshot other is there: snapshot-missing: the machine has no snapshot other\n",
    });
  });

  test.each([
    ["full", "ubuntu-test1", "copy1", false],
    ["linked", "ubuntu-test1", "copy2", true],
    ["linked", "modes", "copy3", true],
  ] as const)(
    "a %s clone of %s has its own name, mark, MAC addresses and seed",
    async (kind, of, name, linked) => {
      const original = guestOf(plan, of);
      const clone = cloneIn(original, name, kind);
      const macs = clone.adapters.map((_, index) => macOf(clone, index));
      const uuid = uuidOf(of);
      // Started again after it: what needs the kernel module is left out here.
      await run(cloneBaseSteps(uuid).filter(({ args }) => args?.[0] !== "startvm"));
      const steps = cloneSteps(clone, original, { ...SETTINGS, seed: seedOf(name) });
      await run(steps);
      expect(await run(steps)).toEqual([]);
      const info = await infoOf(uuidOf(name));
      expect(info.get("name")).toBe(`lab-team-01-${name}`);
      expect(info.get("groups")).toBe("/classlab/lab/team-01");
      expect(macs.map((_, index) => info.get(`macaddress${index + 1}`))).toEqual(macs);
      expect(info.get("SATA-1-0")).toBe(seedOf(name));
      expect([...info.keys()].filter((key) => key.startsWith("Forwarding"))).toEqual([]);
      expect(markOf(await answer(...OBSERVE.extraData(uuidOf(name))))).toEqual(MARK);
      const medium = await answer("showmediuminfo", "disk", info.get("SATA-ImageUUID-0-0") ?? "");
      expect(medium).toMatch(linked ? /^Type: +normal \(differencing\)$/m : /^Type: +normal \(base\)$/m);
    },
  );

  test("6.0.8's options are taken, too, for an installation by hand", async () => {
    const book: VirtualBoxSettings = {
      ...SETTINGS,
      version: "6.0",
      mark: { ...MARK, id: "fedcba9876543210", lab: "book" },
      source: { kind: "installer", path: `${PLACE}/installer.iso` },
    };
    const guest: GuestPlan = { ...test1, objectName: "book-team-01-ubuntu-test1" };
    const steps = [...machineSteps(guest, book), ...storageSteps(guest, book)];
    await run(steps);
    expect(await run(steps)).toEqual([]);
    const info = await infoOf(machineUuid(book.mark, guest.objectName));
    expect([info.get("audio"), info.get("clipboard"), info.get("SATA-1-0")]).toEqual([
      "none",
      "bidirectional",
      `${PLACE}/installer.iso`,
    ]);
    const medium = await answer("showmediuminfo", "disk", info.get("SATA-ImageUUID-0-0") ?? "");
    expect(medium).toMatch(/^Format variant: dynamic default$/m);
    await run(machineRemoval(guest.objectName, { ...book, seed: `${PLACE}/installer.iso` }));
  });

  test("what is somebody else's is left alone", async () => {
    await answer(
      "createvm",
      "--name",
      "lab-team-02-ubuntu-test1",
      "--basefolder",
      `${PLACE}/theirs`,
      "--register",
    );
    await answer("natnetwork", "add", "--netname", "lab-team-02-nat-network", "--network", "10.9.0.0/24");
    const guest: GuestPlan = { ...test1, objectName: "lab-team-02-ubuntu-test1" };
    expect(await runner(machineSteps(guest, SETTINGS))).toMatchObject({
      code: 1,
      stdout: "",
      stderr:
        "no other machine has the name: object-in-the-way: machine lab-team-02-ubuntu-test1: it is not of this lab and has the name that the lab's own needs\n",
    });
    const network = { ...inMode("nat-network"), objectName: "lab-team-02-nat-network" };
    expect(await runner(switchSteps(network, MARK))).toMatchObject({
      code: 1,
      stdout: "",
      stderr:
        "no other NAT network has the name: object-in-the-way: natnetwork lab-team-02-nat-network: it is not of this lab and has the name that the lab's own needs\n",
    });
    expect(await run(machineRemoval(guest.objectName, { ...SETTINGS, seed: `${PLACE}/theirs.iso` }))).toEqual(
      [],
    );
    expect(await run(switchRemoval(network, MARK))).toEqual([]);
    expect(await answer("natnetwork", "list", "lab-team-02-nat-network")).toMatch(
      /^Network: +10\.9\.0\.0\/24$/m,
    );
    const theirs = readMachines(await answer(...OBSERVE.machines)).filter(({ name }) =>
      name.startsWith("lab-team-02"),
    );
    expect(theirs).toHaveLength(1);
    await answer("unregistervm", theirs[0]?.uuid ?? "", "--delete");
    await answer("natnetwork", "remove", "--netname", "lab-team-02-nat-network");
  });

  // Each with VBoxManage's own words: it understood, and had no kernel module.
  test("what needs the kernel module", async () => {
    const uuid = uuidOf("modes");
    const told = (word: string) => word.replace(CAPTURED, "vboxnet0");
    const calls = [...startSteps(uuid), ...shutdownSteps(uuid), ...powerOffSteps(uuid)].flatMap(({ args }) =>
      args ? [args] : [],
    );
    const moved = adapterSteps(modes, { ...SETTINGS, ...onCard() }, subnetIn(plan)).flatMap(({ args }) =>
      args?.[0] === "controlvm" ? [args] : [],
    );
    const interfaces = [
      ...switchSteps(inMode("host-only"), MARK),
      ...switchRemoval(inMode("host-only"), MARK),
    ].flatMap(({ args }) => (args?.[0] === "hostonlyif" ? [args] : []));
    const heard: string[] = [];
    for (const words of [...calls, ...moved, ...interfaces]) {
      const args = words.map(told);
      const { code, stderr } = await manage(...args);
      expect(code).not.toBe(0);
      expect(stderr).not.toMatch(/Usage|Unknown|Invalid command|Invalid parameter/);
      const [error] = /(?<=error: ).*/.exec(stderr) ?? [""];
      const call = args.filter((word) => word !== uuid).map((word) => (word === bridge ? "CARD" : word));
      heard.push(`${call.join(" ")}: ${error.replace(uuid, "UUID")}`);
    }
    expect(heard).toEqual(NEEDS_MODULE);
    expect(await runner(switchSteps(inMode("host-only"), { ...MARK, id: "00" }))).toMatchObject({
      code: 1,
      stderr:
        "host-only interface: Failed to create the host-only adapter VBoxNetAdpCtl: Error while adding new interface: failed to open /dev/vboxnetctl: No such file or directory\n",
    });
  });

  test("an image stays while a disk lies over it", async () => {
    expect(await runner(imageRemoval("abc123", 10, SETTINGS))).toMatchObject({
      code: 1,
      stderr: "machine image of 10 GiB removed: image-in-use: disks of guests lie over the machine image\n",
    });
  });

  test("all of it goes, and nothing else", async () => {
    const removal = (name: string) =>
      machineRemoval(`lab-team-01-${name}`, { ...SETTINGS, seed: seedOf(name) });
    // Clones first.
    for (const name of ["copy1", "copy2", "copy3", "ubuntu-test1", "vhd", "vmdk", "fixed"])
      expect(await run(removal(name))).toEqual(["machine removed", "seed let go"]);
    expect(await run([...removal("modes"), ...forwardingRemoval(modes)])).toEqual([
      "machine removed",
      "seed let go",
      "NAT network lab-team-01-nat-network: no forwarded port",
    ]);
    expect(await run([...removal("modes"), ...forwardingRemoval(modes)])).toEqual([]);
    expect(await answer("natnetwork", "list", "lab-team-01-nat-network")).not.toContain(":tcp:");
    const switches = ["nat-network", "host-only"].flatMap((name) => switchRemoval(inMode(name), MARK));
    expect(await run(switches)).toContain("NAT network removed");
    expect(await run(switches)).toEqual([]);
    for (const size of [10, 1]) expect(await run(imageRemoval("abc123", size, SETTINGS))).toHaveLength(1);
    for (const size of [10, 1]) expect(await run(imageRemoval("abc123", size, SETTINGS))).toEqual([]);
    await answer("closemedium", "dvd", ADDITIONS);
    expect(await answer("list", "vms")).toBe("");
    expect(await answer("list", "hdds")).toBe("");
    expect(await answer("list", "dvds")).toBe("");
    expect(await answer("natnetwork", "list")).not.toContain("Name:");
    expect(await answer("getextradata", "global", "enumerate")).not.toContain("classlab");
  });

  test("all commands and options were taken", () => {
    const calls = readFileSync(outside(`${PLACE}/calls`), "utf8")
      .split("\n")
      .filter(Boolean)
      .map((line) => line.split("\u001f").slice(0, -1));
    const commands = new Set(calls.map(commandOf));
    // Asked only where the machine has a card that a guest may be bridged to.
    commands.delete("list bridgedifs");
    const options = new Set(
      calls.flatMap((words) =>
        words
          .filter((word) => word.startsWith("--"))
          .map((word) => `${commandOf(words)} ${word.replace(/\d+$/, "N")}`),
      ),
    );
    expect([...commands].sort()).toEqual(COMMANDS);
    process.stderr.write(
      `VBoxManage: ${calls.length} calls, ${commands.size} commands with ${options.size} options; ${NEEDS_MODULE.length} calls need the kernel module\n`,
    );
    expect([...options].sort()).toEqual(OPTIONS);
  });
});
