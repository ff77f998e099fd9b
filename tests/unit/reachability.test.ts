import { join } from "node:path";
import { type HostConfig, parseLab } from "../../course/config";
import { DIRECTIONS, EXPECTED_REACH } from "../../course/expectedReach";
import type { HostPlan } from "../../course/hosts";
import { MODES, type Mode, type SwitchMode } from "../../course/modes";
import type { AdapterPlan, LabPlan } from "../../course/plan";
import { lanOf, notesOf, type Reach, reachabilityOf, type Vantage } from "../../course/reachability";
import { reachDifferences } from "../../course/reachDifferences";
import { TARGETS, type Target } from "../../course/support";
import { segmentOf } from "../../course/switches";
import { planLab } from "../../operations/plan";
import { readStackFile } from "../../operations/stackFile";
import { planOf, ROOT, solid } from "./labs";

const who = (vantage: Vantage) =>
  vantage.kind === "guest" ? `${vantage.team}/${vantage.guest}` : vantage.kind;
const line = (reach: Reach) =>
  `${who(reach.from)} -> ${who(reach.to)}${reach.address ? ` ${reach.address}` : ""}: ${reach.reachable ? "yes" : "no"}`;

const twoOn = (mode: SwitchMode, teams = 2): LabPlan =>
  planOf("lab", {
    teams,
    switches: [{ name: "net", mode }],
    guests: ["a", "b"].map((name) => ({ name, adapters: [{ switch: "net" }] })),
  });

test.each(TARGETS.flatMap((target) => MODES.map((mode) => [target, mode] as const)))(
  "%s, %s: every direction has a verdict and what says so",
  (target, mode) => {
    const row = EXPECTED_REACH[target][mode];
    expect(Object.keys(row).sort()).toEqual([...DIRECTIONS].sort());
    for (const verdict of Object.values(row)) expect(verdict.rule).not.toBe("");
  },
);

// Rows of course.md, "Adapter modes": guest to host, host to guest, guest to guest, other teams, internet.
test.each<[SwitchMode, string]>([
  ["bridged", "yes yes yes yes yes"],
  ["internal", "no no yes no no"],
  ["nat-network", "yes yes yes no yes"],
  ["host-only", "yes yes yes no no"],
  ["nat", "yes no no no yes"],
])("%s is as in the course: %s", (mode, expected) => {
  const plan = twoOn(mode);
  const lines = reachabilityOf(plan).map(line);
  const [own, mate, other] = plan.teams.flatMap((team) => team.guests.map((guest) => guest.adapters[0]));
  if (!own || own.mode === "disabled" || !mate || mate.mode === "disabled") throw new Error("connected");
  if (!other || other.mode === "disabled") throw new Error("connected");
  const words = [
    `team-01/a -> host ${own.gateway}`,
    `host -> team-01/a ${own.address}`,
    `team-01/a -> team-01/b ${mate.address}`,
    `team-01/a -> team-02/a ${other.address}`,
    "team-01/a -> internet",
  ].map((text) => lines.find((entry) => entry.startsWith(`${text}: `))?.split(": ")[1]);
  expect(words.join(" ")).toBe(expected);
});

test.each<[Target, "yes" | "no"]>([
  ["containers", "no"],
  ["libvirt", "yes"],
  ["virtualbox", "yes"],
])(
  "on %s a guest behind a translation reaches guests on the LAN as it does the client PC: %s",
  (target, expected) => {
    const plan = planOf("lab", {
      target,
      ...(target === "virtualbox"
        ? { hosts: [{ name: "pc", kind: "existing", address: "192.0.2.9", os: "linux" }] }
        : {}),
      switches: [
        { name: "lan", mode: "bridged" },
        { name: "nat-network", mode: "nat-network" },
      ],
      guests: [
        { name: "inside", adapters: [{ switch: "nat-network" }] },
        { name: "outside", adapters: [{ switch: "lan", address: "192.168.99.50" }] },
      ],
    });
    const lines = reachabilityOf(plan).map(line);
    expect(lines).toContain(`team-01/inside -> client: ${expected}`);
    expect(lines).toContain(`team-01/inside -> team-01/outside 192.168.99.50: ${expected}`);
    expect(lines.filter((entry) => entry.startsWith("team-01/outside -> team-01/inside "))).toEqual([
      expect.stringMatching(/: no$/),
    ]);
  },
);

// Guest to host, host to guest, guest to guest, other teams, internet, client PC, from the client PC; y as the book, Y or N as a note says.
test.each<[Target, Record<Mode, string>]>([
  [
    "containers",
    {
      disabled: "nnnnnnn",
      bridged: "yyyyyyy",
      internal: "nnynnnn",
      "nat-network": "yyynyNn",
      nat: "ynnnyNn",
      "host-only": "yyYnnnn",
    },
  ],
  [
    "libvirt",
    {
      disabled: "nnnnnnn",
      bridged: "yyyyyyy",
      internal: "nnynnnn",
      "nat-network": "yyynyyn",
      nat: "yYnnyyn",
      "host-only": "yyYnnnn",
    },
  ],
  [
    "virtualbox",
    {
      disabled: "nnnnnnn",
      bridged: "yyyyyyy",
      internal: "nnynnnn",
      "nat-network": "yNynyyn",
      nat: "Ynnnyyn",
      "host-only": "yyYnnnn",
    },
  ],
  [
    "hyperv",
    {
      disabled: "nnnnnnn",
      bridged: "yyyyyyy",
      internal: "nnynnnn",
      "nat-network": "yyynyyn",
      nat: "yYnnyyn",
      "host-only": "yyYnnnn",
    },
  ],
])("%s: every mode and direction, and where a note says that it differs", (target, expected) => {
  const letter = ({ reachable, note }: { reachable: boolean; note?: string }) => {
    const plain = reachable ? "y" : "n";
    return note === undefined ? plain : plain.toUpperCase();
  };
  const words = (mode: Mode) =>
    DIRECTIONS.map((direction) => letter(EXPECTED_REACH[target][mode][direction])).join("");
  expect(Object.fromEntries(MODES.map((mode) => [mode, words(mode)]))).toEqual(expected);
});

test.each<[Target, string]>([
  ["containers", "nat: a hypervisor's NAT lets guests"],
  ["libvirt", "nat: with VirtualBox's NAT the host does not reach guests"],
  ["virtualbox", "nat: guests find the host at the gateway's address"],
  ["hyperv", "nat: with VirtualBox's NAT the host does not reach guests"],
])("the note on NAT is that of %s", (target, expected) => {
  const plan = planOf("lab", {
    target,
    switches: [{ name: "net", mode: "nat" }],
    guests: [{ name: "a", adapters: [{ switch: "net" }] }],
  });
  const [note, ...more] = notesOf(plan).map((entry) => `${entry.mode}: ${entry.note}`);
  expect(note?.startsWith(expected)).toBe(true);
  expect(more).toEqual([]);
});

describe("several hosts", () => {
  const parsedHost = (kind: HostPlan["kind"], name: string): HostConfig => {
    const rest = {
      "this-machine": {},
      existing: { address: "192.0.2.1", os: "windows" },
      ec2: { region: "ap-northeast-1", instanceType: "m8i.xlarge" },
      azure: { location: "japaneast", vmSize: "Standard_D4s_v5" },
    }[kind];
    const [host] = solid(parseLab({ hosts: [{ kind, name, ...rest }] })).hosts;
    if (!host) throw new Error("a lab has a host");
    return host;
  };

  /** An adapter on the classroom LAN's switch of a host. */
  const onHost = (adapter: Exclude<AdapterPlan, { mode: "disabled" }>, host: HostPlan): AdapterPlan => {
    const key = `${host.name}-${adapter.switch}`;
    const segment = segmentOf({ name: adapter.switch, mode: adapter.mode }, host, key);
    return { ...adapter, switchObject: `lab-${key}`, segment };
  };

  /** Two teams on switches of their hosts: each switch is made once a host, and its name on the platform tells them apart. */
  function onHosts(modes: readonly SwitchMode[], ...hosts: readonly [HostPlan["kind"], Target][]): LabPlan {
    const plan = planOf("lab", {
      teams: hosts.length,
      switches: modes.map((mode) => ({ name: mode, mode })),
      guests: ["a", "b"].map((name) => ({ name, adapters: modes.map((mode) => ({ switch: mode })) })),
    });
    const [given] = plan.hosts;
    if (!given) throw new Error("a lab has a host");
    const made = hosts.map(([kind, target], index): HostPlan => {
      const name = `h${index}`;
      return { ...given, name, kind, target, config: parsedHost(kind, name) };
    });
    return {
      ...plan,
      hosts: made,
      teams: plan.teams.map((team, index) => ({
        ...team,
        host: `h${index}`,
        guests: team.guests.map((guest) => ({
          ...guest,
          host: `h${index}`,
          adapters: guest.adapters.map((adapter) =>
            adapter.mode === "bridged" ? onHost(adapter, made[index] ?? given) : adapter,
          ),
        })),
      })),
    };
  }
  const linesOf = (plan: LabPlan) => reachabilityOf(plan).map(line);

  test.each<[HostPlan["kind"], Target, string]>([
    ["existing", "hyperv", "yes"],
    ["this-machine", "libvirt", "yes"],
    ["existing", "containers", "no"],
    ["ec2", "libvirt", "no"],
    ["azure", "hyperv", "no"],
  ])(
    "the LAN of the room reaches from VirtualBox on a machine of it to %s with %s: %s",
    (kind, target, expected) => {
      const lines = linesOf(onHosts(["bridged"], ["existing", "virtualbox"], [kind, target]));
      const answer = (from: string, to: string) =>
        lines.flatMap((text) => (text.startsWith(`${from} -> ${to} `) ? [text.split(": ")[1]] : []));
      expect(answer("team-01/a", "team-02/a")).toEqual([expected]);
      expect(answer("team-02/b", "team-01/b")).toEqual([expected]);
      expect(answer("team-01/a", "team-01/b")).toEqual(["yes"]);
      expect(answer("team-02/a", "team-02/b")).toEqual(["yes"]);
    },
  );

  test("networks that end at their host are no common ones, even with one name", () => {
    const plan = onHosts(["internal"], ["existing", "hyperv"], ["existing", "hyperv"]);
    const named = {
      ...plan,
      teams: plan.teams.map((team) => ({
        ...team,
        guests: team.guests.map((guest) => ({
          ...guest,
          adapters: guest.adapters.map((adapter) =>
            adapter.mode === "disabled" ? adapter : { ...adapter, switchObject: "one-name" },
          ),
        })),
      })),
    };
    const across = reachabilityOf(named).filter(
      ({ from, to }) => from.kind === "guest" && to.kind === "guest" && from.team !== to.team,
    );
    expect(across).toHaveLength(8);
    expect(new Set(across.map(({ reachable, rule }) => `${reachable} ${rule}`))).toEqual(
      new Set(["false the two are on no switch together"]),
    );
  });

  test("each host answers as its own target does", () => {
    const lines = linesOf(onHosts(["nat"], ["existing", "virtualbox"], ["existing", "libvirt"]));
    expect(lines).toContain("host -> team-01/a 10.0.2.15: no");
    expect(lines).toContain("host -> team-02/a 10.0.3.15: yes");
  });

  test("the client PC stands in the room: guests in the cloud have nothing to do with it", () => {
    const plan = onHosts(["bridged", "nat-network"], ["existing", "virtualbox"], ["azure", "hyperv"]);
    const lines = linesOf(plan).filter((text) => text.includes("client"));
    expect(lines).toEqual([
      "client -> team-01/a 192.168.99.10: yes",
      "client -> team-01/a 192.168.20.5: no",
      "team-01/a -> client: yes",
      "client -> team-01/b 192.168.99.11: yes",
      "client -> team-01/b 192.168.20.6: no",
      "team-01/b -> client: yes",
    ]);
  });

  test("notes are those of every target that the lab uses", () => {
    const plan = onHosts(["nat"], ["existing", "virtualbox"], ["existing", "libvirt"]);
    expect(notesOf(plan).map(({ note }) => note.split(";")[0])).toEqual([
      "guests find the host at the gateway's address",
      "with VirtualBox's NAT the host does not reach guests",
    ]);
  });

  test("different VLANs keep apart on one LAN; on different LANs there is no switch together", () => {
    const vlans = onHosts(["bridged"], ["existing", "virtualbox"], ["existing", "hyperv"]);
    const tagged = (plan: LabPlan): LabPlan => ({
      ...plan,
      teams: plan.teams.map((team, index) => ({
        ...team,
        guests: team.guests.map((guest) => ({
          ...guest,
          adapters: guest.adapters.map((adapter) =>
            adapter.mode === "disabled"
              ? adapter
              : { ...adapter, switch: `v${index}`, segment: `classroom:v${index}`, vlan: 10 + index },
          ),
        })),
      })),
    });
    const ruleOf = (plan: LabPlan) =>
      reachabilityOf(plan).find(({ from, to }) => who(from) === "team-01/a" && who(to) === "team-02/a")?.rule;
    expect(ruleOf(tagged(vlans))).toBe("slides L803: the two are on different VLANs");
    const apart = onHosts(["bridged"], ["existing", "virtualbox"], ["this-machine", "containers"]);
    expect(ruleOf(tagged(apart))).toBe("the two are on no switch together");
  });
});

test("each pair once, and none of a guest with itself", () => {
  for (const mode of MODES) {
    if (mode === "disabled") continue;
    const pairs = reachabilityOf(twoOn(mode, 3)).map(
      (reach) => `${who(reach.from)} ${who(reach.to)} ${reach.address}`,
    );
    expect(new Set(pairs).size).toBe(pairs.length);
    expect(pairs.filter((pair) => pair.split(" ")[0] === pair.split(" ")[1])).toEqual([]);
    // Six guests: five others each; host in and out; internet; on a LAN the client in and out.
    expect(pairs).toHaveLength(6 * (5 + 2 + 1 + (mode === "bridged" ? 2 : 0)));
  }
});

test("a guest with several adapters reaches each switch by its own mode; one with none reaches nothing", () => {
  const plan = planOf("lab", {
    switches: [
      { name: "lan", mode: "bridged" },
      { name: "inner", mode: "internal" },
    ],
    guests: [
      { name: "router", adapters: [{ switch: "inner" }, { switch: "lan" }] },
      { name: "inside", adapters: [{ switch: "inner" }] },
      { name: "off", adapters: [{ mode: "disabled" }] },
    ],
  });
  expect(reachabilityOf(plan).map(line)).toEqual([
    "host -> team-01/router 192.168.100.10: no",
    "host -> team-01/router 192.168.99.10: yes",
    "client -> team-01/router 192.168.100.10: no",
    "client -> team-01/router 192.168.99.10: yes",
    "team-01/router -> host 192.168.100.1: no",
    "team-01/router -> host 192.168.99.1: yes",
    "team-01/router -> client: yes",
    "team-01/router -> internet: yes",
    "team-01/router -> team-01/inside 192.168.100.11: yes",
    "host -> team-01/inside 192.168.100.11: no",
    "client -> team-01/inside 192.168.100.11: no",
    "team-01/inside -> host 192.168.100.1: no",
    "team-01/inside -> client: no",
    "team-01/inside -> internet: no",
    "team-01/inside -> team-01/router 192.168.100.10: yes",
    "team-01/inside -> team-01/router 192.168.99.10: no",
    "team-01/off -> client: no",
    "team-01/off -> internet: no",
    "team-01/off -> team-01/router 192.168.100.10: no",
    "team-01/off -> team-01/router 192.168.99.10: no",
    "team-01/off -> team-01/inside 192.168.100.11: no",
  ]);
});

test("what differs from the manual is noted once, for the modes that are used", () => {
  expect(notesOf(twoOn("bridged"))).toEqual([]);
  expect(notesOf(twoOn("host-only"))).toEqual([
    { mode: "host-only", note: expect.stringContaining("on every hypervisor they do") },
  ]);
});

describe("VLANs", () => {
  const plan = planLab(readStackFile(join(ROOT, "examples/03-vlan/Pulumi.vlan.yaml")));
  const between = (from: string, to: string) =>
    reachabilityOf(plan).filter(
      (reach) =>
        reach.from.kind === "guest" &&
        reach.from.guest === from &&
        reach.to.kind === "guest" &&
        reach.to.guest === to,
    );

  test("A, B and E reach one another, C and D none of them, nor one another", () => {
    const names = ["a", "b", "c", "d", "e"];
    const pairs = names.flatMap((from) => names.filter((to) => to !== from).map((to) => [from, to] as const));
    for (const [from, to] of pairs) {
      const together = "abe".includes(from) && "abe".includes(to);
      expect([from, to, between(from, to).map(({ reachable }) => reachable)]).toEqual([from, to, [together]]);
    }
    expect(between("a", "c")[0]?.rule).toBe("slides L803: the two are on different VLANs");
  });

  test("the client PC is on the LAN and on no VLAN", () => {
    const ofClient = (guest: string) =>
      reachabilityOf(plan).filter(
        ({ from, to }) => from.kind === "client" && to.kind === "guest" && to.guest === guest,
      );
    expect([ofClient("a"), ofClient("d")].map(([reach]) => reach?.reachable)).toEqual([false, true]);
  });

  test("without a LAN there is no client PC", () => {
    const only = planOf("lab", {
      switches: [{ name: "red", mode: "bridged", vlan: 10 }],
      guests: [{ name: "a", adapters: [{ switch: "red" }] }],
    });
    expect(lanOf(only)).toBeUndefined();
  });
});

test("teams on hosts of their own share the classroom LAN, and nothing else", () => {
  const hosts = [1, 2].map((index) => ({
    name: `pc-${index}`,
    kind: "existing",
    address: `192.0.2.${index}`,
    os: "linux",
  }));
  const onTwoHosts = (mode: SwitchMode) => {
    const plan = planOf("lab", {
      target: "libvirt",
      hosts,
      teams: 2,
      switches: [{ name: "net", mode }],
      guests: [{ name: "a", adapters: [{ switch: "net" }] }],
    });
    return reachabilityOf(plan)
      .filter(({ from, to }) => from.kind === "guest" && to.kind === "guest")
      .map(({ reachable }) => reachable);
  };
  expect(onTwoHosts("bridged")).toEqual([true, true]);
  expect(onTwoHosts("nat-network")).toEqual([false, false]);
});

// tests/integration/libvirt.test.ts measures them on real machines.
test("containers and libvirt differ in what a translation lets through, and in nothing else", () => {
  expect(
    reachDifferences("containers", "libvirt").map(({ mode, direction, verdicts }) => [
      mode,
      direction,
      verdicts.containers?.reachable,
      verdicts.libvirt?.reachable,
      verdicts.libvirt?.rule,
    ]),
  ).toEqual([
    [
      "nat",
      "fromHost",
      false,
      true,
      "libvirt, network XML format: isolated ports reach the host and beyond, not one another",
    ],
    [
      "nat",
      "toClient",
      false,
      true,
      "libvirt, network XML format: on a NAT network guests and host are unrestricted, outward is translated, inward is prohibited",
    ],
    [
      "nat-network",
      "toClient",
      false,
      true,
      "libvirt, network XML format: on a NAT network guests and host are unrestricted, outward is translated, inward is prohibited",
    ],
  ]);
  expect(reachDifferences("libvirt", "libvirt")).toEqual([]);
});
