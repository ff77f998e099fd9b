import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { VirtualBoxSettings } from "../../components/hypervisors/virtualbox/settings";
import type { OwnerMark } from "../../course/mark";
import { MODES } from "../../course/modes";
import type { AdapterPlan, GuestPlan, LabPlan } from "../../course/plan";
import type { SwitchPlan } from "../../course/switches";
import { planOf, ROOT } from "./labs";

/** Whose the objects of these tests are. */
export const MARK: OwnerMark = { lab: "lab", id: "0123456789abcdef", stack: "lab-team-01", team: "team-01" };

/** A Linux host whose disks begin with an image. */
export const LINUX: VirtualBoxSettings = {
  mark: MARK,
  slot: 1,
  version: "7",
  os: "linux",
  folder: "/srv/classlab",
  bridge: "eth0",
  source: { kind: "image", hash: "abc123" },
  seed: "/srv/classlab/seeds/lab-team-01-ubuntu-test1.iso",
  additions: "/usr/share/virtualbox/VBoxGuestAdditions.iso",
};

/** The manual's server: Windows, VirtualBox 6.0.8, installed by hand from a DVD's image (L2426, L2580). */
export const BOOK: VirtualBoxSettings = {
  mark: MARK,
  slot: 1,
  version: "6.0",
  os: "windows",
  folder: "D:\\classlab",
  bridge: "Intel(R) Ethernet Connection (2) I219-LM",
  source: { kind: "installer", path: "D:\\iso\\ubuntu-ja-16.04-desktop-amd64.iso" },
};

const SWITCHES = MODES.filter((mode) => mode !== "disabled").map((mode) => ({ name: mode, mode }));

/** A lab with a switch of every mode and guests that have between them all that a guest of VirtualBox can have. */
export function virtualBoxPlan(more: object = {}): LabPlan {
  return planOf("lab", {
    target: "virtualbox",
    teams: 2,
    switches: [...SWITCHES, { name: "vlan", mode: "bridged", vlan: 10, subnet: "192.168.110.0/24" }],
    guests: [
      {
        name: "ubuntu-test1",
        adapters: [{ switch: "bridged" }],
        clipboard: "both",
        sharedFolder: {},
        snapshots: ["snapshot1"],
      },
      {
        name: "modes",
        profile: "server",
        cpus: 1,
        memory: 1024,
        nested: true,
        adapters: [
          { mode: "disabled" },
          ...SWITCHES.map(({ name }) => ({ switch: name })),
          { switch: "vlan" },
        ],
      },
      { name: "vhd", memory: 512, disk: { size: 10, format: "vhd" }, clipboard: "host-to-guest" },
      { name: "vmdk", memory: 512, disk: { size: 10, format: "vmdk" }, clipboard: "guest-to-host" },
      { name: "fixed", memory: 512, disk: { size: 1, allocation: "fixed" } },
    ],
    ...more,
  });
}

/** A guest of the first team. */
export function guestOf(plan: LabPlan, name: string): GuestPlan {
  const guest = plan.teams[0]?.guests.find((candidate) => candidate.name === name);
  if (!guest) throw new Error(`no guest ${name}`);
  return guest;
}

/** A switch of the first team, or one that all share. */
export function switchOf(plan: LabPlan, name: string): SwitchPlan {
  const found = plan.switches.find((entry) => entry.name === name && entry.team !== "team-02");
  if (!found) throw new Error(`no switch ${name}`);
  return found;
}

/** The subnet of the switch that an adapter is on. */
export function subnetIn(plan: LabPlan): (adapter: Exclude<AdapterPlan, { mode: "disabled" }>) => string {
  return ({ switchObject }) => {
    const found = plan.switches.find(({ objectName }) => objectName === switchObject);
    if (!found) throw new Error(`no switch ${switchObject}`);
    return found.subnet;
  };
}

/** The runner for POSIX sh, as it is sent to a host. */
export const RUNNER = readFileSync(join(ROOT, "components/hypervisors/virtualbox/runner.sh"), "utf8");
