import { parseLab } from "../../course/config";
import type { LabFacts } from "../../course/facts";
import { formatFaults } from "../../course/faults";
import { makePlan } from "../../course/plan";
import { AZURE, EC2, PC, planOf, solid } from "./labs";

// Every fault of a lab, and where a lab is just good: what the fixtures of tests/fixtures/bad do not tell apart.
const GUEST = { name: "g", memory: 512, adapters: [{ switch: "lan" }] };
const WINDOWS = { ...PC, os: "windows" };
const OUT = {
  switches: [{ name: "out", mode: "nat-network" }],
  guests: [{ ...GUEST, adapters: [{ switch: "out" }] }],
};

/** The faults of a lab, one a line; none for a good one. */
function faults(input: object, facts: LabFacts = {}): string[] {
  const result = makePlan("lab", solid(parseLab(input)), facts);
  return result.ok ? [] : formatFaults(result.faults).split("\n");
}

describe("hosts", () => {
  test("this machine is one host", () => {
    const hosts = ["a", "b"].map((name) => ({ kind: "this-machine", name }));
    expect(faults({ hosts })).toEqual([
      "lab.hosts[1]: two hosts are the same machine: this machine. Expected one host for each machine. [duplicate-host]",
    ]);
  });

  test("of two wide networks each has to be said twice", () => {
    const open = (...allowedCidrs: string[]) =>
      faults({ target: "libvirt", hosts: [{ ...EC2, allowedCidrs }], ...OUT });
    const told = (cidr: string) => [
      `lab.hosts[0].allowedCidrs: ${cidr} lets the whole internet at host "aws". Expected the subnets that learners and staff come from. If everybody is meant, write it twice: [${cidr}, ${cidr}]. [cloud-access]`,
    ];
    expect(open("0.0.0.0/1", "128.0.0.0/1")).toEqual(told("0.0.0.0/1"));
    expect(open("0.0.0.0/1", "0.0.0.0/1", "128.0.0.0/1")).toEqual(told("128.0.0.0/1"));
    expect(open("0.0.0.0/1", "0.0.0.0/1", "128.0.0.0/1", "128.0.0.0/1")).toEqual([]);
  });

  test("guests run in Windows of EC2 up to 192 vCPUs, and in Linux whatever it has", () => {
    const of = (os: string, ...types: string[]) =>
      faults({
        target: os === "windows" ? "hyperv" : "libvirt",
        hosts: types.map((instanceType, index) => ({ ...EC2, name: `h${index}`, instanceType, os })),
        ...OUT,
      });
    const told = (index: number) =>
      `lab.hosts[${index}].instanceType: host "h${index}" has 384 vCPUs, and Amazon supports guests in Windows up to 192. Expected a smaller type, or os: linux with target libvirt. [target-unsupported]`;
    expect(of("windows", "m8i.48xlarge")).toEqual([]);
    expect(of("windows", "m8i.96xlarge")).toEqual([told(0)]);
    expect(of("windows", "c8i.large", "r8i.96xlarge")).toEqual([told(1)]);
    // A type that the table does not know may have any number.
    expect(of("windows", "m8i.metal-96xl")).toEqual([]);
    expect(of("linux", "m8i.96xlarge")).toEqual([]);
    const hosts = [{ ...AZURE, vmSize: "Standard_D96s_v5", os: "windows" }];
    expect(faults({ target: "hyperv", hosts, ...OUT })).toEqual([]);
  });

  test("RDP is counted on Windows alone, and where its edition is known", () => {
    const rdp = { channels: ["rdp"], teams: [{ id: "t1", seats: 3 }] };
    expect(faults({ ...rdp, target: "libvirt", hosts: [EC2], ...OUT })).toEqual([]);
    expect(faults({ ...rdp, target: "hyperv", hosts: [WINDOWS], guests: [GUEST] })).toEqual([]);
  });
});

describe("names", () => {
  test("a team has no stack of the name that is reserved for the gateway of browsers", () => {
    const named = (id: string, more: object) =>
      faults({ target: "libvirt", units: "per-team", teams: [{ id, slot: 1 }], guests: [GUEST], ...more });
    const browser = { channels: ["ssh", "browser"] };
    expect(named("gateway", browser)).toEqual([
      'lab.teams: the stack of team "gateway" would have the name of the gateway that is reserved for the channel browser. Expected another id, or "units: one". [duplicate-team]',
    ]);
    expect(named("gateway", { ...browser, units: "one" })).toEqual([]);
    expect(named("gateway", { channels: ["ssh"] })).toEqual([]);
    expect(named("gateway-1", browser)).toEqual([]);
    expect(named("site", browser)).toEqual([
      'lab.teams: the stack of team "site" would have the name of the stack for what teams share. Expected another id, or "units: one". [duplicate-team]',
    ]);
  });

  test("a team named site has a stack of its own name where all is one stack", () => {
    expect(faults({ units: "one", teams: [{ id: "site", slot: 1 }] })).toEqual([]);
  });
});

describe("the calendar", () => {
  const calendar = (lessons: [string, string][], more: object = {}) =>
    faults({ calendar: { lessons: lessons.map(([start, end]) => ({ start, end })), ...more } });

  test("of a day that there is not, nothing else is said", () => {
    const absent = (where: string, day: string) =>
      `lab.calendar.${where}: there is no day ${day}. Expected a day that exists. [calendar-invalid]`;
    expect(calendar([["2027-02-30T10:00", "2027-02-28T09:00"]])).toEqual([
      absent("lessons[0].start", "2027-02-30"),
    ]);
    expect(calendar([["2027-02-28T10:00", "2027-02-30T09:00"]], { teardown: "2027-02-27" })).toEqual([
      absent("lessons[0].end", "2027-02-30"),
    ]);
    expect(calendar([["2027-03-01T10:00", "2027-03-01T09:00"]], { hardEnd: "2027-00-10T09:00" })).toEqual([
      absent("hardEnd", "2027-00-10"),
    ]);
  });

  test("first and last are so by the clock, in whatever order lessons stand", () => {
    expect(
      calendar(
        [
          ["2027-01-19T09:00", "2027-01-19T12:00"],
          ["2027-01-18T09:00", "2027-01-18T12:00"],
        ],
        { preparation: "2027-01-19", teardown: "2027-01-18" },
      ),
    ).toEqual([
      "lab.calendar.lessons[1].start: the lesson of 2027-01-18T09:00 begins before that of 2027-01-19T09:00 has ended. Expected lessons in their order, one after the other. [calendar-invalid]",
      "lab.calendar.preparation: 2027-01-19 is after the first lesson, 2027-01-18T09:00. Expected an earlier day. [calendar-invalid]",
      "lab.calendar.teardown: 2027-01-18 is before the end of the last lesson, 2027-01-19T12:00. Expected a later day. [calendar-invalid]",
    ]);
  });
});

describe("stacks", () => {
  test("each port that two share is told", () => {
    const docker = [
      { kind: "nginx", port: 8001 },
      { kind: "wordpress", port: 8003 },
      { kind: "nginx-farm", firstPort: 8001, count: 4 },
    ];
    const told = (port: number, other: string) =>
      `lab.guests[0].docker[2].firstPort: port ${port} of guest "g" is used by ${other} and by nginx-farm. Expected a port of its own for each service of a guest. [duplicate-port]`;
    expect(faults({ guests: [{ ...GUEST, docker }] })).toEqual([
      told(8001, "nginx"),
      told(8003, "wordpress"),
    ]);
  });
});

describe("adapters", () => {
  test("an address after the room's range is outside it, as one before it is", () => {
    const told = (address: string) =>
      faults({
        target: "libvirt",
        site: { network: { cidr: "10.20.0.0/24", addressing: { from: "10.20.0.50", to: "10.20.0.60" } } },
        guests: [{ ...GUEST, adapters: [{ switch: "lan", address }] }],
      });
    const outside = (address: string) => [
      `lab.guests[0].adapters[0].address: ${address} is not among the addresses that the room gives to switch "lan". Expected an address from 10.20.0.50 to 10.20.0.60. [address-outside-subnet]`,
    ];
    expect(told("10.20.0.49")).toEqual(outside("10.20.0.49"));
    expect(told("10.20.0.50")).toEqual([]);
    expect(told("10.20.0.60")).toEqual([]);
    expect(told("10.20.0.61")).toEqual(outside("10.20.0.61"));
  });

  test("an address of the course's subnet that the smaller one of the room begins like is not moved", () => {
    const network = { cidr: "192.168.99.0/25", addressing: { from: "192.168.99.50", to: "192.168.99.60" } };
    const guests = [{ ...GUEST, adapters: [{ switch: "lan", address: "192.168.99.200" }] }];
    expect(faults({ target: "libvirt", site: { network }, guests })).toEqual([
      'lab.guests[0].adapters[0].address: 192.168.99.200 is not in 192.168.99.0/25 of switch "lan". Expected an address from 192.168.99.50 to 192.168.99.60. [address-outside-subnet]',
    ]);
  });

  test("of two switches of one name the first is meant", () => {
    const lan = (subnet: string) => ({ name: "lan", mode: "bridged", subnet });
    expect(
      faults({
        switches: [lan("10.1.0.0/24"), lan("10.2.0.0/24")],
        guests: [{ ...GUEST, adapters: [{ switch: "lan", address: "10.1.0.9" }] }],
      }),
    ).toEqual([
      'lab.switches[1].name: two switches are named "lan". Expected a name of its own for each switch. [duplicate-switch]',
    ]);
  });
});

describe("Wi-Fi", () => {
  const wifi = { network: { link: "wifi" } };

  test("a room on Wi-Fi says it once, whatever its hosts are on", () => {
    expect(
      faults({ target: "libvirt", site: wifi, hosts: [{ ...PC, link: "wifi" }], guests: [GUEST] }),
    ).toEqual([
      'lab.site.network.link: guest "g" is bridged, and the room is on Wi-Fi, which carries no second MAC address behind a card. Expected a cable, or mode nat-network, in which guests get out and see each other. [bridge-impossible]',
    ]);
  });

  test("a cloud host is not in the room", () => {
    const [first, ...more] = faults({ target: "libvirt", site: wifi, hosts: [EC2], guests: [GUEST] });
    expect(first).toMatch(/^lab\.switches\[0\]\.mode: .* \[mode-unsupported\]$/);
    expect(more).toEqual([]);
  });
});

describe("the room's network", () => {
  test("its own address and its broadcast address are no guest's", () => {
    const told = (from: string, to: string) =>
      faults({
        target: "libvirt",
        site: { network: { cidr: "10.20.0.0/24", addressing: { from, to } } },
        guests: [GUEST],
      });
    const outside = (key: string, address: string) => [
      `lab.site.network.addressing.${key}: ${address} is no address of 10.20.0.0/24. Expected an address from 10.20.0.1 to 10.20.0.254. [site-network-invalid]`,
    ];
    expect(told("10.20.0.0", "10.20.0.90")).toEqual(outside("from", "10.20.0.0"));
    expect(told("10.20.0.10", "10.20.0.255")).toEqual(outside("to", "10.20.0.255"));
    expect(told("10.20.0.2", "10.20.0.254")).toEqual([]);
  });

  test("an address that is somebody's is told where it stands, of a gateway that also serves names once", () => {
    const told = (network: object) =>
      faults({
        target: "libvirt",
        hosts: [{ ...PC, shared: true }],
        teams: 2,
        site: { network: { cidr: "10.20.0.0/24", ...network } },
        guests: [GUEST],
      });
    expect(told({ dns: ["10.20.0.53", "10.20.0.100"] })).toEqual([
      'lab.site.network.dns[1]: 10.20.0.100 is the room\'s DNS server, and guest "g" of team-02 would have it. Expected addresses for guests that nothing else in the room has, such as addressing: { from, to }. [address-reserved]',
    ]);
    expect(told({ gateway: "10.20.0.100", dns: ["10.20.0.100"] })).toEqual([
      'lab.site.network.gateway: 10.20.0.100 is the room\'s gateway, and guest "g" of team-02 would have it. Expected addressing: { from, to } with addresses that nothing in the room has. [address-reserved]',
    ]);
  });

  test("it is that of the first host that is no stand-in", () => {
    expect(
      faults({
        site: { network: { cidr: "10.20.0.0/24" } },
        hosts: [
          { kind: "this-machine", name: "here" },
          { ...PC, target: "libvirt" },
        ],
        switches: [{ name: "lan", mode: "bridged", subnet: "10.30.0.0/24" }],
        guests: [GUEST],
      }),
    ).toEqual([
      'lab.switches[0].subnet: switch "lan" is the classroom LAN and has 10.30.0.0/24, where the room has 10.20.0.0/24. Expected no subnet there, or 10.20.0.0/24. [site-network-invalid]',
    ]);
  });

  test("of a room whose subnet is not known the LAN's own is taken", () => {
    const switches = [{ name: "lan", mode: "bridged", subnet: "10.30.0.0/24" }];
    expect(faults({ target: "libvirt", hosts: [PC], switches, guests: [GUEST] })).toEqual([]);
  });

  test("a room may have public addresses", () => {
    const site = { network: { cidr: "203.0.113.0/24" } };
    expect(faults({ target: "libvirt", site, guests: [GUEST] })).toEqual([]);
  });
});

describe("switches", () => {
  const vlan = (name: string, id: number, third: number) => ({
    name,
    mode: "bridged",
    vlan: id,
    subnet: `192.168.${third}.0/24`,
  });
  const lan = { name: "lan", mode: "bridged" };
  const own = (name: string, subnet: string) => ({ name, mode: "nat-network", subnet });

  test("a VLAN beside the LAN is one of its own; two of one number are not", () => {
    const told = (...switches: object[]) =>
      faults({ target: "hyperv", switches: [lan, ...switches], guests: [GUEST] });
    expect(told(vlan("a", 10, 110), vlan("b", 20, 120))).toEqual([]);
    expect(told(vlan("a", 10, 110), vlan("b", 10, 120))).toEqual([
      'lab.switches[2].vlan: switches "a" and "b" both are VLAN 10. Expected one switch for each VLAN. [vlan-invalid]',
    ]);
  });

  test("a subnet that is private at its beginning only is in no private range", () => {
    expect(faults({ switches: [own("out", "192.168.0.0/15")], guests: OUT.guests })).toEqual([
      "lab.switches[0].subnet: team-01 would have 192.168.0.0/15 there, which is no private address range: each team has a switch of its own, and slots after 1 have the subnets that follow. Expected a subnet early enough in its private range, or lower slots. [subnet-invalid]",
    ]);
  });

  test("VirtualBox for Linux has eight host-only networks of the usual size; Windows and other hypervisors have any", () => {
    const told = (target: string, subnet: string, host: object = { kind: "this-machine", name: "here" }) =>
      faults({
        target,
        hosts: [host],
        teams: 1,
        switches: [{ name: "only", mode: "host-only", subnet }],
        guests: [{ ...GUEST, adapters: [{ switch: "only" }] }],
      });
    const refused = (subnet: string, host = "here") => [
      `lab.switches[0].subnet: ${subnet} of team-01 is host-only on host "${host}", where VirtualBox for Linux refuses it. Expected subnets within 192.168.56.0/21. That is one /24 for each of eight teams on a host: place the others on another one, or give the switch a smaller subnet. [subnet-invalid]`,
    ];
    expect(told("virtualbox", "192.168.56.0/24")).toEqual([]);
    expect(told("virtualbox", "192.168.63.0/24")).toEqual([]);
    expect(told("virtualbox", "192.168.56.0/21")).toEqual([]);
    expect(told("virtualbox", "192.168.64.0/24")).toEqual(refused("192.168.64.0/24"));
    expect(told("virtualbox", "192.168.55.0/24")).toEqual(refused("192.168.55.0/24"));
    expect(told("virtualbox", "192.168.48.0/20")).toEqual(refused("192.168.48.0/20"));
    expect(told("virtualbox", "10.5.0.0/24", PC)).toEqual(refused("10.5.0.0/24", "pc"));
    expect(told("virtualbox", "10.5.0.0/24", WINDOWS)).toEqual([]);
    expect(told("libvirt", "10.5.0.0/24")).toEqual([]);
  });

  test("a subnet of one address that ends another one", () => {
    const [size, overlap] = faults({
      switches: [own("out", "192.168.20.0/24"), own("in", "192.168.20.255/32")],
      guests: OUT.guests,
    });
    expect(size).toMatch(/^lab\.switches\[1\]\.subnet: 192\.168\.20\.255\/32 is too small for a lab\./);
    expect(overlap).toMatch(
      /^lab\.switches\[1\]\.subnet: 192\.168\.20\.255\/32 of team-01 overlaps 192\.168\.20\.0\/24 /,
    );
  });

  test("a mode is asked for by any adapter of any guest, and by nothing else", () => {
    const told = (...guests: object[][]) =>
      faults({
        target: "libvirt",
        hosts: [EC2],
        switches: [lan, ...OUT.switches],
        guests: guests.map((adapters, index) => ({ name: `g${index}`, adapters })),
      }).map((line) => line.slice(0, line.indexOf(":")));
    const [off, on] = [{ mode: "disabled" }, { switch: "lan" }];
    expect(told([off, { switch: "out" }])).toEqual([]);
    expect(told([off, { switch: "out" }], [off, on])).toEqual(["lab.switches[0].mode"]);
  });

  test("on a machine of the room the LAN is named after it", () => {
    const { switches } = planOf("lab", { target: "libvirt", hosts: [PC], guests: [GUEST] });
    expect(switches.map(({ key }) => key)).toEqual(["pc-lan"]);
  });

  test("a team's own subnet that the one of another follows into", () => {
    expect(
      faults({
        teams: 2,
        switches: [own("out", "192.168.20.0/24"), own("in", "192.168.21.0/24")],
        guests: OUT.guests,
      }),
    ).toEqual([
      'lab.switches[1].subnet: 192.168.21.0/24 of team-01 overlaps 192.168.21.0/24 of switch "out" of team-02. Expected subnets that share no address. Each team has a switch of its own there, and slots after 1 have the subnets that follow. [subnet-overlap]',
    ]);
  });

  test("what teams share needs one free subnet, whatever the number of teams", () => {
    const used = (third: number) => ({ subnet: `192.168.${third}.0/24`, user: "interface tun0" });
    expect(faults({ teams: 2, guests: [GUEST] }, { subnets: [used(99), used(101)] })).toEqual([
      'lab.switches[0].subnet: 192.168.99.0/24 is in use on this machine: interface tun0 has 192.168.99.0/24. Expected a subnet that nothing else uses. 192.168.100.0/24 is free: set "subnet: 192.168.100.0/24" on switch "lan" (lab.switches[0].subnet) and move the guests\' addresses with it. [subnet-in-use]',
    ]);
  });
});

describe("places", () => {
  const pc = (index: number, more: object = {}) => ({
    ...PC,
    name: `pc-${index}`,
    address: `192.0.2.${index}`,
    ...more,
  });
  const hostsOf = (hosts: object[], teams: unknown, more: object = {}) =>
    planOf("lab", { target: "libvirt", hosts, teams, guests: [GUEST], ...more }).teams.map(
      ({ host }) => host,
    );
  const told = (hosts: object[], teams: unknown, facts: LabFacts = {}) =>
    faults({ target: "libvirt", hosts, teams, guests: [GUEST] }, facts);
  const unknown = (where: string) =>
    `${where}: team "t1" is to run on host "x", which there is not. Expected one of pc-1, pc-2. [unknown-host]`;

  test("a host that there is not, in the configuration and in a roster", () => {
    const team = { id: "t1", slot: 1, host: "x" };
    expect(told([pc(1), pc(2)], ["t2", team])).toEqual([unknown("lab.teams[1].host")]);
    expect(told([pc(1), pc(2)], { roster: "roster.csv" }, { roster: [{ ...team, seats: 1 }] })).toEqual([
      unknown("lab.teams.host"),
    ]);
  });

  const fix =
    'Expected a place for each team. Add hosts, set a higher "maxTeams", or set "shared: true" on hosts that several teams share. [no-room]';

  test("three teams without a host are named, and more are counted", () => {
    const hosts = [pc(1, { shared: true, maxTeams: 1, memory: 65536 })];
    expect(told(hosts, ["t1", "t2", "t3", "t4"])).toEqual([
      `lab.hosts: 4 teams are to be placed and the hosts have places for 1: pc-1 1; without a host: t2, t3, t4. ${fix}`,
    ]);
    expect(told(hosts, ["t1", "t2", "t3", "t4", "t5", "t6"])).toEqual([
      `lab.hosts: 6 teams are to be placed and the hosts have places for 1: pc-1 1; without a host: t2, t3, t4, and 2 more. ${fix}`,
    ]);
  });

  test("hosts that are too small for any team have no place", () => {
    const small = (index: number) => pc(index, { shared: true, memory: 1024 });
    expect(told([small(1), small(2)], ["t1"])).toEqual([
      `lab.hosts: 1 teams are to be placed and the hosts have places for 0: pc-1 0 (1024 MiB), pc-2 0 (1024 MiB); without a host: t1. ${fix}`,
    ]);
  });

  test("a team that names a host is there, also where another host has its place", () => {
    expect(hostsOf([pc(1), pc(2), pc(3)], [{ id: "t1", host: "pc-3" }])).toEqual(["pc-3"]);
    expect(hostsOf([pc(1), pc(2), pc(3)], [{ id: "t3", host: "pc-1" }])).toEqual(["pc-1"]);
  });

  test("those who name a host have its places from the last one down, and nobody else's", () => {
    const hosts = [pc(1, { shared: true, maxTeams: 3 }), pc(2)];
    const named = (id: string) => ({ id, host: "pc-1" });
    expect(hostsOf(hosts, [named("t4"), named("t8"), "t1"])).toEqual(["pc-1", "pc-1", "pc-1"]);
  });

  test("what a team needs is counted in the state that it is in", () => {
    const hosts = [1, 2].map((index) => pc(index, { shared: true, memory: 3072 + 2 * 629 }));
    const state = { exercise: "3b-nat", at: "solved" };
    expect(
      hostsOf(hosts, 2, { state, switches: [], guests: ["a", "b"].map((name) => ({ name, memory: 512 })) }),
    ).toEqual(["pc-1", "pc-2"]);
  });
});

describe("states", () => {
  const state = { exercise: "final", at: "solved" } as const;
  const told = (where: string, target: string) =>
    `${where}: final solved is not made on the ${target} target: every team makes a system of its own. Expected "at: start". [state-unsupported]`;

  test("a team's own state stands with the team, in the configuration or in a roster", () => {
    const own = { id: "t1", slot: 1, state };
    expect(faults({ teams: [own, { id: "t2" }] })).toEqual([told("lab.teams[0].state", "containers")]);
    expect(faults({ teams: ["t3", { id: "t2" }, own] })).toEqual([told("lab.teams[2].state", "containers")]);
    expect(faults({ teams: { roster: "roster.csv" } }, { roster: [{ ...own, seats: 1 }] })).toEqual([
      told("lab.teams", "containers"),
    ]);
  });

  test("what targets of several hosts refuse is told of each", () => {
    const hosts = [
      { ...PC, target: "libvirt" },
      { ...WINDOWS, name: "pc-2", address: "192.0.2.2", target: "hyperv" },
    ];
    expect(faults({ hosts, state, teams: 2 })).toEqual([
      told("lab.state", "libvirt"),
      told("lab.state", "hyperv"),
    ]);
  });

  test("of a switch among many it is the configuration's own, or one that a state needs", () => {
    const own = (name: string, subnet: string) => ({ name, mode: "nat-network", subnet });
    const many = Array.from({ length: 10 }, (_, index) => own(`s${index}`, `10.${index}.0.0/24`));
    const internal = { exercise: "3b-internal", at: "solved" };
    expect(faults({ switches: [...many, own("in", "10.9.0.0/24")], guests: [{ name: "g" }] })).toEqual([
      'lab.switches[10].subnet: 10.9.0.0/24 of team-01 overlaps 10.9.0.0/24 of switch "s9" of team-01. Expected subnets that share no address. Each team has a switch of its own there, and slots after 1 have the subnets that follow. [subnet-overlap]',
    ]);
    expect(
      faults({
        switches: [...many, own("in", "192.168.100.0/24")],
        state: internal,
        guests: [{ name: "g" }, { name: "h" }],
      }),
    ).toEqual([
      'lab.switches: a state needs a switch that the configuration does not list: 192.168.100.0/24 of team-01 overlaps 192.168.100.0/24 of switch "in" of team-01. Expected subnets that share no address. List a switch in that mode with a subnet of its own. [subnet-overlap]',
    ]);
  });
});

describe("addresses in states", () => {
  const bridged = { exercise: "3b-bridged", at: "solved" };
  const guests = (...names: string[]) => names.map((name) => ({ name }));
  const addressesOf = (input: object) =>
    planOf("lab", input).teams.map((team) =>
      team.guests.flatMap(({ adapters }) =>
        adapters.map((adapter) => (adapter.mode === "disabled" ? "" : adapter.address)),
      ),
    );
  const none = (where: string, guest: string) =>
    `${where}: 192.168.99.0/24 of switch "lan" has no address left for guest ${guest}, whose state connects them there. Expected a larger subnet, or lower slots. [address-space-exhausted]`;

  test("on a switch that a state adds, up to the last address", () => {
    const lab = (id: string, ...names: string[]) => ({
      state: bridged,
      switches: [],
      teams: [id],
      guests: guests(...names),
    });
    expect(addressesOf(lab("t40", "a", "b", "c"))).toEqual([
      ["192.168.99.252", "192.168.99.253", "192.168.99.254"],
    ]);
    expect(faults(lab("t40", "a", "b", "c", "d"))).toEqual([none("lab.switches", '"d" of t40 (slot 40)')]);
    expect(faults(lab("t41", "a", "b", "c"))).toEqual([
      none("lab.switches", '"a" of t41 (slot 41) and 2 more'),
    ]);
  });

  test("on the configured LAN, down to the first address that is no gateway", () => {
    const lab = (...names: string[]) => ({
      state: bridged,
      switches: [
        { name: "in", mode: "internal" },
        { name: "lan", mode: "bridged" },
      ],
      teams: ["t33"],
      guests: [{ name: "a", adapters: [{ switch: "lan" }] }, ...guests(...names)],
    });
    expect(addressesOf(lab("b", "c", "d", "e", "f"))).toEqual([
      ["192.168.99.224", ...[6, 5, 4, 3, 2].map((last) => `192.168.99.${last}`)],
    ]);
    expect(faults(lab("b", "c", "d", "e", "f", "g"))).toEqual([
      none("lab.switches[1].subnet", '"g" of t33 (slot 33)'),
    ]);
  });

  test("what another team has by the configuration is taken", () => {
    expect(
      faults({
        state: bridged,
        teams: ["t2", "t40"],
        guests: [{ name: "a", adapters: [{ switch: "lan" }] }, ...guests("b", "c", "d")],
      }),
    ).toEqual([none("lab.switches[0].subnet", '"d" of t2 (slot 2) and 1 more')]);
  });

  test("teams on hosts of their own have the same ones", () => {
    expect(
      addressesOf({
        target: "libvirt",
        hosts: [PC, { ...PC, name: "pc-2", address: "192.0.2.2" }],
        teams: 2,
        state: { exercise: "3b-nat", at: "solved" },
        switches: [],
        guests: guests("a", "b"),
      }),
    ).toEqual([
      ["10.0.2.15", "10.0.2.16"],
      ["10.0.2.15", "10.0.2.16"],
    ]);
  });
});
