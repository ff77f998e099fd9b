import { parseLab } from "../../course/config";
import type { LabFacts } from "../../course/facts";
import { formatFaults } from "../../course/faults";
import { makePlan } from "../../course/plan";
import { AZURE, EC2, GUEST, OUT, PC, solid, WINDOWS } from "./labs";

// What lies just inside what the fixtures of tests/fixtures/bad lie just outside of.
const lesson = { start: "2027-01-18T09:00", end: "2027-01-18T17:00" };
const next = { start: "2027-01-18T17:00", end: "2027-01-19T10:00" };

test.each<[string, object]>([
  [
    "0.0.0.0/0 said twice",
    { target: "libvirt", hosts: [{ ...EC2, allowedCidrs: ["0.0.0.0/0", "0.0.0.0/0"] }], ...OUT },
  ],
  ["a company's /8", { target: "libvirt", hosts: [{ ...EC2, allowedCidrs: ["10.0.0.0/8"] }], ...OUT }],
  [
    "nobody, by Bastion",
    { target: "hyperv", hosts: [{ ...AZURE, os: "windows", allowedCidrs: [], bastion: true }], ...OUT },
  ],
  ["Wi-Fi without bridged guests", { target: "libvirt", hosts: [{ ...PC, link: "wifi" }], ...OUT }],
  [
    "Wi-Fi in the room without bridged guests",
    { target: "libvirt", site: { network: { link: "wifi" } }, ...OUT },
  ],
  ["Wi-Fi under containers, whose LAN is no wire", { site: { network: { link: "wifi" } } }],
  [
    "memory that starts at its least and its most",
    { guests: [{ name: "g", memory: { start: 512, min: 512, max: 512 } }] },
  ],
  [
    "time zones by any of their names",
    {
      guests: ["Asia/Kolkata", "UTC", "Etc/GMT+9", "Japan"].map((timeZone, index) => ({
        name: `g${index}`,
        timeZone,
      })),
    },
  ],
  [
    "dynamic memory on Hyper-V",
    { target: "hyperv", guests: [{ name: "g", memory: { start: 1024, min: 512, max: 4096 } }] },
  ],
  [
    "lessons that touch, and ends on the last minute",
    {
      calendar: {
        lessons: [lesson, next],
        extension: 60,
        hardEnd: "2027-01-19T11:00",
        preparation: "2027-01-18",
        teardown: "2027-01-19",
        timeZone: "Asia/Tokyo",
      },
    },
  ],
  [
    "two administrators of a server",
    {
      target: "hyperv",
      channels: ["rdp"],
      teams: [{ id: "t1", seats: 2 }],
      hosts: [{ ...WINDOWS, windows: "server" }],
      guests: [GUEST],
    },
  ],
  [
    "as many as there are licences for",
    {
      target: "hyperv",
      channels: ["rdp"],
      licences: { remoteDesktop: { users: 5 } },
      teams: [{ id: "t1", seats: 5 }],
      hosts: [{ ...WINDOWS, windows: "server" }],
      guests: [GUEST],
    },
  ],
  [
    "many learners at the desks of the classroom",
    {
      target: "virtualbox",
      teams: [{ id: "t1", seats: 4 }],
      hosts: [WINDOWS],
      guests: [GUEST],
    },
  ],
  [
    "the Extension Pack accepted for education",
    {
      target: "virtualbox",
      exercises: ["1-virtualbox"],
      licences: { extensionPack: { accepted: "PUEL", basis: "education" } },
      guests: [GUEST],
    },
  ],
  [
    "the Extension Pack's exercise where it is not installed",
    { target: "libvirt", exercises: ["4-docker", "1-virtualbox"], guests: [GUEST] },
  ],
  [
    "Hyper-V on a host that has it",
    {
      target: "hyperv",
      hosts: [{ ...WINDOWS, hyperv: true }],
      exercises: ["4-docker", "hyperv"],
      guests: [GUEST],
    },
  ],
  [
    "VirtualBox with Hyper-V off in between",
    {
      target: "virtualbox",
      coexistence: "reboot-between",
      exercises: ["4-docker", "hyperv"],
      guests: [GUEST],
    },
  ],
  [
    "a host for each of the two",
    {
      coexistence: "separate-host",
      exercises: ["4-docker", "hyperv"],
      hosts: [
        { ...WINDOWS, target: "virtualbox", shared: true },
        { ...WINDOWS, name: "pc-2", address: "192.0.2.2", target: "hyperv" },
      ],
      guests: [GUEST],
    },
  ],
  [
    "two adapters of a guest on one switch of a hypervisor",
    {
      target: "libvirt",
      guests: [{ name: "g", adapters: [{ switch: "lan" }, { switch: "lan" }] }],
    },
  ],
  [
    "the room's subnet on the switch",
    {
      target: "libvirt",
      site: {
        network: {
          cidr: "10.20.0.0/24",
          gateway: "10.20.0.254",
          addressing: { from: "10.20.0.1", to: "10.20.0.253" },
        },
      },
      switches: [{ name: "lan", mode: "bridged", subnet: "10.20.0.0/24" }],
      guests: [GUEST],
    },
  ],
  [
    "the first and only address of a room's range",
    {
      target: "libvirt",
      site: { network: { cidr: "10.20.0.0/24", addressing: { from: "10.20.0.50", to: "10.20.0.50" } } },
      guests: [{ name: "g", adapters: [{ switch: "lan", address: "10.20.0.50" }] }],
    },
  ],
  [
    "a room's subnet beside containers, whose LAN is another",
    {
      site: { network: { cidr: "10.20.0.0/24" } },
      switches: [{ name: "lan", mode: "bridged", subnet: "10.30.0.0/24" }],
      guests: [GUEST],
    },
  ],
  [
    "the largest subnet",
    { switches: [{ name: "lan", mode: "bridged", subnet: "10.0.0.0/8" }], guests: [GUEST] },
  ],
  [
    "the smallest subnet",
    {
      switches: [{ name: "lan", mode: "bridged", subnet: "10.0.0.0/29" }],
      guests: [{ name: "g", adapters: [{ switch: "lan", address: "10.0.0.6" }] }],
    },
  ],
  [
    "a farm up to the last port",
    { guests: [{ name: "g", docker: [{ kind: "nginx-farm", firstPort: 65436, count: 100 }] }] },
  ],
  [
    "VirtualBox on Windows Home",
    { target: "virtualbox", hosts: [{ ...WINDOWS, windows: "home" }], guests: [GUEST] },
  ],
])("no fault: %s", (_name, input) => {
  const result = makePlan("lab", solid(parseLab(input)));
  expect(result.ok ? [] : result.faults).toEqual([]);
});

/** The faults of a lab as lines. */
function told(input: object, facts: LabFacts = {}): string {
  const result = makePlan("lab", solid(parseLab(input)), facts);
  return result.ok ? "no fault" : formatFaults(result.faults);
}

const at = (...lessons: string[][]) => ({
  calendar: {
    lessons: lessons.map(([start, end]) => ({ start: `2027-01-18T${start}`, end: `2027-01-18T${end}` })),
  },
});
const APART = "hosts with target virtualbox and target hyperv apart";

test.each<[string, object, string]>([
  [
    "a lesson of no length, which overlaps nothing",
    at(["09:00", "09:00"], ["08:00", "10:00"]),
    "ends at 2027-01-18T09:00. ",
  ],
  [
    "an end before that of the last lesson, without extension",
    { calendar: { ...at(["09:00", "17:00"]).calendar, hardEnd: "2027-01-18T16:59" } },
    "the last lesson, 2027-01-18T17:00. ",
  ],
  [
    "one bridged adapter of two, over Wi-Fi",
    {
      target: "libvirt",
      site: { network: { link: "wifi" } },
      switches: [{ name: "lan", mode: "bridged" }, ...OUT.switches],
      guests: [{ name: "g", adapters: [{ switch: "lan" }, { switch: "out" }] }],
    },
    "the room is on Wi-Fi",
  ],
  [
    "a separate host of neither kind",
    {
      target: "virtualbox",
      coexistence: "separate-host",
      exercises: ["4-docker", "hyperv"],
      hosts: [
        { ...WINDOWS, shared: true },
        { ...PC, name: "pc-2", address: "192.0.2.2", target: "libvirt" },
      ],
      guests: [GUEST],
    },
    APART,
  ],
  [
    "a separate host beside one on which both are",
    {
      target: "virtualbox",
      coexistence: "separate-host",
      hosts: [
        { ...WINDOWS, shared: true, hyperv: true },
        { ...WINDOWS, name: "pc-2", address: "192.0.2.2", target: "hyperv" },
      ],
      guests: [GUEST],
    },
    APART,
  ],
  [
    "a cloud host that nobody reaches and that has no Bastion",
    { target: "hyperv", hosts: [{ ...AZURE, os: "windows", allowedCidrs: [] }], ...OUT },
    'nobody may reach host "az"',
  ],
  [
    "RDP where some guests are containers",
    {
      channels: ["rdp"],
      hosts: [
        { kind: "this-machine", name: "here" },
        { ...PC, target: "libvirt" },
      ],
      guests: [GUEST],
    },
    "channel rdp lets remote learners in",
  ],
  [
    "the Extension Pack where some hosts have VirtualBox",
    {
      exercises: ["1-virtualbox"],
      hosts: [
        { ...WINDOWS, target: "virtualbox" },
        { ...PC, name: "pc-2", address: "192.0.2.2", target: "libvirt" },
      ],
      guests: [GUEST],
    },
    "whose licence nobody has accepted",
  ],
  [
    "an address that is neither the room's nor the course's",
    {
      target: "libvirt",
      site: { network: { cidr: "10.20.0.0/24" } },
      guests: [{ name: "g", adapters: [{ switch: "lan", address: "10.99.0.9" }] }],
    },
    "10.99.0.9 is not in 10.20.0.0/24",
  ],
])("one fault: %s", (_name, input, words) => {
  const text = told(input);
  expect(text).toContain(words);
  expect(text).not.toContain("\n");
});

test("a free subnet is free for every slot of a switch that each team has", () => {
  const used = (subnet: string) => ({ subnet, user: "interface tun0" });
  const facts = { subnets: [used("192.168.20.0/24"), used("192.168.100.0/24")] };
  expect(told({ teams: 2, ...OUT }, facts)).toContain("192.168.101.0/24 is free");
});

test("a lab's name has up to 28 characters", () => {
  const config = solid(parseLab({ guests: [GUEST] }));
  expect(makePlan("a".repeat(28), config).ok).toBe(true);
  expect(makePlan("a".repeat(29), config).ok).toBe(false);
});
