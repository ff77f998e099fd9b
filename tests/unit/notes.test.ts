import { restartsBetween } from "../../course/coexistence";
import type { LabFacts } from "../../course/facts";
import { NOTE_CODES, type PlanNote } from "../../course/notes";
import { AZURE, EC2, GUEST, OUT, planOf, WINDOWS } from "./labs";
import { imageOf } from "./windowsLab";

const six = Array.from({ length: 6 }, (_, index) => ({
  name: `s${index}`,
  mode: "internal",
  subnet: `10.${index}.0.0/24`,
}));

const notesOf = (input: object, facts?: LabFacts): readonly PlanNote[] => planOf("lab", input, facts).notes;
const said = (input: object, facts?: LabFacts) =>
  notesOf(input, facts).map(({ code, where }) => `${code} ${where}`);

const cases: [string, object, LabFacts, string[]][] = [
  ["the course's own lab", {}, {}, []],
  ["the edition of 2019", { edition: "2019" }, {}, Array<string>(6).fill("support-ended lab.edition")],
  [
    "five adapters on VirtualBox",
    {
      target: "virtualbox",
      switches: six,
      guests: [
        { name: "four", adapters: six.slice(0, 4).map(({ name }) => ({ switch: name })) },
        { name: "five", adapters: six.slice(0, 5).map(({ name }) => ({ switch: name })) },
      ],
    },
    {},
    ["adapters-not-shown lab.guests[1].adapters"],
  ],
  [
    "five adapters elsewhere",
    {
      switches: six,
      guests: [{ name: "five", adapters: six.slice(0, 5).map(({ name }) => ({ switch: name })) }],
    },
    {},
    [],
  ],
  [
    "a host without figures",
    { target: "virtualbox", hosts: [{ ...WINDOWS, cpus: undefined }], guests: [GUEST] },
    {},
    ["capacity-unchecked lab.hosts[0]"],
  ],
  [
    "a type that is not in the table",
    { target: "hyperv", hosts: [{ ...AZURE, os: "windows", vmSize: "Standard_L8s_v3" }], ...OUT },
    {},
    ["capacity-unchecked lab.hosts[0]"],
  ],
  ["a type that is", { target: "hyperv", hosts: [{ ...AZURE, os: "windows" }], ...OUT }, {}, []],
  [
    "a host without a team",
    {
      target: "virtualbox",
      hosts: [WINDOWS, { ...WINDOWS, name: "pc-2", address: "192.0.2.2" }],
      guests: [GUEST],
    },
    {},
    ["host-unused lab.hosts[1]"],
  ],
  [
    "a host with restore software",
    { target: "virtualbox", hosts: [{ ...WINDOWS, restores: true }], guests: [GUEST] },
    {},
    ["host-restores lab.hosts[0].restores"],
  ],
  [
    "a room with DHCP that registers MAC addresses",
    { target: "libvirt", site: { network: { addressing: "dhcp", macRegistration: true } } },
    {},
    ["dhcp-reservations lab.site.network.addressing", "mac-registration lab.site.network.macRegistration"],
  ],
  [
    "the same room, with no guest on its LAN",
    { target: "libvirt", site: { network: { addressing: "dhcp", macRegistration: true } }, ...OUT },
    {},
    [],
  ],
  [
    "a room's subnet on containers",
    { site: { network: { cidr: "10.20.0.0/24", macRegistration: true } } },
    {},
    ["lan-stood-in lab.site.network.cidr"],
  ],
  [
    "a room's subnet on containers without a LAN",
    { site: { network: { cidr: "10.20.0.0/24" } }, ...OUT },
    {},
    [],
  ],
  [
    "Docker in a machine of its own",
    {},
    { routed: false },
    ["docker-desktop-licence lab.licences.dockerDesktop"],
  ],
  [
    "Docker Desktop with a licence",
    { licences: { dockerDesktop: { basis: "education" } } },
    { routed: false },
    [],
  ],
  [
    "the browser",
    { target: "libvirt", channels: ["ssh", "browser"], guests: [GUEST] },
    {},
    ["browser-channel lab.channels[1]"],
  ],
  [
    "RDP without a number of learners",
    { target: "virtualbox", channels: ["rdp"], hosts: [WINDOWS], guests: [GUEST] },
    {},
    ["desktop-seats-unknown lab.hosts[0]"],
  ],
  [
    "RDP with one",
    {
      target: "virtualbox",
      channels: ["rdp"],
      hosts: [WINDOWS],
      teams: [{ id: "t1", seats: 1 }],
      guests: [GUEST],
    },
    {},
    [],
  ],
  [
    "a type of EC2 of which nothing is said",
    {
      target: "libvirt",
      hosts: [
        { ...EC2, name: "a", instanceType: "t3.micro" },
        { ...EC2, name: "b", instanceType: "m8i-flex.xlarge" },
        { ...EC2, name: "c", instanceType: "c8i.metal-48xl" },
      ].map((host) => ({ ...host, maxTeams: 1 })),
      teams: 3,
      ...OUT,
    },
    {},
    [
      "capacity-unchecked lab.hosts[0]",
      "capacity-unchecked lab.hosts[2]",
      "nesting-undocumented lab.hosts[0].instanceType",
    ],
  ],
  [
    "libvirt on Azure",
    { target: "libvirt", hosts: [AZURE], ...OUT },
    {},
    ["azure-libvirt lab.hosts[0].target"],
  ],
  [
    "a host that staff alone come to",
    { target: "libvirt", hosts: [{ ...AZURE, bastion: true, allowedCidrs: [] }], ...OUT },
    {},
    ["azure-libvirt lab.hosts[0].target", "staff-only lab.hosts[0].allowedCidrs"],
  ],
  [
    "a host that learners come to as well",
    { target: "libvirt", hosts: [{ ...AZURE, bastion: true }], ...OUT },
    {},
    ["azure-libvirt lab.hosts[0].target"],
  ],
  [
    "VirtualBox beside Hyper-V",
    { target: "virtualbox", coexistence: "slow", hosts: [{ ...WINDOWS, hyperv: true }], guests: [GUEST] },
    {},
    ["coexistence-slow lab.coexistence"],
  ],
  [
    "the same for one team",
    {
      target: "virtualbox",
      teams: [{ id: "t1", coexistence: "slow" }],
      hosts: [{ ...WINDOWS, hyperv: true }],
      guests: [GUEST],
    },
    {},
    ["coexistence-slow lab.teams"],
  ],
  [
    "one of them at a time",
    {
      target: "virtualbox",
      coexistence: "reboot-between",
      hosts: [{ ...WINDOWS, hyperv: true }],
      guests: [GUEST],
    },
    {},
    ["coexistence-reboot-between lab.coexistence"],
  ],
  [
    "a host whose restarts undo what was changed",
    { target: "virtualbox", hosts: [{ ...WINDOWS, restores: true }], guests: [GUEST] },
    {},
    ["host-restores lab.hosts[0].restores"],
  ],
  [
    "a host for each",
    {
      coexistence: "separate-host",
      exercises: ["4-docker", "hyperv"],
      hosts: [
        { ...WINDOWS, target: "virtualbox", shared: true },
        { ...WINDOWS, name: "pc-2", address: "192.0.2.2", target: "hyperv" },
      ],
      guests: [GUEST],
    },
    {},
    ["host-unused lab.hosts[1]", "coexistence-separate-host lab.coexistence"],
  ],
  [
    "VirtualBox alone, whatever the lab says",
    { target: "virtualbox", coexistence: "slow", hosts: [WINDOWS], guests: [GUEST] },
    {},
    [],
  ],
  [
    "Hyper-V on the host of another team",
    {
      target: "virtualbox",
      coexistence: "slow",
      teams: [
        { id: "t1", host: "pc" },
        { id: "t2", host: "pc-2", coexistence: "reboot-between" },
      ],
      hosts: [WINDOWS, { ...WINDOWS, name: "pc-2", address: "192.0.2.2", hyperv: true }],
      guests: [GUEST],
    },
    {},
    ["coexistence-reboot-between lab.teams"],
  ],
  [
    "a guest with Windows",
    {
      target: "libvirt",
      guests: [GUEST, { name: "w", os: "windows", disk: { size: 64 }, image: imageOf("server-2025") }],
    },
    {},
    ["windows-guest lab.guests[1].os"],
  ],
];

test.each(cases)("%s", (_name, input, facts, expected) => {
  expect(said(input, facts)).toEqual(expected);
});

test("every kind is shown here; notes are whole sentences in both languages, and name a source", () => {
  const notes = cases.flatMap(([, input, facts]) => notesOf(input, facts));
  expect([...new Set(notes.map(({ code }) => code))].sort()).toEqual([...NOTE_CODES].sort());
  for (const { text, source } of notes) {
    expect(text.en).toMatch(/^[A-Z].*\.$/);
    expect(text.ja).toMatch(/[\u3041-\u30ff].*。$/u);
    expect(`${text.en}${text.ja}`).not.toMatch(/undefined|NaN/);
    expect(source).not.toBe("");
  }
});

test("notes tell names, figures and dates", () => {
  expect(notesOf({ edition: "2019" })[0]?.text.en).toBe(
    "The edition of 2019 uses Ubuntu 16.04, whose support ended in 2021-04: security holes are no longer mended.",
  );
  expect(
    notesOf({ target: "virtualbox", hosts: [{ ...WINDOWS, cpus: undefined }], guests: [GUEST] })[0]?.text,
  ).toEqual({
    en: 'Whether the guests fit host "pc" is not checked: its cpus, memory and disk are not given.',
    ja: "cpus、memory、diskが設定されていないため、ゲストがホスト「pc」に収まるかどうかは確認していません。",
  });
});

describe("VirtualBox and Hyper-V on one server", () => {
  const textOf = (more: object) =>
    planOf("lab", {
      target: "virtualbox",
      coexistence: "reboot-between",
      hosts: [{ ...WINDOWS, hyperv: true }],
      exercises: ["2-guest", "hyperv", "vagrant", "3b-bridged", "4-docker"],
      guests: [GUEST],
      ...more,
    }).notes.find(({ code }) => code === "coexistence-reboot-between")?.text;

  test("restarts are those between exercises of the one and the other", () => {
    expect(restartsBetween([])).toBe(0);
    expect(restartsBetween(["1-virtualbox", "4-docker", "2-guest"])).toBe(0);
    expect(restartsBetween(["1-virtualbox", "hyperv", "vagrant", "4-docker", "3b-nat", "nested"])).toBe(3);
    expect(textOf({})?.en).toBe(
      "VirtualBox and Hyper-V take turns: 2 restarts of the server in the order of the exercises. While the one is used, guests of the other do not run.",
    );
  });

  test("those for which the calendar has a break between lessons take nobody's time", () => {
    const lessons = [
      { start: "2027-01-18T09:00", end: "2027-01-18T12:00" },
      { start: "2027-01-18T13:00", end: "2027-01-18T17:00" },
    ];
    expect(textOf({ calendar: { lessons } })?.en).toContain(
      "2 restarts of the server in the order of the exercises, 1 of them within lessons (the calendar has 1 break between lessons)",
    );
  });
});
