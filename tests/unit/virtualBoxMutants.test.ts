import { adapterSteps } from "../../components/hypervisors/virtualbox/adapters";
import { machineSteps, machineUuid } from "../../components/hypervisors/virtualbox/machine";
import { switchSteps } from "../../components/hypervisors/virtualbox/network";
import { sharedFolderSteps } from "../../components/hypervisors/virtualbox/sharedFolder";
import { snapshotSteps } from "../../components/hypervisors/virtualbox/snapshots";
import { storageSteps } from "../../components/hypervisors/virtualbox/storage";
import { guestOf, LINUX, MARK, subnetIn, switchOf, virtualBoxPlan } from "./virtualBoxLab";

// Each argument that is rendered is dropped once and altered once. A mutant is found when a small model of VBoxManage refuses it, or when what stands
// then is not what the manual and the plan say, written down here. The model does not prove that VBoxManage takes or refuses the same:
// tests/conformance asks the real one.

/** Options of each command, and how many values follow each; `N` is the number of an adapter. */
const OPTIONS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  createvm: { "--name": 1, "--groups": 1, "--ostype": 1, "--basefolder": 1, "--uuid": 1, "--register": 0 },
  modifyvm: Object.fromEntries(
    [
      ..."memory cpus ioapic vram graphicscontroller rtcuseutc audio-enabled mouse clipboard-mode nested-hw-virt boot1 boot2 boot3".split(
        " ",
      ),
      ..."nicN nictypeN macaddressN cableconnectedN bridgeadapterN".split(" "),
    ].map((name) => [`--${name}`, 1]),
  ),
  storagectl: { "--name": 1, "--add": 1, "--controller": 1, "--portcount": 1, "--bootable": 1 },
  storageattach: { "--storagectl": 1, "--port": 1, "--device": 1, "--type": 1, "--medium": 1 },
  createmedium: { "--filename": 1, "--format": 1, "--diffparent": 1 },
  sharedfolder: { "--name": 1, "--hostpath": 1, "--automount": 0, "--auto-mount-point": 1 },
  natnetwork: { "--netname": 1, "--network": 1, "--enable": 0, "--dhcp": 1 },
  controlvm: {},
  setextradata: {},
  snapshot: {},
};

/** Options without which a command does nothing sensible, or something else. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  createvm: ["--name", "--groups", "--ostype", "--basefolder", "--uuid", "--register"],
  storagectl: ["--name", "--add", "--controller", "--portcount", "--bootable"],
  storageattach: ["--storagectl", "--port", "--device", "--type", "--medium"],
  sharedfolder: ["--name", "--hostpath", "--automount", "--auto-mount-point"],
};

/** How many words that are no option a command has, without its own name. */
const PLAIN: Readonly<Record<string, readonly number[]>> = {
  createvm: [0],
  modifyvm: [1],
  storagectl: [1],
  storageattach: [1],
  createmedium: [1],
  sharedfolder: [2],
  natnetwork: [1],
  controlvm: [2, 4],
  setextradata: [3],
  snapshot: [3],
};

/** What stands once calls were made, a fact a line. @returns undefined where one is refused */
function standing(calls: readonly (readonly string[])[]): string[] | undefined {
  const facts = new Map<string, string>();
  for (const [command = "", ...words] of calls) {
    const options = OPTIONS[command];
    if (!options) return undefined;
    const plain: string[] = [];
    const given = new Map<string, string>();
    for (let at = 0; at < words.length; at += 1) {
      const word = words[at] ?? "";
      if (!word.startsWith("--")) {
        plain.push(word);
        continue;
      }
      const values = options[command === "modifyvm" ? word.replace(/(?<!boot)\d$/, "N") : word];
      const value = values === 1 ? words[at + 1] : "";
      if (values === undefined || value === undefined || value.startsWith("--")) return undefined;
      at += values;
      given.set(word, value);
    }
    if (!PLAIN[command]?.includes(plain.length)) return undefined;
    if (NEEDED[command]?.some((name) => !given.has(name))) return undefined;
    const about = plain.join(" ");
    // Which port of which controller it is: a second one is not the first one changed.
    const where = ["--port", "--device"].flatMap((name) => given.get(name) ?? []).join("-");
    for (const [name, value] of given) {
      if (name !== "--port" && name !== "--device")
        facts.set(`${[command, about, where].filter(Boolean).join(" ")} ${name}`, value);
    }
    if (given.size === 0) facts.set(`${command} ${about}`, "");
  }
  return [...facts].map(([name, value]) => `${name} ${value}`.trim()).sort();
}

const plan = virtualBoxPlan();
const TEST1 = machineUuid(MARK, "lab-team-01-ubuntu-test1");
const FOLDER = "/srv/classlab/classlab/lab/team-01/lab-team-01-ubuntu-test1/lab-team-01-ubuntu-test1.vdi";
const ADAPTER = guestOf(plan, "ubuntu-test1").adapters[0];
const MAC = ADAPTER && ADAPTER.mode !== "disabled" ? ADAPTER.mac.replaceAll(":", "").toUpperCase() : "";
const network = switchOf(plan, "nat-network");
const guest = guestOf(plan, "ubuntu-test1");
const calls = [
  ...switchSteps(network, MARK).filter(({ what }) => !what.startsWith("range")),
  ...machineSteps(guest, LINUX),
  ...storageSteps(guest, LINUX),
  ...sharedFolderSteps(guest, LINUX),
  ...adapterSteps(guest, LINUX, subnetIn(plan)),
  ...snapshotSteps(TEST1, "snapshot1"),
].flatMap(({ args }) => (args ? [args] : []));

const all = (start: string, values: Readonly<Record<string, string>>): string[] =>
  Object.entries(values).map(([name, value]) => `${start} --${name} ${value}`.trim());

/** The manual's machine (L2520–2646, L2733), the lab's marks, and the network of exercise 3b (L2928). */
const WANTED: readonly string[] = [
  ...all("natnetwork add", {
    netname: "lab-team-01-nat-network",
    network: "192.168.20.0/24",
    enable: "",
    dhcp: "off",
  }),
  `setextradata global classlab/${MARK.id}/natnetwork/lab-team-01-nat-network lab`,
  ...all("createvm", {
    name: "lab-team-01-ubuntu-test1",
    groups: "/classlab/lab/team-01",
    ostype: "Ubuntu_64",
    basefolder: "/srv/classlab",
    uuid: TEST1,
    register: "",
  }),
  ...["classlab lab", `classlab.id ${MARK.id}`, "classlab.stack lab-team-01", "classlab.team team-01"].map(
    (mark) => `setextradata ${TEST1} ${mark}`,
  ),
  `setextradata ${TEST1} classlab.adapter1 bridged lab-bridged`,
  ...all(`modifyvm ${TEST1}`, {
    memory: "4096",
    cpus: "2",
    ioapic: "on",
    vram: "128",
    graphicscontroller: "vmsvga",
    rtcuseutc: "on",
    "audio-enabled": "off",
    mouse: "usbtablet",
    "clipboard-mode": "bidirectional",
    "nested-hw-virt": "off",
    boot1: "disk",
    boot2: "dvd",
    boot3: "none",
    nic1: "bridged",
    bridgeadapter1: "eth0",
    nictype1: "82540EM",
    macaddress1: MAC,
    cableconnected1: "on",
    ...Object.fromEntries([2, 3, 4, 5, 6, 7, 8].map((number) => [`nic${number}`, "none"])),
  }),
  ...all(`storagectl ${TEST1}`, {
    name: "SATA",
    add: "sata",
    controller: "IntelAhci",
    portcount: "3",
    bootable: "on",
  }),
  ...all("createmedium disk", {
    filename: FOLDER,
    diffparent: "/srv/classlab/classlab-cache/classlab-abc123-10.vdi",
    format: "VDI",
  }),
  ...[
    ["0-0", "hdd", FOLDER],
    ["1-0", "dvddrive", "/srv/classlab/seeds/lab-team-01-ubuntu-test1.iso"],
    ["2-0", "dvddrive", "/usr/share/virtualbox/VBoxGuestAdditions.iso"],
  ].flatMap(([port = "", type = "", medium = ""]) =>
    all(`storageattach ${TEST1} ${port}`, { storagectl: "SATA", type, medium }),
  ),
  ...all(`sharedfolder add ${TEST1}`, {
    name: "mount-test-win",
    hostpath: "/srv/classlab/classlab-shared/lab-team-01-ubuntu-test1",
    automount: "",
    "auto-mount-point": "/home/ubuntu/mnt-test",
  }),
  `controlvm ${TEST1} acpipowerbutton`,
  `controlvm ${TEST1} nic1 bridged eth0`,
  `snapshot ${TEST1} take snapshot1`,
];

test("every argument that is dropped or altered is found", () => {
  expect(standing(calls)).toEqual([...WANTED].sort());
  const wanted = [...WANTED].sort().join("\n");
  const alive: string[] = [];
  let mutants = 0;
  for (const [index, call] of calls.entries()) {
    for (const [place, word] of call.entries()) {
      const dropped = call.filter((_, at) => at !== place);
      const altered = call.map((each, at) => (at === place ? `${word}~` : each));
      for (const mutant of [dropped, altered]) {
        mutants += 1;
        const mutated = calls.map((each, at) => (at === index ? mutant : each));
        if (standing(mutated)?.join("\n") === wanted) alive.push(`${index}: ${mutant.join(" ")}`);
      }
    }
  }
  process.stderr.write(
    `VirtualBox's lists: ${calls.length} calls, ${mutants} mutants, ${alive.length} not found\n`,
  );
  expect(alive).toEqual([]);
  expect(mutants).toBeGreaterThan(200);
});
